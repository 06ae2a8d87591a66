using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>All that goes forward and back through a model leaves, to be compared bit by bit.</summary>
internal static class StepBits
{
    /// <summary>Output, gradients by the input and by every parameter, and running statistics.</summary>
    /// <param name="modules">New ones for every call: a parameter belongs to one model.</param>
    /// <param name="image">The shape of one image.</param>
    /// <param name="threads">How many may work.</param>
    /// <param name="batch">How many images.</param>
    public static byte[] Of(Module<float>[] modules, Shape image, int threads, int batch)
    {
        Model<float> model = RandomModel.Of(4, modules, threads);
        Tensor<float> output = model.Forward(RandomTensors.Tensor<float>(image.Prepend(batch), 5), training: true);
        Tensor<float> gradInput = model.Backward(RandomTensors.Tensor<float>(output.Shape, 6));
        return AlignedMemory.Bytes<float>((float[])[.. output.Span, .. gradInput.Span, .. model.ParameterVector.Gradients.Span,
            .. model.Layers.SelectMany(layer => layer.Buffers).SelectMany(buffer => buffer.Value.Span.ToArray())]).ToArray();
    }
}
