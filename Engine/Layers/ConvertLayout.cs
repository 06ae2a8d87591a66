using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Lays the numbers of a block another way, for the layers after it; no number changes. A plan puts it in where layouts meet.</summary>
/// <param name="to">How they lie afterwards.</param>
internal sealed class ConvertLayout<T>(Layout to) : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override BackwardReads BackwardReads => BackwardReads.Nothing;

    public override string TypeName => "Convert";

    public override bool IsCheap => true;

    public override Shape OutputShape(Shape input) => input;

    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <summary>Nanoseconds to convert one block.</summary>
    public static double Price(Shape image, int images, bool backward, int vector) => ChorePrices.For(vector).Of(Count(image, images)) * (backward ? 2
        : 1);

    /// <summary>What is done to convert one block.</summary>
    public static ChoreCounts Count(Shape image, int images) => new()
    {
        [Chore.ConvertedNumber] = (double)image.Length * images,
        [Chore.ConvertedLane] = (double)image.Length * Lanes.Count,
        [Chore.FarNumber] = ConvolutionCost.Far(image.Length * ((long)images + Lanes.Count)),
    };

    public override Division DivisionAt(LayerSite site) => Division.ByItself;

    public override void Forward<V>(in Pass<T> pass) => Convert(to, pass.InputShape, pass.Images, pass.Input, pass.Output, pass.Threads);

    public override void Backward<V>(in Pass<T> pass)
    {
        if (!pass.GradInput.IsEmpty) Convert(Other(to), pass.InputShape, pass.Images, pass.GradOutput, pass.GradInput, pass.Threads);
    }

    /// <summary>From one layout to the other.</summary>
    public static void Convert(Layout to, Shape image, int images, ReadOnlySpan<T> from, Span<T> target, int threads = 1)
    {
        Extent extent = Extent.Of(Layout.ChannelsLast, image, images);
        int length = images * image.Length, lanes = image.Length * Lanes.Count;
        if (to == Layout.ChannelsLast) ChannelLayout.FromLanes(from[..lanes], extent.Pitch, extent.Pixels, target[..length], threads);
        else ChannelLayout.ToLanes(from[..length], extent.Pitch, extent.Pixels, target[..lanes], threads);
    }

    /// <summary>The layout that one is not.</summary>
    public static Layout Other(Layout layout) => layout == Layout.Lanes ? Layout.ChannelsLast : Layout.Lanes;
}
