using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>The simple face for a layer of one's own that learns: functions of whole tensors [N, C, H, W] and of parameters, between which the engine
/// converts.</summary>
/// <remarks>
/// N is the images of one block, at most <see cref="Lanes.Count"/>; blocks come in any order, from several threads at once, so keep nothing between
/// calls. Name what is learned in <see cref="Module{T}.Parameters"/>, and read it through the <see cref="ParameterTensors{T}"/> of the call. Slower
/// than a <see cref="Layer{T}"/>, which computes on blocks as they lie, and it allocates its tensors; the arithmetic is as plain as it gets. Without
/// parameters: <see cref="TensorLayer{T}"/>.
/// </remarks>
public abstract class LearnedTensorLayer<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The output for some images.</summary>
    /// <param name="input">[N, ...].</param>
    /// <param name="parameters">The layer's, as they are in this pass.</param>
    /// <returns>[N, ...], of the shape that OutputShape says.</returns>
    public abstract Tensor<T> Forward(Tensor<T> input, ParameterTensors<T> parameters);

    /// <summary>The gradient by the input; those by the parameters are added to <see cref="ParameterTensors{T}.Gradient"/>.</summary>
    /// <param name="input">[N, ...], as Forward saw it.</param>
    /// <param name="output">[N, ...], as it gave it.</param>
    /// <param name="gradOutput">Like the output.</param>
    /// <param name="parameters">The layer's, with their gradients.</param>
    /// <returns>Like the input.</returns>
    public abstract Tensor<T> Backward(Tensor<T> input, Tensor<T> output, Tensor<T> gradOutput, ParameterTensors<T> parameters);

    /// <inheritdoc/>
    public sealed override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public sealed override void Forward<V>(in Pass<T> pass)
    {
        Tensor<T> output = Forward(Images(pass.Input, pass.InputShape, pass), new ParameterTensors<T>(Parameters, pass));
        ShapeGuard.Same(Who, "the output of Forward", pass.OutputShape.Prepend(pass.Images), output.Shape);
        Lay(output, pass.OutputShape, pass, pass.Output);
    }

    /// <inheritdoc/>
    public sealed override void Backward<V>(in Pass<T> pass)
    {
        var parameters = new ParameterTensors<T>(Parameters, pass);
        bool isWanted = !pass.GradInput.IsEmpty;
        for (int i = 0; i < Parameters.Count; i++) isWanted |= parameters.Wants(Parameters[i]);
        if (!isWanted) return;
        Tensor<T> gradInput = Backward(Images(pass.Input, pass.InputShape, pass), Images(pass.Output, pass.OutputShape, pass),
            Images(pass.GradOutput, pass.OutputShape, pass), parameters);
        ShapeGuard.Same(Who, "the gradient from Backward", pass.InputShape.Prepend(pass.Images), gradInput.Shape);
        parameters.AddTo(pass);
        if (!pass.GradInput.IsEmpty) Lay(gradInput, pass.InputShape, pass, pass.GradInput);
    }

    private static Tensor<T> Images(ReadOnlySpan<T> block, Shape shape, in Pass<T> pass)
    {
        var tensor = new Tensor<T>(shape.Prepend(pass.Images));
        Extent extent = Extent.Of(Layout.ChannelsLast, shape, pass.Images);
        if (pass.Layout == Layout.Lanes) Lanes.Deinterleave(block, shape.Length, tensor.Span);
        else ChannelLayout.ToChannelsFirst(block[..tensor.Length], extent.Pitch, extent.Pixels, tensor.Span);
        return tensor;
    }

    private static void Lay(Tensor<T> images, Shape shape, in Pass<T> pass, Span<T> block)
    {
        Extent extent = Extent.Of(Layout.ChannelsLast, shape, pass.Images);
        if (pass.Layout == Layout.Lanes) Lanes.Interleave<T>(images.Span, shape.Length, block);
        else ChannelLayout.ToChannelsLast<T>(images.Span, extent.Pitch, extent.Pixels, block[..images.Length]);
    }
}
