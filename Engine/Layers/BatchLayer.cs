using System.Numerics;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>A layer that must have seen the whole batch before it can give its
/// first output, and all gradients before it can send back the first.</summary>
/// <remarks>
/// In training every block is gathered, what they found is combined in the order of the blocks, and only then the blocks go on through
/// <see cref="Layer{T}.Forward"/>, with the result in <see cref="Pass{T}.Statistics"/>; the way back alike. Outside training the statistics come from
/// <see cref="RunningStatistics"/> and the layer is one like any other: its Backward then adds the parameters' gradients itself.
/// </remarks>
public abstract class BatchLayer<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Channels-last, how many images of a block it looks at together, at most: so that threads may share one.</summary>
    internal const int ImagesOfPart = 4;

    private const int LargeImage = 1 << 17;                                  // numbers, from which on it looks at each by itself

    /// <summary>The same of such images.</summary>
    internal static int PartOf(Shape image) => image.Length > LargeImage ? 1 : ImagesOfPart;

    private protected static int SumOf(ReadOnlySpan<int> parts)
    {
        int images = 0;
        foreach (int part in parts) images += part;
        return images;
    }

    /// <summary>How many numbers a block finds out, and how many the whole batch's statistics are.</summary>
    public abstract int StatisticsLength(Shape input);

    /// <summary>Looks at one block's input.</summary>
    /// <param name="pass">Input.</param>
    /// <param name="partial">[<see cref="StatisticsLength"/>], overwritten.</param>
    public abstract void Gather<V>(in Pass<T> pass, Span<double> partial) where V : unmanaged, IVector<V, T>;

    /// <summary>Combines what the blocks found, in their order, into the batch's statistics, and updates the running ones.</summary>
    /// <param name="input">The shape of one image.</param>
    /// <param name="parts">How many images each part saw.</param>
    /// <param name="partials">[parts, <see cref="StatisticsLength"/>].</param>
    /// <param name="statistics">[<see cref="StatisticsLength"/>], overwritten.</param>
    public abstract void Combine(Shape input, ReadOnlySpan<int> parts, ReadOnlySpan<double> partials, Span<double> statistics);

    /// <summary>For a layer whose channels know nothing of each other: how many there are, for threads to share <see cref="Combine"/>; 0, by default,
    /// for none.</summary>
    internal virtual int CombinedChannels => 0;

    /// <summary>Where channels are shared: what of <see cref="Combine"/> is done once, first.</summary>
    internal virtual void BeginCombine(Shape input, int images)
    {
    }

    /// <summary>Where channels are shared: <see cref="Combine"/> for some of them.</summary>
    internal virtual void CombineChannels(Shape input, ReadOnlySpan<int> parts, ReadOnlySpan<double> partials, Span<double> statistics, int first,
        int end)
    {
    }

    /// <summary>The statistics to use outside training.</summary>
    /// <param name="statistics">[<see cref="StatisticsLength"/>], overwritten.</param>
    public abstract void RunningStatistics(Span<double> statistics);

    /// <summary>Looks at one block's gradient.</summary>
    /// <param name="pass">Input, GradOutput, Statistics.</param>
    /// <param name="partial">[<see cref="StatisticsLength"/>], overwritten.</param>
    public abstract void GatherGradient<V>(in Pass<T> pass, Span<double> partial) where V : unmanaged, IVector<V, T>;

    /// <summary>Combines what the blocks found of the gradient, in their order, and adds the parameters' gradients.</summary>
    /// <param name="pass">Statistics, and <see cref="Pass{T}.Gradient"/>, added to; no block.</param>
    /// <param name="images">Images of the batch.</param>
    /// <param name="partials">[blocks, <see cref="StatisticsLength"/>].</param>
    /// <param name="gradStatistics">[<see cref="StatisticsLength"/>], overwritten.</param>
    public abstract void CombineGradient(in Pass<T> pass, int images, ReadOnlySpan<double> partials, Span<double> gradStatistics);
}
