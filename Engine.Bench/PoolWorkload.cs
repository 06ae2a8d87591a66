using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Measuring;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>One pooling with seeded values, in NCHW for the definition and in lanes for what models run on; both directions, one thread.</summary>
internal sealed class PoolWorkload(PoolCase pool) : IForVector<float, (Variant Forward, Variant Backward)>
{
    private readonly RandomGenerator _random = new(1);

    private int Planes => pool.Batch * pool.Channels;

    private int OutputPlane => pool.Axis.Output * pool.Axis.Output;

    private Tensor<float> Input() => RandomValues.Of<float>(new(pool.Batch, pool.Channels * pool.Axis.Input * pool.Axis.Input), _random);

    private Tensor<float> Output() => RandomValues.Of<float>(new(pool.Batch, pool.Channels * OutputPlane), _random);

    /// <summary>The definition.</summary>
    public (Variant Forward, Variant Backward) Naive()
    {
        Tensor<float> input = Input(), gradOutput = Output(), output = new(gradOutput.Shape), gradInput = new(input.Shape);
        int[] indices = new int[Planes * OutputPlane];
        WindowAxis axis = pool.Axis;
        Action forward = pool.TakesMaximum
            ? () => Pool2dNaive.Max<float>(axis, axis, input.Span, output.Span, indices)
            : () => Pool2dNaive.Average<float>(axis, axis, countIncludePad: true, input.Span, output.Span);
        Action backward = pool.TakesMaximum
            ? () => Pool2dNaive.MaxBackward<float>(axis.Input * axis.Input, OutputPlane, indices, gradOutput.Span, gradInput.Span)
            : () => Pool2dNaive.AverageBackward<float>(axis, axis, countIncludePad: true, gradOutput.Span, gradInput.Span);
        forward();                                                           // the way back asks who has won
        return (new(forward, () => output), new(backward, () => gradInput));
    }

    /// <summary>In lanes.</summary>
    public (Variant Forward, Variant Backward) Lanes() => ForVector.Widest(this);

    (Variant Forward, Variant Backward) IForVector<float, (Variant Forward, Variant Backward)>.With<V>()
    {
        Tensor<float> images = Input(), gradients = Output();
        Tensor<float> input = RandomValues.Blocks(images), gradOutput = RandomValues.Blocks(gradients), output = new(gradOutput.Shape),
            gradInput = new(input.Shape);
        AveragePlan<float> plan = AveragePlan<float>.Of(pool.Axis, pool.Axis, countIncludePad: true);
        var extent = new PixelExtent(pool.Channels, pool.Axis.Input * pool.Axis.Input, Kernels.Lanes.Count);
        int blocks = input.Shape[0], from = input.Length / blocks, to = output.Length / blocks;
        Action forward = () =>
        {
            for (int i = 0; i < blocks; i++)
                if (pool.TakesMaximum) Pool2d.Max<V, float>(plan.Table, extent, input.Span.Slice(i * from, from), output.Span.Slice(i * to, to));
                else Pool2d.Average<V, float>(plan.Table, plan.Shares, extent, input.Span.Slice(i * from, from), output.Span.Slice(i * to, to));
        };
        Action backward = () =>
        {
            for (int i = 0; i < blocks; i++)
            {
                Span<float> dx = gradInput.Span.Slice(i * from, from);
                ReadOnlySpan<float> dy = gradOutput.Span.Slice(i * to, to);
                if (!pool.TakesMaximum) Pool2d.AverageBackward<V, float>(plan.Table, plan.Shares, extent, dy, [], dx);
                else Pool2d.MaxBackward<V, float>(plan.Table, extent, input.Span.Slice(i * from, from), output.Span.Slice(i * to, to), dy, [], dx);
            }
        };
        forward();
        return (new(forward, () => FromBlocks(output, gradients.Shape)), new(backward, () => FromBlocks(gradInput, images.Shape)));
    }

    private static Tensor<float> FromBlocks(Tensor<float> blocks, Shape shape)
    {
        var images = new Tensor<float>(shape);
        int size = shape[1];
        for (int i = 0; i < blocks.Shape[0]; i++)
            Kernels.Lanes.Deinterleave<float>(blocks.Slice(i, 1).Span, size, images.Slice(i * Kernels.Lanes.Count,
                Kernels.Lanes.Filled(i, shape[0])).Span);
        return images;
    }
}
