using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Every output is a weighted sum of all inputs, plus a bias.</summary>
/// <remarks>
/// Works on the last axis, as PyTorch's: input [..., in], weight [out, in], bias [out], output [..., out] an image. It is a 1x1
/// convolution of an image of one pixel, for each of the leading positions, and computed as one. Costs 2·in·out operations a position.
/// </remarks>
public sealed class Linear<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Conv2dTables _tables;
    private readonly Parameter<T> _weight;
    private readonly Parameter<T>? _bias;

    /// <summary>A linear layer in PyTorch's words and defaults.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public Linear(int inFeatures, int outFeatures, bool bias = true)
    {
        ShapeGuard.Positive(TypeName, inFeatures);
        ShapeGuard.Positive(TypeName, outFeatures);
        (InFeatures, OutFeatures) = (inFeatures, outFeatures);
        _weight = new("weight", new Tensor<T>(new Shape(outFeatures, inFeatures)));
        _bias = bias ? new("bias", new Tensor<T>(new Shape(outFeatures))) : null;
        Parameters = bias ? [_weight, _bias!] : [_weight];
        _tables = new(new(inFeatures, outFeatures, new WindowAxis(1, 1), new WindowAxis(1, 1)));
    }

    /// <summary>Numbers that come in.</summary>
    public int InFeatures { get; }

    /// <summary>Numbers that go out.</summary>
    public int OutFeatures { get; }

    /// <summary>[out, in].</summary>
    public Parameter<T> Weight => _weight;

    /// <summary>[out], or none.</summary>
    public Parameter<T>? Bias => _bias;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Input;

    internal override bool TakesActivation => true;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        if (input.Rank == 0 || input[^1] != InFeatures)
            ShapeGuard.Mismatch(Who, $"input's last axis has {(input.Rank == 0 ? 0 : input[^1])} features, weight takes {InFeatures}. input {input}, weight {_weight.Value.Shape} (out, in). Is a Flatten missing before it?",
                new Shape(InFeatures), input);
        return new([.. input.Sizes[..^1], OutFeatures]);
    }

    /// <inheritdoc/>
    public override long MultiplyAdds(Shape input) => (long)input.Length * OutFeatures;

    /// <inheritdoc/>
    public override void Initialize(Initialization initialization, RandomGenerator random) =>
        Initializers.LayerDefault(_weight, _bias, InFeatures, random);

    internal override long TableBytes(Shape input) => _tables.Bytes;

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        int from = InFeatures * Lanes.Count, to = OutFeatures * Lanes.Count;
        for (int i = 0; i < pass.Input.Length / from; i++)
            Conv2dLanes.Forward<V, T>(_tables, pass.Input.Slice(i * from, from), _weight.Value.Span, _bias is null ? [] : _bias.Value.Span,
                pass.Output.Slice(i * to, to), pass.Activation);
    }

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        int from = InFeatures * Lanes.Count, to = OutFeatures * Lanes.Count;
        Span<T> gradBias = _bias is null ? [] : pass.Gradient(_bias);
        for (int i = 0; i < pass.Input.Length / from; i++)
        {
            ReadOnlySpan<T> gradOutput = pass.GradOutput.Slice(i * to, to);
            if (pass.Activation.IsSome)
                Conv2dLanes.BackwardActivation<V, T>(pass.Activation, pass.Output.Slice(i * to, to), pass.GradBefore.Slice(i * to, to), gradBias);
            else if (_bias is not null) Conv2dLanes.BackwardBias<V, T>(_tables, gradOutput, gradBias);
            Conv2dLanes.BackwardWeight<V, T>(_tables, pass.Input.Slice(i * from, from), gradOutput, pass.Gradient(_weight));
            if (!pass.GradInput.IsEmpty)
                Conv2dLanes.BackwardInput<V, T>(_tables, gradOutput, _weight.Value.Span, pass.GradInput.Slice(i * from, from));
        }
    }
}
