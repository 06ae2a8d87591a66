using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>The simplest face for a layer of one's own: functions of whole tensors [N, C, H, W], between which the engine converts.</summary>
/// <remarks>
/// As <see cref="LearnedTensorLayer{T}"/>, which see for what N is and what it costs, without parameters: to learn something, derive from that one.
/// </remarks>
public abstract class TensorLayer<T> : LearnedTensorLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>None.</summary>
    public sealed override IReadOnlyList<Parameter<T>> Parameters => [];

    /// <summary>The output for some images.</summary>
    /// <param name="input">[N, ...].</param>
    /// <returns>[N, ...], of the shape that OutputShape says.</returns>
    public abstract Tensor<T> Forward(Tensor<T> input);

    /// <summary>The gradient by the input.</summary>
    /// <param name="input">[N, ...], as <see cref="Forward(Tensor{T})"/> saw it.</param>
    /// <param name="output">[N, ...], as it gave it.</param>
    /// <param name="gradOutput">Like the output.</param>
    /// <returns>Like the input.</returns>
    public abstract Tensor<T> Backward(Tensor<T> input, Tensor<T> output, Tensor<T> gradOutput);

    /// <inheritdoc/>
    public sealed override Tensor<T> Forward(Tensor<T> input, ParameterTensors<T> parameters) => Forward(input);

    /// <inheritdoc/>
    public sealed override Tensor<T> Backward(Tensor<T> input, Tensor<T> output, Tensor<T> gradOutput, ParameterTensors<T> parameters) =>
        Backward(input, output, gradOutput);
}
