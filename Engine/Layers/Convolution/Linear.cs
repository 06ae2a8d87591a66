using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
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
    private readonly ChannelTables _channelTables;
    private readonly ConvolutionCost _cost;
    private readonly Parameter<T> _weight;
    private readonly Parameter<T>? _bias;

    /// <summary>A linear layer in PyTorch's words and defaults.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public Linear(int inFeatures, int outFeatures, bool bias = true)
    {
        ShapeGuard.Positive(TypeName, inFeatures);
        ShapeGuard.Positive(TypeName, outFeatures);
        (InFeatures, OutFeatures) = (inFeatures, outFeatures);
        _weight = new("weight", new Shape(outFeatures, inFeatures));
        _bias = bias ? new("bias", new Shape(outFeatures)) : null;
        Parameters = bias ? [_weight, _bias!] : [_weight];
        var geometry = new Conv2dGeometry(inFeatures, outFeatures, new WindowAxis(1, 1), new WindowAxis(1, 1));
        (_tables, _channelTables, _cost) = (new(geometry), new(geometry), new(geometry));
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

    /// <inheritdoc/>
    public override bool TakesActivation => true;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        if (input.Rank == 0 || input[^1] != InFeatures)
            ShapeGuard.Mismatch(Who, $"input's last axis has {(input.Rank == 0 ? 0 : input[^1])} features, weight takes {InFeatures}. input {input}, "
                + $"weight {_weight.Shape} (out, in). Is a Flatten missing before it?",
                new Shape(InFeatures), input);
        return new([.. input.Sizes[..^1], OutFeatures]);
    }

    /// <inheritdoc/>
    public override long MultiplyAdds(Shape input) => (long)input.Length * OutFeatures;

    /// <inheritdoc/>
    public override void Initialize(Initialization initialization, RandomGenerator random) =>
        Initializers.LayerDefault(_weight, _bias, InFeatures, random);

    /// <inheritdoc/>
    public override (Parameter<T> Weight, Parameter<T>? Bias)? Affine => (_weight, _bias);

    /// <inheritdoc/>
    public override (int Inputs, int Outputs)? Sums(Shape input) => (InFeatures, OutFeatures);

    /// <inheritdoc/>
    /// <remarks>Channels-last the features of an image lie side by side: images are then the pixels of a 1x1 convolution.</remarks>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => layout == Layout.Lanes
        || (inputs[0].Rank == 1 && InFeatures <= LongSums.MostChannelsLast);

    /// <inheritdoc/>
    public override double Cost(LayerSite site, int vector)
    {
        ConvolutionAlgorithm algorithm = site.Layout == Layout.ChannelsLast ? ConvolutionAlgorithm.Channels : ConvolutionAlgorithm.Lanes;
        double time = _cost.InOwnLayout(algorithm, Conv2dDirection.Forward, site.Images, vector);
        if (site.Backward)
            time += _cost.InOwnLayout(algorithm, Conv2dDirection.BackwardInput, site.Images, vector)
                + _cost.InOwnLayout(algorithm, Conv2dDirection.BackwardWeight, site.Images, vector);
        return time * (site.Input.Length / InFeatures);
    }

    /// <inheritdoc/>
    public override Division DivisionAt(LayerSite site) => Division.ByItself;

    internal override int ScratchLength<V>(LayerSite site, int threads) =>
        site is { Layout: Layout.ChannelsLast, Backward: true } ? Conv2dChannels.WorkLength<V, T>(_channelTables, threads) : 0;

    /// <inheritdoc/>
    public override long TableBytes(LayerSite site) => site.Layout == Layout.Lanes ? _tables.Bytes : 0;

    /// <inheritdoc/>
    public override int PreparedLength<V>(LayerSite site)
    {
        if (site.Layout == Layout.Lanes) return site.InUse ? _weight.Shape.Length + OutFeatures : 0;
        int length = ForwardLength<V>() + RoundedBias;
        return site.Backward ? length + Conv2dChannels.PackedLength<V, T>(_tables.Geometry, transposed: true) : length;
    }

    /// <inheritdoc/>
    public override void Prepare<V>(LayerSite site, BatchNormLayer<T>? folded, Span<T> prepared, int threads)
    {
        ReadOnlySpan<T> weight = _weight.Value.Span;
        int length = site.Layout == Layout.Lanes ? weight.Length : ForwardLength<V>();
        if (site.Layout == Layout.Lanes) weight.CopyTo(prepared);
        else Conv2dChannels.Pack<V, T>(_channelTables, transposed: false, weight, prepared[..length], threads);
        Span<T> bias = prepared.Slice(length, OutFeatures);
        if (_bias is null) bias.Clear();
        else _bias.Value.Span.CopyTo(bias);
        if (site is { Layout: Layout.ChannelsLast, Backward: true })
            Conv2dChannels.Pack<V, T>(_channelTables, transposed: true, weight, prepared[(length + RoundedBias)..], threads);
    }

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        if (pass.Layout == Layout.ChannelsLast)
        {
            int length = ForwardLength<V>();
            Conv2dChannels.ForwardPacked<V, T>(_channelTables, Math.Max(1, pass.Threads), pass.Input[..(pass.Images * InFeatures)],
                pass.Prepared[..length],
                pass.Prepared.Slice(length, OutFeatures), default, pass.Activation, pass.Output[..(pass.Images * OutFeatures)]);
            return;
        }
        int weights = _weight.Shape.Length;
        ReadOnlySpan<T> weight = pass.PreparedOr(_weight.Value.Span, 0, weights),
            bias = pass.PreparedOr(_bias is null ? [] : _bias.Value.Span, weights, OutFeatures);
        int from = InFeatures * Lanes.Count, to = OutFeatures * Lanes.Count;
        for (int i = 0; i < pass.Input.Length / from; i++)
            Conv2dLanes.Forward<V, T>(_tables, pass.Input.Slice(i * from, from), weight, bias, pass.Output.Slice(i * to, to), pass.Activation,
                pass.Threads);
    }

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        Span<T> gradBias = pass.Wants(_bias) ? pass.Gradient(_bias!) : [];
        if (pass.Layout == Layout.ChannelsLast)
        {
            BackwardChannelsLast<V>(pass, gradBias);
            return;
        }
        int from = InFeatures * Lanes.Count, to = OutFeatures * Lanes.Count;
        for (int i = 0; i < pass.Input.Length / from; i++)
        {
            ReadOnlySpan<T> gradOutput = pass.GradOutput.Slice(i * to, to);
            if (pass.Activation.IsSome)
                Conv2dLanes.BackwardActivation<V, T>(pass.Activation, pass.Output.Slice(i * to, to), pass.GradBefore.Slice(i * to, to), gradBias,
                    pass.Threads);
            else if (!gradBias.IsEmpty) Conv2dLanes.BackwardBias<V, T>(_tables, gradOutput, gradBias, pass.Threads);
            if (pass.Wants(_weight)) Conv2dLanes.BackwardWeight<V, T>(_tables, pass.Input.Slice(i * from, from), gradOutput, pass.Gradient(_weight),
                threads: pass.Threads);
            if (!pass.GradInput.IsEmpty)
                Conv2dLanes.BackwardInput<V, T>(_tables, gradOutput, _weight.Value.Span, pass.GradInput.Slice(i * from, from), pass.Threads);
        }
    }

    private int RoundedBias => Lanes.RoundUp(OutFeatures);

    private int ForwardLength<V>() where V : unmanaged, IVector<V, T> => Conv2dChannels.PackedLength<V, T>(_tables.Geometry, transposed: false);

    private void BackwardChannelsLast<V>(in Pass<T> pass, Span<T> gradBias) where V : unmanaged, IVector<V, T>
    {
        int threads = Math.Max(1, pass.Threads), inputs = pass.Images * InFeatures;
        pass.UndoActivation<V>();
        ReadOnlySpan<T> gradOutput = pass.GradOutput[..(pass.Images * OutFeatures)];
        if (pass.Wants(_weight)) Conv2dChannels.BackwardWeight<V, T>(_channelTables, threads, pass.Input[..inputs], gradOutput, pass.Scratch,
            pass.Gradient(_weight), gradBias);
        else if (!gradBias.IsEmpty) Conv2dChannels.BackwardBias<V, T>(_channelTables, gradOutput, gradBias, threads);
        if (pass.GradInput.IsEmpty) return;
        Conv2dChannels.BackwardInputPacked<V, T>(_channelTables, threads, gradOutput, _weight.Value.Span,
            pass.Prepared[(ForwardLength<V>() + RoundedBias)..],
            pass.Scratch, default, pass.GradInput[..inputs]);
    }
}
