using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>One layer with seeded values in both layouts, and every way to compute each direction of it. The vector is chosen once.</summary>
/// <remarks>
/// NCHW: input and gradInput [N, inC, H, W], output and gradOutput [N, outC, oH, oW]. Blocks: the same images in lanes, [blocks, C, H, W, 32].
/// One thread, and nothing is allocated after the constructor, except by <see cref="FromBlocks"/>.
/// </remarks>
internal abstract class Conv2dWorkload
{
    protected Conv2dWorkload(LayerCase layer)
    {
        (Geometry, Tables) = (layer.Geometry, new(layer.Geometry));
        var random = new RandomGenerator(1);
        Input = Normal(Geometry.InputShape.Prepend(layer.Batch), random);
        GradOutput = Normal(Geometry.OutputShape.Prepend(layer.Batch), random);
        Weight = Normal(Geometry.WeightShape, random);
        Bias = Normal(new(Geometry.OutChannels), random);
        (Output, GradInput, GradWeight, GradBias) = (new(GradOutput.Shape), new(Input.Shape), new(Weight.Shape), new(Bias.Shape));
        (InputBlocks, GradOutputBlocks) = (ToBlocks(Input), ToBlocks(GradOutput));
        (OutputBlocks, GradInputBlocks) = (new(GradOutputBlocks.Shape), new(InputBlocks.Shape));
    }

    public static Conv2dWorkload Create(LayerCase layer) => ForVector.Widest(new Maker(layer));

    public Conv2dGeometry Geometry { get; }

    public Conv2dTables Tables { get; }

    public Tensor<float> Input { get; }

    public Tensor<float> Weight { get; }

    public Tensor<float> Bias { get; }

    public Tensor<float> Output { get; }

    public Tensor<float> GradOutput { get; }

    public Tensor<float> GradInput { get; }

    public Tensor<float> GradWeight { get; }

    public Tensor<float> GradBias { get; }

    public Tensor<float> InputBlocks { get; }

    public Tensor<float> OutputBlocks { get; }

    public Tensor<float> GradOutputBlocks { get; }

    public Tensor<float> GradInputBlocks { get; }

    public void NaiveForward() => Conv2dNaive.Forward<float>(Geometry, Input.Span, Weight.Span, Bias.Span, Output.Span);

    public void NaiveBackwardInput() => Conv2dNaive.BackwardInput<float>(Geometry, GradOutput.Span, Weight.Span, GradInput.Span);

    public void NaiveBackwardWeight() => Conv2dNaive.BackwardWeight<float>(Geometry, Input.Span, GradOutput.Span, GradWeight.Span);

    public void NaiveBackwardBias() => Conv2dNaive.BackwardBias<float>(Geometry, GradOutput.Span, GradBias.Span);

    public abstract void Im2ColForward();

    public abstract void Im2ColBackwardInput();

    public abstract void Im2ColBackwardWeight();

    public abstract void LanesForward();

    /// <summary>From NCHW to NCHW, the two changes of layout included, block by block.</summary>
    public abstract void LanesForwardFromNchw();

    public abstract void LanesBackwardInput();

    public abstract void LanesBackwardWeight();

    public abstract void LanesBackwardBias();

    /// <summary>Blocks as NCHW again.</summary>
    /// <param name="blocks">[blocks, C, H, W, 32].</param>
    /// <param name="shape">[N, C, H, W].</param>
    public static Tensor<float> FromBlocks(Tensor<float> blocks, Shape shape)
    {
        var images = new Tensor<float>(shape);
        for (int block = 0; block < blocks.Shape[0]; block++) Lanes.Deinterleave<float>(Part(blocks, block), shape.Tail().Length, Images(images, block));
        return images;
    }

    /// <summary>One block of a tensor of blocks.</summary>
    protected static Span<float> Part(Tensor<float> blocks, int block)
    {
        int length = blocks.Length / blocks.Shape[0];
        return blocks.Span.Slice(block * length, length);
    }

    /// <summary>The images of an NCHW tensor that make up a block.</summary>
    protected static Span<float> Images(Tensor<float> images, int block)
    {
        int size = images.Length / images.Shape[0];
        return images.Span.Slice(block * Lanes.Count * size, Lanes.Filled(block, images.Shape[0]) * size);
    }

    private static Tensor<float> ToBlocks(Tensor<float> images)
    {
        int size = images.Length / images.Shape[0];
        var blocks = new Tensor<float>(new Shape(Lanes.Blocks(images.Shape[0]), size * Lanes.Count));
        for (int block = 0; block < blocks.Shape[0]; block++) Lanes.Interleave<float>(Images(images, block), size, Part(blocks, block));
        return blocks;
    }

    private static Tensor<float> Normal(Shape shape, RandomGenerator random)
    {
        var tensor = new Tensor<float>(shape);
        foreach (ref float value in tensor.Span) value = (float)random.NextNormal();
        return tensor;
    }

    private sealed class Maker(LayerCase layer) : IForVector<float, Conv2dWorkload>
    {
        public Conv2dWorkload With<V>() where V : unmanaged, IVector<V, float> => new Conv2dWorkload<V>(layer);
    }
}
