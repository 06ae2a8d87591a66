using System.Numerics;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>A model as it is now, made ready to be used: weights packed once, for one image in microseconds.</summary>
/// <remarks>
/// What the model learns afterwards does not show: make another. Any number of threads may use one predictor at once. With a
/// place for the outputs, a warm call allocates nothing. A single image goes through the model's layers fused, channels side by
/// side (<see cref="ImagePath{T}"/>), where they allow it; models with other layers, and more images at once, go through lanes.
/// </remarks>
public sealed class Predictor<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ImagePath<T>? _path;
    private readonly Model<T> _model;
    private readonly Shape _image;

    /// <summary>Makes a model ready for images of one shape.</summary>
    /// <param name="model">The model.</param>
    /// <param name="image">[C, H, W] of one image.</param>
    /// <exception cref="ShapeMismatchException">Such images do not fit the model.</exception>
    public Predictor(Model<T> model, Shape image)
    {
        (_model, _image, OutputShape) = (model, image, model.OutputShape(image));
        _path = ImagePath<T>.TryBuild(model, image, VectorLength(model.Width));
    }

    /// <summary>The shape of one image's output.</summary>
    public Shape OutputShape { get; }

    /// <summary>Whether single images take the fused path.</summary>
    public bool IsFused => _path is not null;

    /// <summary>The outputs of one image.</summary>
    /// <param name="image">[C, H, W], row-major.</param>
    /// <param name="output">[outputs], overwritten.</param>
    /// <exception cref="ShapeMismatchException">One of them has another length.</exception>
    public void Infer(ReadOnlySpan<T> image, Span<T> output)
    {
        if (image.Length != _image.Length)
            ShapeGuard.Mismatch(nameof(Predictor<>), $"the image has {image.Length} numbers, {_image} takes {_image.Length}.", _image,
                new Shape(image.Length));
        if (output.Length != OutputShape.Length)
            ShapeGuard.Mismatch(nameof(Predictor<>), $"there is room for {output.Length} outputs, {OutputShape} takes {OutputShape.Length}.",
                OutputShape, new Shape(output.Length));
        if (_path is null) _model.Infer(new Tensor<T>(_image.Prepend(1), image)).Span.CopyTo(output);
        else if (_model.Width == SimdWidth.Bits512) _path.Run<Simd512<T>>(image, output);
        else if (_model.Width == SimdWidth.Bits256) _path.Run<Simd256<T>>(image, output);
        else _path.Run<SimdPortable<T>>(image, output);
    }

    private static int VectorLength(SimdWidth width) => width switch
    {
        SimdWidth.Bits512 => Simd512<T>.Count,
        SimdWidth.Bits256 => Simd256<T>.Count,
        _ => SimdPortable<T>.Count,
    };
}
