using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Convolution of one image, by itself: the tile of <see cref="Conv2dLanes"/>
/// with the roles exchanged. Positions are the rows, output channels the vector.</summary>
/// <remarks>
/// The image lies with its channels side by side, [H + 2·padH, W + 2·padW, pitch], its padding filled in, so that
/// every window reads alike and one list of taps serves all. Weights are packed [block][tap, channel]: a step is "the vector
/// of all output channels' weights for this tap, times the number under the tap". The scalar line is <c>output[oh, ow,
/// oc] += weight[oc, tap] · image[oh·stride + tap]</c>. Channels up to the pitch have weights of zero.
/// </remarks>
internal static unsafe class Conv2dImage
{
    private const long WorthSharing = 1 << 19;                              // multiplications: fewer are done before another thread has come
    private const int LargestTile = 8, NearBytes = 16 << 10;                 // positions of a tile; weights of a block that stay in the nearest cache

    /// <summary>The taps of one window of a padded image, channel by channel at each pixel, in runs of neighbours; Element is the row of the packed
    /// weights. A run ends where a piece of a long sum may.</summary>
    public static TapRun[] Taps(Conv2dGeometry g, int pitch)
    {
        var runs = new List<TapRun>();
        int width = (int)g.Columns.Padded, element = 0;
        for (int kh = 0; kh < g.Rows.Kernel; kh++)
            for (int kw = 0; kw < g.Columns.Kernel; kw++)
                for (int c = 0; c < g.InChannels; c++, element++)
                {
                    int source = (kh * g.Rows.Dilation * width + kw * g.Columns.Dilation) * pitch + c;
                    if (element % LongSums.Piece != 0 && runs[^1] is var last && source == last.Source + last.Taps)
                        runs[^1] = last with { Taps = last.Taps + 1 };
                    else runs.Add(new(source, element, 1));
                }
        return [.. runs];
    }

