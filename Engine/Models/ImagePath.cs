using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>A model for one image at a time: its layers fused into a few stages, channels side by side, weights packed once.</summary>
/// <remarks>
/// Batch normalisation and an activation become the last steps of the stage before them, and a linear layer after
/// a Flatten a convolution whose window is the whole image. Models with other layers have none: <see cref="TryBuild"/> gives nothing.
/// </remarks>
internal sealed class ImagePath<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<ImageStage<T>> _stages;
    private readonly Tensor<T>?[] _idle = new Tensor<T>?[2 * Environment.ProcessorCount];
    private readonly Shape _image;
    private readonly int _memory, _outputs;

    private ImagePath(Shape image, List<ImageStage<T>> stages, int outputs)
    {
        (_image, _stages, _outputs) = (image, stages, outputs);
        foreach (ImageStage<T> stage in stages) _memory = stage.Place(_memory);
        _memory += stages[^1].OutPitch;
    }

    /// <summary>The path of a model, as its weights are now; none if a layer has no place in it.</summary>
    public static ImagePath<T>? TryBuild(Sequential<T> model, Shape image, int vectorLength)
    {
        var stages = new List<ImageStage<T>>();
        Shape shape = image, spatial = image;                                // as the layers see it, and as it lies before any Flatten
        int pitch = image.Rank == 3 ? image[0] : 0;
        if (image.Rank != 3 || model.Graph.Branches) return null;
        foreach (Layer<T> layer in model.Layers)
        {
            ImageStage<T>? last = stages.Count > 0 ? stages[^1] : null, stage = null;
            switch (layer)
            {
                case Conv2d<T> { Groups: 1, PaddingMode: PaddingMode.Zeros } conv:
                    stage = ImageStage<T>.Convolution(conv.Geometry(shape), conv.Weight.Value.Span, conv.Bias, pitch, vectorLength);
                    break;
                case Linear<T> linear when shape.Rank == 1:
                    var whole = new Conv2dGeometry(spatial[0], linear.OutFeatures, new WindowAxis(spatial[1], spatial[1]),
                        new WindowAxis(spatial[2], spatial[2]));
                    stage = ImageStage<T>.Convolution(whole, linear.Weight.Value.Span, linear.Bias, pitch, vectorLength);
                    break;
                case MaxPool2d<T> or AvgPool2d<T> or AdaptiveAvgPool2d<T> when last is not null:
                    stage = ImageStage<T>.Pooling(layer, shape, pitch);
                    break;
                case BatchNormLayer<T> norm when last is not null && last.TryFold(norm):
                case Relu<T> when last is not null && last.TryActivate(0):
                case LeakyRelu<T> leaky when last is not null && last.TryActivate(leaky.NegativeSlope):
                case Flatten<T> or DropoutLayer<T>:                          // neither changes a number in use
                    break;
                default:
                    return null;
            }
            shape = layer.OutputShape(shape);
            if (stage is null) continue;
            stages.Add(stage);
            (pitch, spatial) = (stage.OutPitch, shape.Rank == 3 ? shape : new Shape(shape[0], 1, 1));
        }
        if (stages.Count == 0 || spatial[1] * spatial[2] != 1) return null;  // an output of several pixels would have to be turned round
        return new(image, stages, spatial[0]);
    }

    /// <summary>The outputs of one image. From any thread; once warm it allocates nothing.</summary>
    /// <param name="image">[C, H, W].</param>
    /// <param name="output">[outputs], overwritten.</param>
    public void Run<V>(ReadOnlySpan<T> image, Span<T> output) where V : unmanaged, IVector<V, T>
    {
        Tensor<T> memory = Borrow();
        _stages[0].CopyInput(image, memory.Span);
        for (int i = 0; i + 1 < _stages.Count; i++) _stages[i].Run<V>(memory.Span, _stages[i + 1]);
        int end = _memory - _stages[^1].OutPitch;
        _stages[^1].Run<V>(memory.Span, memory.Span[end..]);
        memory.Span.Slice(end, _outputs).CopyTo(output);
        Return(memory);
    }

    // Memory comes zeroed and only the insides of images are written: their padding stays zero for ever.
    private Tensor<T> Borrow()
    {
        for (int i = 0; i < _idle.Length; i++)
            if (_idle[i] is not null && Interlocked.Exchange(ref _idle[i], null) is { } memory) return memory;
        return new(new Shape(_memory));
    }

    private void Return(Tensor<T> memory)
    {
        for (int i = 0; i < _idle.Length; i++)
            if (_idle[i] is null && Interlocked.CompareExchange(ref _idle[i], memory, null) is null) return;
    }
}
