using System.Numerics;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.OwnLayers;

/// <summary>A layer of whole tensors that learns: every channel times a number of its own, as ConvNeXt's layer scale.</summary>
/// <remarks>y[n, c, h, w] = gain[c] · x[n, c, h, w]. The slow and simple way: plain loops over [N, C, H, W].
/// Source: Touvron et al., "Going deeper with image transformers", 2021.</remarks>
public sealed class ChannelGain<T> : LearnedTensorLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T> _gain;

    /// <summary>For so many channels.</summary>
    public ChannelGain(int channels) => _gain = new("gain", new Tensor<T>(new Shape(channels)).Fill(T.One));

    /// <summary>[C].</summary>
    public Parameter<T> Gain => _gain;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters => [_gain];

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Input;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        if (input[0] != _gain.Value.Length)
            throw new ShapeMismatchException($"{Who}: input {input} has {input[0]} channels, gain takes {_gain.Value.Length}.", _gain.Value.Shape,
                input);
        return input;
    }

    /// <inheritdoc/>
    public override void Initialize(Initialization initialization, RandomGenerator random) => _gain.Value.Fill(T.One);

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input, ParameterTensors<T> parameters)
    {
        var output = new Tensor<T>(input.Shape);
        int channels = input.Shape[1], pixels = input.Length / (input.Shape[0] * channels);
        for (int i = 0; i < input.Length; i++) output.Span[i] = parameters.Values(_gain).Span[i / pixels % channels] * input.Span[i];
        return output;
    }

    /// <inheritdoc/>
    public override Tensor<T> Backward(Tensor<T> input, Tensor<T> output, Tensor<T> gradOutput, ParameterTensors<T> parameters)
    {
        if (parameters.Wants(_gain))
        {
            Span<T> gradGain = parameters.Gradient(_gain).Span;
            int channels = input.Shape[1], pixels = input.Length / (input.Shape[0] * channels);
            for (int i = 0; i < input.Length; i++) gradGain[i / pixels % channels] += input.Span[i] * gradOutput.Span[i];
        }
        return Forward(gradOutput, parameters);
    }
}
