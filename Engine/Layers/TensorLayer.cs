using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>The simple face for a layer of one's own: functions of whole tensors [N, C, H, W], between which the engine converts.</summary>
/// <remarks>
/// N is the images of one block, at most <see cref="Lanes.Count"/>; blocks come in any order, from several threads at once. Slower than a
/// <see cref="Layer{T}"/>, which computes in lanes, and it allocates its tensors; the arithmetic is as plain as it gets.
/// It has no parameters: to learn something, derive from <see cref="Layer{T}"/>.
/// </remarks>
public abstract class TensorLayer<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
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
    public sealed override void Forward<V>(in Pass<T> pass)
    {
        Tensor<T> output = Forward(Images(pass.Input, pass.InputShape, pass.Images));
        ShapeGuard.Same(Who, "the output of Forward", pass.OutputShape.Prepend(pass.Images), output.Shape);
        Lanes.Interleave<T>(output.Span, pass.OutputShape.Length, pass.Output);
    }

    /// <inheritdoc/>
    public sealed override void Backward<V>(in Pass<T> pass)
    {
        if (pass.GradInput.IsEmpty) return;
        Tensor<T> gradInput = Backward(Images(pass.Input, pass.InputShape, pass.Images), Images(pass.Output, pass.OutputShape, pass.Images),
            Images(pass.GradOutput, pass.OutputShape, pass.Images));
        ShapeGuard.Same(Who, "the gradient from Backward", pass.InputShape.Prepend(pass.Images), gradInput.Shape);
        Lanes.Interleave<T>(gradInput.Span, pass.InputShape.Length, pass.GradInput);
    }

    private static Tensor<T> Images(ReadOnlySpan<T> block, Shape shape, int images)
    {
        var tensor = new Tensor<T>(shape.Prepend(images));
        Lanes.Deinterleave(block, shape.Length, tensor.Span);
        return tensor;
    }
}
