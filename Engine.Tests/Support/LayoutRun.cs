using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>One layer on one block, forward and back, with its values lying as a test says: no plan decides. What holds no image's number is NaN, but
/// for empty lanes.</summary>
/// <param name="layer">Part of a model already, so that its parameters have their places.</param>
/// <param name="layout">How values lie.</param>
/// <param name="input">[N, ...], at most a block.</param>
/// <param name="gradOutput">Like the output.</param>
/// <param name="training">Whether the model learns.</param>
internal sealed class LayoutRun<T>(Layer<T> layer, Layout layout, Tensor<T> input, Tensor<T> gradOutput, bool training)
    : IForVector<T, LayoutResult<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _images = input.Shape[0];

    public LayoutResult<T> With<V>() where V : unmanaged, IVector<V, T>
    {
        Shape from = input.Shape.Tail(), to = layer.OutputShape(from);
        var site = new LayerSite(layout, [from], to, _images, training, Backward: true);
        T[] x = Lay(input), dy = Lay(gradOutput), y = Nothing(to), dx = Nothing(from);
        T[] prepared = new T[layer.PreparedLength<V>(site)], scratch = Full(layer.ScratchLength<V>(site, 1));
        if (prepared.Length > 0) layer.Prepare<V>(site, null, prepared, threads: 1);
        int parameters = layer.Parameters.Count == 0 ? 0 : layer.Parameters.Max(parameter => parameter.Offset + parameter.Value.Length);
        var gradients = new T[parameters];
        Pass<T> pass = new()
        {
            Images = _images, Training = training, RandomBits = 12345, InputShape = from, OutputShape = to, Layout = layout, Owner = layer,
                Prepared = prepared,
            Input = x, Output = y, Scratch = scratch, Threads = 1, Site = site,
        };
        layer.Forward<V>(pass);
        Tensor<T> output = Take(y, to);
        Array.Fill(scratch, T.NaN);
        layer.Backward<V>(pass with { GradOutput = dy, GradInput = dx, Gradients = gradients });
        if (layout == Layout.Lanes)
            Assert.That(dx.Where((_, i) => i % Lanes.Count >= _images), Has.All.EqualTo(T.Zero), "the gradient of lanes without an image");
        return new(output, Take(dx, from), [.. layer.Parameters.Select(parameter =>
            new Tensor<T>(parameter.Value.Shape, gradients.AsSpan(parameter.Offset, parameter.Value.Length)))]);
    }

    private T[] Lay(Tensor<T> images)
    {
        Shape image = images.Shape.Tail();
        T[] values = Nothing(image);
        Extent extent = Extent.Of(Layout.ChannelsLast, image, _images);
        if (layout == Layout.Lanes) Lanes.Interleave<T>(images.Span, image.Length, values);
        else ChannelLayout.ToChannelsLast<T>(images.Span, extent.Pitch, extent.Pixels, values.AsSpan(0, images.Length));
        return values;
    }

    private Tensor<T> Take(T[] values, Shape image)
    {
        var images = new Tensor<T>(image.Prepend(_images));
        Extent extent = Extent.Of(Layout.ChannelsLast, image, _images);
        if (layout == Layout.Lanes) Lanes.Deinterleave(values, image.Length, images.Span);
        else ChannelLayout.ToChannelsFirst<T>(values.AsSpan(0, images.Length), extent.Pitch, extent.Pixels, images.Span);
        return images;
    }

    private T[] Nothing(Shape image) => Full(Extent.Length(layout, image, _images));

    private static T[] Full(int length)
    {
        var values = new T[length];
        Array.Fill(values, T.NaN);
        return values;
    }
}

/// <summary>What came of it, as whole tensors.</summary>
internal sealed record LayoutResult<T>(Tensor<T> Output, Tensor<T> GradInput, Tensor<T>[] Gradients)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
