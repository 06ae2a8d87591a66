using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>A layer from two functions, as the lesson's <c>Lambda</c>, with the backward pass written out.</summary>
/// <param name="name">What summaries and errors call it.</param>
/// <param name="forward">From input [N, ...] to output [N, ...].</param>
/// <param name="backward">From input [N, ...] and the output's gradient to the input's gradient.</param>
/// <param name="outputShape">The shape of one image's output for one image's input;
/// without it <paramref name="forward"/> is tried on one image of zeros.</param>
public sealed class Lambda<T>(
    string name, Func<Tensor<T>, Tensor<T>> forward, Func<Tensor<T>, Tensor<T>, Tensor<T>> backward, Func<Shape, Shape>? outputShape = null)
    : TensorLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string TypeName => name;

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Input;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) =>
        outputShape is null ? forward(new Tensor<T>(input.Prepend(1))).Shape.Tail() : outputShape(input);

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input) => forward(input);

    /// <inheritdoc/>
    public override Tensor<T> Backward(Tensor<T> input, Tensor<T> output, Tensor<T> gradOutput) => backward(input, gradOutput);
}
