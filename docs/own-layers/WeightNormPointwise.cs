using System.Numerics;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.OwnLayers;

/// <summary>A 1x1 convolution whose weights are a length and a direction for each output channel, learned apart.</summary>
/// <remarks>
/// Input [inC, H, W], output [outC, H, W]: y[o] = the sum of w[o, i] · x[i], plus bias[o], at every pixel; w[o] = gain[o] · direction[o] /
/// |direction[o]|. What that comes to is worked out once a batch, not once a block (<see cref="Prepare"/>); in use it takes in a normalisation of its
/// output, and an activation after it costs no pass of its own. With dw the gradient by w and d = direction[o] / |direction[o]|: dgain = dw · d,
/// ddirection = gain / |direction| · (dw - (dw · d) · d). Source: Salimans and Kingma, "Weight normalization", 2016.
/// </remarks>
public sealed class WeightNormPointwise<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _inChannels, _outChannels;
    private readonly Parameter<T> _gain, _direction, _bias;

    /// <summary>For so many channels.</summary>
    public WeightNormPointwise(int inChannels, int outChannels)
    {
        (_inChannels, _outChannels) = (inChannels, outChannels);
        (_gain, _direction, _bias) = (new("weight_g", new Shape(outChannels)), new("weight_v", new Shape(outChannels, inChannels)),
            new("bias", new Shape(outChannels)));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters => [_gain, _direction, _bias];

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Input;

    /// <inheritdoc/>
    public override bool TakesActivation => true;

    /// <inheritdoc/>
    public override bool Folds => true;

    /// <inheritdoc/>
    public override (Parameter<T> Weight, Parameter<T>? Bias)? Affine => (_gain, _bias);

    /// <inheritdoc/>
    public override (int Inputs, int Outputs)? Sums(Shape input) => (_inChannels, _outChannels);

    /// <inheritdoc/>
    public override long MultiplyAdds(Shape input) => (long)input.Length * _outChannels;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        if (input.Rank != 3 || input[0] != _inChannels)
            throw new ShapeMismatchException($"{Who}: input is {input}, must be [{_inChannels}, H, W].", new Shape(_inChannels, 1, 1), input);
        return new(_outChannels, input[1], input[2]);
    }

    /// <inheritdoc/>
    public override void Initialize(Initialization initialization, RandomGenerator random)
    {
        _gain.Value.Fill(T.One);
        Initializers.KaimingNormal(_direction.Value, random);
        _bias.Value.Fill(T.Zero);
    }

    /// <inheritdoc/>
    public override int PreparedLength<V>(LayerSite site) => _outChannels * (_inChannels + 1);

    /// <inheritdoc/>
    /// <remarks>w [outC, inC], then the bias.</remarks>
    public override void Prepare<V>(LayerSite site, BatchNormLayer<T>? folded, Span<T> prepared)
    {
        Span<T> bias = prepared.Slice(_outChannels * _inChannels, _outChannels);
        for (int o = 0; o < _outChannels; o++)
        {
            (T scale, bias[o]) = folded?.Folded(o, _bias.Value.Span[o]) ?? (T.One, _bias.Value.Span[o]);
            ReadOnlySpan<T> direction = Row(_direction.Value.Span, o);
            T factor = scale * _gain.Value.Span[o] / Norm(direction);
            for (int i = 0; i < _inChannels; i++) prepared[o * _inChannels + i] = factor * direction[i];
        }
    }

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        int plane = pass.InputExtent.PlaneLength;                            // the pixels of one channel, each of as many images as there are lanes
        ReadOnlySpan<T> bias = pass.Prepared.Slice(_outChannels * _inChannels, _outChannels);
        for (int o = 0; o < _outChannels; o++)
        {
            ReadOnlySpan<T> weight = Row(pass.Prepared, o);
            for (int at = 0; at < plane; at += V.Count)
            {
                V sum = V.Splat(bias[o]);
                for (int i = 0; i < _inChannels; i++) sum = V.MultiplyAdd(V.Splat(weight[i]), V.Load(pass.Input[(i * plane + at)..]), sum);
                V.Store(sum, pass.Output[(o * plane + at)..]);
            }
        }
        pass.Activate<V>();
    }

    /// <inheritdoc/>
    public override int ScratchLength<V>(Shape input) => _inChannels;

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        pass.UndoActivation<V>();
        int plane = pass.InputExtent.PlaneLength;
        for (int i = 0; i < _inChannels && !pass.GradInput.IsEmpty; i++)
            for (int at = 0; at < plane; at += V.Count)
            {
                V sum = default;
                for (int o = 0; o < _outChannels; o++)
                    sum = V.MultiplyAdd(V.Splat(pass.Prepared[o * _inChannels + i]), V.Load(pass.GradOutput[(o * plane + at)..]), sum);
                V.Store(sum, pass.GradInput[(i * plane + at)..]);
            }
        for (int o = 0; o < _outChannels; o++) AddGradients<V>(pass, o, pass.GradOutput.Slice(o * plane, plane));
    }

    private void AddGradients<V>(in Pass<T> pass, int o, ReadOnlySpan<T> gradOutput) where V : unmanaged, IVector<V, T>
    {
        if (pass.Wants(_bias))
            foreach (T gradient in gradOutput) pass.Gradient(_bias)[o] += gradient;
        if (!pass.Wants(_gain) && !pass.Wants(_direction)) return;
        Span<T> gradWeight = pass.Scratch[.._inChannels];
        ReadOnlySpan<T> direction = Row(_direction.Value.Span, o);
        T norm = Norm(direction), along = T.Zero;
        for (int i = 0; i < _inChannels; i++)
        {
            V sum = default;
            for (int at = 0; at < gradOutput.Length; at += V.Count)
                sum = V.MultiplyAdd(V.Load(pass.Input[(i * gradOutput.Length + at)..]), V.Load(gradOutput[at..]), sum);
            gradWeight[i] = V.Sum(sum);
            along += gradWeight[i] * direction[i] / norm;
        }
        if (pass.Wants(_gain)) pass.Gradient(_gain)[o] += along;
        for (int i = 0; i < _inChannels && pass.Wants(_direction); i++)
            pass.Gradient(_direction)[o * _inChannels + i] += _gain.Value.Span[o] / norm * (gradWeight[i] - along * direction[i] / norm);
    }

    private ReadOnlySpan<T> Row(ReadOnlySpan<T> matrix, int o) => matrix.Slice(o * _inChannels, _inChannels);

    private static T Norm(ReadOnlySpan<T> direction)
    {
        T squares = T.Zero;
        foreach (T x in direction) squares += x * x;
        return T.Sqrt(squares);
    }
}