    /// <summary>packed[block of channels][tap, channel] = weight[oc, ic, kh, kw], zero beyond the channels. The order of the taps is that of
    /// <see cref="Taps"/>; a block is a pair of vectors, or the one that is left.</summary>
    public static void Pack<V, T>(Conv2dGeometry g, ReadOnlySpan<T> weight, int outPitch, Span<T> packed) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        packed.Clear();
        for (int oc = 0; oc < g.OutChannels; oc++)
        {
            int first = oc / (2 * V.Count) * (2 * V.Count), width = Math.Min(2 * V.Count, outPitch - first);
            Span<T> block = packed.Slice(first * g.WindowLength, g.WindowLength * width);
            for (int c = 0; c < g.InChannels; c++)
                for (int k = 0; k < g.KernelLength; k++)
                    block[(k * g.InChannels + c) * width + oc - first] = weight[(oc * g.InChannels + c) * g.KernelLength + k];
        }
    }

    /// <summary>Every output of one image, all channels; threads share blocks of them and bands of rows.</summary>
    /// <param name="threads">How many may work.</param>
    /// <param name="window">The taps and steps.</param>
    /// <param name="packed">As <see cref="Pack"/> laid them out.</param>
    /// <param name="start">[outPitch]: what the sums begin with, the bias.</param>
    /// <param name="image">[padded H, padded W, pitch].</param>
    /// <param name="output">From the first output on, pixels and rows as far apart as the window says; overwritten.</param>
    /// <param name="clamp">What becomes of every sum: nothing, or an activation that only clamps.</param>
    public static void Forward<V, T>(int threads, in ImageWindow window, ReadOnlySpan<T> packed, ReadOnlySpan<T> start, ReadOnlySpan<T> image,
        Span<T> output, Activation<T> clamp = default)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(clamp.IsClamp || !clamp.IsSome);
        Debug.Assert(packed.Length == window.Length * window.OutPitch && start.Length == window.OutPitch && window.OutPitch % V.Count == 0);
        Debug.Assert(image.Length >= (window.Height - 1) * window.RowStep + (window.Width - 1) * window.PixelStep + window.Taps[^1].Source
            + window.Taps[^1].Taps);
        Debug.Assert(output.Length >= (window.Height - 1) * window.OutRowStep + (window.Width - 1) * window.OutPixelStep + window.OutPitch);
        fixed (TapRun* taps = window.Taps)
        fixed (T* w = packed, b = start, x = image, y = output)
        {
            int blocks = (window.OutPitch + 2 * V.Count - 1) / (2 * V.Count);
            if (threads == 1 || (long)packed.Length * window.Height * window.Width < WorthSharing)
            {
                for (int block = 0; block < blocks; block++) Block<V, T>(window, taps, block, 0, window.Height, w, b, x, y, clamp);
                return;
            }
            ImageJob<V, T> job = ImageJob<V, T>.OfThisThread;
            job.BandRows = ChannelPlan.RowsToShare(window.Height, blocks, fewest: 1);
            job.Bands = (window.Height + job.BandRows - 1) / job.BandRows;
            (job.Blocks, job.RowsFirst) = (blocks, packed.Length < image.Length + output.Length);
            job.Window = window;
            job.Taps = taps;
            job.Weights = w;
            job.Start = b;
            job.Image = x;
            job.Output = y;
            job.Clamp = clamp;
            WorkerPool.Shared.Run(threads, blocks * job.Bands, job.Forward);
        }
    }

    /// <summary>A block of channels and a band of rows. Neighbouring pieces share what is more: rows, or weights.</summary>
    internal static void ForwardPiece<V, T>(ImageJob<V, T> job, int piece) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        var (band, block) = job.RowsFirst ? Math.DivRem(piece, job.Blocks) : (piece % job.Bands, piece / job.Bands);
        int top = band * job.BandRows;
        Block<V, T>(job.Window, job.Taps, block, top, Math.Min(job.Window.Height, top + job.BandRows), job.Weights, job.Start, job.Image, job.Output,
            job.Clamp);
    }

    /// <summary>Two vectors of output channels, or the one that is left.</summary>
    private static void Block<V, T>(in ImageWindow window, TapRun* taps, int block, int top, int bottom, T* w, T* b, T* x, T* y, Activation<T> clamp)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int oc = block * 2 * V.Count;
        w += (nint)oc * window.Length;
        if (oc + 2 * V.Count <= window.OutPitch) Pieces<Pair<V, T>, V, T>(window, taps, top, bottom, w, b + oc, x, y + oc, clamp);
        else Pieces<V, V, T>(window, taps, top, bottom, w, b + oc, x, y + oc, clamp);
    }

    /// <summary>All positions of some rows, some taps after the other: their weights stay in the nearest cache while every tile passes by.</summary>
    /// <remarks>The taps are cut in pieces anyhow, for long sums would drift. Weights are read once, from far away if there are many: each tile has
    /// the next piece's share fetched meanwhile, so that they come as evenly as they are used.</remarks>
    private static void Pieces<V, U, T>(in ImageWindow window, TapRun* taps, int top, int bottom, T* w, T* b, T* x, T* y, Activation<T> clamp)
        where V : unmanaged, IVector<V, T> where U : unmanaged, IVector<U, T> where T : unmanaged, INumber<T>
    {
        int vectors = V.Count / U.Count, tiles = (bottom - top) * TileSizes.Of(window.Width, vectors).Count, length = window.Length;
        TapRun* end = taps + window.Taps.Length;
        for (int first = 0, count; first < length; first += count)
        {
            count = length - first is <= LongSums.LastPiece and var rest ? rest : LongSums.Piece;
            var piece = new Piece<V, T>
            {
                Run = taps, Weights = w + (nint)first * V.Count, Bias = first == 0 ? b : null, PixelStep = window.PixelStep,
                OutPixelStep = window.OutPixelStep, Share = (long)length * V.Count * sizeof(T) > NearBytes ? V.Count / tiles : 0,
            };
            (piece.Least, piece.Most) = (first + count == length ? clamp : default).Bounds;
            while (taps < end && taps->Element < first + count) taps++;
            piece.End = taps;
            piece.Next = piece.Weights + (nint)count * V.Count;
            for (int oh = top; oh < bottom; oh++)
            {
                T* from = x + oh * window.RowStep, to = y + oh * window.OutRowStep;
                for (int ow = 0, rows; ow < window.Width; ow += rows, piece.Next += count * piece.Share)
                {
                    rows = TileRows(window.Width - ow, vectors);
                    piece.Source = from + ow * window.PixelStep;
                    piece.Target = to + ow * window.OutPixelStep;
                    TilesOf<Weighted<V, T>, V, T>.Do(rows, ref piece);
                }
            }
        }
    }

    /// <summary>Positions of the next tile: the tiles of a row are as large as each other.</summary>
    private static int TileRows(int left, int vectors) => Processor.HasManyRegisters && vectors == 2 ? ChannelPlan.Evenly(left, LargestTile)
        : TileSizes.First(left, vectors);

    /// <summary>Some taps, what they meet, and what the nearest cache is to have next.</summary>
    private struct Piece<V, T> : ITileJob<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public TapRun* Run, End;
        public T* Source, Target, Weights, Bias, Next;                       // without a bias it is added to what is there
        public nint PixelStep, OutPixelStep, Share;                          // numbers from position to position, in and out; to fetch with each tap
        public T Least, Most;                                                // what the sums may be: smaller and larger ones become that

        public readonly void With<R>() where R : unmanaged, ITile<R, V, T> => SumTaps<R, V, T>(this);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumTaps<R, V, T>(in Piece<V, T> piece)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T one = T.One;
        T* from = piece.Source, to = piece.Target, weights = piece.Weights, next = piece.Next;
        nint pixelStep = piece.PixelStep, share = piece.Share;
        TapRun* end = piece.End;
        bool fetches = share > 0;
        R sums = default;
        if (piece.Bias != null) sums.Add(&one, 0, V.Load(piece.Bias));
        for (TapRun* run = piece.Run; run < end; run++)
        {
            T* x = from + run->Source;
            for (T* stop = weights + run->Taps * (nint)V.Count; weights < stop; weights += V.Count, x++, next += share)
            {
                if (fetches) CacheLines.FetchFar(next);
                sums.Add(x, pixelStep, V.Load(weights));
            }
        }
        if (piece.Bias == null) sums.Resume(to, piece.OutPixelStep);
        sums.Clamp(V.Splat(piece.Least), V.Splat(piece.Most));
        sums.Write(to, piece.OutPixelStep, 0);
    }
}

/// <summary>A window over one padded image with its channels side by side: what it reads, and how far it moves, in numbers.</summary>
/// <param name="Taps">Of the window at the first position, in runs.</param>
/// <param name="OutPitch">Channels of the output, rounded up to whole vectors.</param>
/// <param name="Height">Rows of positions.</param>
/// <param name="Width">Positions of a row.</param>
/// <param name="PixelStep">From a position's inputs to the next position's.</param>
/// <param name="RowStep">From a row's inputs to the next row's.</param>
/// <param name="OutPixelStep">From an output pixel to the next.</param>
/// <param name="OutRowStep">From a row of output pixels to the next.</param>
internal readonly record struct ImageWindow(TapRun[] Taps, int OutPitch, int Height, int Width, int PixelStep, int RowStep, int OutPixelStep,
    int OutRowStep)
{
    /// <summary>Taps of a window.</summary>
    public int Length { get; } = Taps[^1].Element + Taps[^1].Taps;
}
