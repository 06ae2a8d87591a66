namespace Scratch.Kernels;

/// <summary>How <see cref="Conv2dChannels"/> cuts its work: by shape and by the caches,
/// never by the number of threads. Widths are whole pairs of vectors.</summary>
internal static class ChannelPlan
{
    private const int PanelBytes = 160 << 10, SuperblockBytes = 320 << 10;   // packed weights of one block, and of one piece: parts of an L2 cache
    private const int BandPositions = 2048;                                  // of all images, for which a piece packs its weights
    private const int SourceBytes = 256 << 10;                               // of rows that are read for all blocks of a piece in turn
    private const long LeastProducts = 1 << 20;                              // of a band's piece
    private const int MinDepth = 16, GradientBytes = 64 << 10, PatchPositions = 192, MergedPositions = 1024, EnoughPieces = 16, MostImages = 12,
        LeastNumbers = 1 << 14, FewestBands = 2, ImagesAtATime = 8, SomePieces = 4, SharePositions = 1 << 13, ManyPositions = 1 << 16;

    /// <summary>Channels to sum over at a time: evenly cut, so that their weights for one block stay in the cache; not too many steps, for each is an
    /// addition to the target.</summary>
    public static int DepthStep(int elements, int depth, int widthBytes) =>
        Evenly(depth, (int)Math.Max(Math.Max(MinDepth, depth / LongSums.Pieces), PanelBytes / ((long)elements * widthBytes)));

    /// <summary>The most channels a piece writes, in whole widths.</summary>
    public static int MostBlocks(int elements, int depthStep, int widthBytes) => Math.Max(1, SuperblockBytes / (elements * depthStep * widthBytes));

    /// <summary>The same where fewer make enough pieces to share.</summary>
    public static int Blocks(int block, int width, int most, int otherPieces)
    {
        int all = (block + width - 1) / width, blocks = Math.Min(most, all);
        while (blocks > 1 && (all + blocks - 1) / blocks * otherPieces < EnoughPieces) blocks = (blocks + 1) / 2;
        return blocks;
    }

    /// <summary>Images of a band: few enough that their rows stay in the cache, enough for tiles of the same position of several.</summary>
    public static int ImageStep(int images) => images <= MostImages ? Math.Max(1, images) : ImagesAtATime;

    /// <summary>The most rows of a band, for which a piece goes through its weights once: enough positions to be worth that.</summary>
    public static int MostBandRows(int height, int width, int images) => Evenly(height, Math.Max(1, BandPositions / Math.Max(1, width * images)));

    /// <summary>Rows of a band. Where an image's numbers are more than the weights it meets, there are several, and with the blocks of channels
    /// enough to share: who makes some rows then finds those that the layer before left in its own cache. None of them tiny: each has its weights to
    /// fetch, and a last tile that may not be full.</summary>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Positions of a row.</param>
    /// <param name="images">Images of a band.</param>
    /// <param name="others">Pieces of a band of rows.</param>
    /// <param name="numbers">Numbers of these images, in and out.</param>
    /// <param name="weights">How many there are.</param>
    public static int BandRows(int height, int width, int images, int others, long numbers, long weights)
    {
        int most = MostBandRows(height, width, images);
        if (numbers < weights) return most;
        long worthwhile = Math.Max(1, (long)height * width * images * weights / (others * LeastProducts));
        return Math.Min(most, Math.Max(RowsToShare(height, others, FewestBands), (int)((height + worthwhile - 1) / worthwhile)));
    }

    /// <summary>Rows of a band where these are to be enough to share.</summary>
    /// <param name="height">Rows of an image.</param>
    /// <param name="others">Pieces of a band of rows.</param>
    /// <param name="fewest">The fewest bands, if there are so many rows.</param>
    public static int RowsToShare(int height, int others, int fewest) =>
        Evenly(height, Math.Max(1, height / Math.Max(fewest, EnoughPieces / others)));

    /// <summary>Rows of a band where channels do not mix: what it reads stays in the cache, and there are enough bands to share, none of them
    /// tiny.</summary>
    public static int DepthwiseRows(int height, int images, int rowNumbers, long sourceRowBytes)
    {
        int wanted = Math.Max(height * images / EnoughPieces, (LeastNumbers + rowNumbers - 1) / rowNumbers);
        return Evenly(height, Math.Max(1, Math.Min(wanted, SourceRows(sourceRowBytes))));
    }

    /// <summary>Channels of a piece of the weight gradient where channels do not mix: whole vectors, and some pieces to share.</summary>
    public static int DepthwiseChannels(int channels, int vector) => Math.Max(1, (channels / vector + SomePieces - 1) / SomePieces) * vector;

    /// <summary>Rows of a band to take at a time, so that what they read stays in the cache for every block.</summary>
    public static int SourceRows(long rowBytes) => (int)Math.Max(1, SourceBytes / Math.Max(1, rowBytes));

    /// <summary>Input channels of one piece of the weight gradient: whole cache lines, small panels, and some pieces to share.</summary>
    public static int GradientStep(int elements, int depth, int widthBytes, int otherPieces)
    {
        if (depth <= MinDepth) return depth;
        int step = Evenly(depth, Math.Max(MinDepth, GradientBytes / (elements * widthBytes)));
        while (step > 2 * MinDepth && (depth + step - 1) / step * (long)otherPieces < SomePieces) step = (step + 1) / 2;
        return Math.Min(depth, (step + MinDepth - 1) / MinDepth * MinDepth);
    }

    /// <summary>Into how many shares of the positions the weight gradient is cut, each a sum of its own: one where its pieces are enough to
    /// share.</summary>
    public static int GradientShares(int pieces, long positions) =>
        pieces >= SomePieces || positions < ManyPositions ? 1 : (int)Math.Clamp(positions / SharePositions, 1, (EnoughPieces + pieces - 1) / pieces);

    /// <summary>Images and rows of outputs over which a tile of the weight gradient sums
    /// before it is added to the panel: what they take stays in the cache.</summary>
    public static (int Images, int Rows) Patch(int height, int width, bool merged)
    {
        int most = merged ? MergedPositions : PatchPositions;
        return height * width >= most ? (1, Math.Max(1, most / width)) : (Math.Max(1, most / Math.Max(1, height * width)), Math.Max(1, height));
    }

    /// <summary>Positions of <see cref="Patch"/>, at most.</summary>
    public static int MostPositions(int width, bool merged) => Math.Max(merged ? MergedPositions : PatchPositions, width);

    /// <summary>How many of some things to take at a time: no more than so many, and about as many each time.</summary>
    public static int Evenly(int count, int most)
    {
        if (count <= most) return Math.Max(1, count);
        int parts = (count + most - 1) / most;
        return (count + parts - 1) / parts;
    }
}
