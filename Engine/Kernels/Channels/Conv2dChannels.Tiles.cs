using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dChannels
{
    private const int FewChannels = 16, LargestTile = 8;
    private const int FetchingTiles = 4;                                     // that share the fetching of the next weights: one would wait for memory

    /// <summary>One axis of a box of windows: how many, and the numbers from one to the next in what is read and in what is written.</summary>
    private readonly record struct Axis(int Count, nint SourceStep, nint TargetStep)
    {
        /// <summary>This axis and the one around it: one axis of both and one of a single position, if each round goes on where the last
        /// ends.</summary>
        public (Axis Inner, Axis Outer) Joined(Axis outer) =>
            outer.Count == 1 || (outer.SourceStep == Count * SourceStep && outer.TargetStep == Count * TargetStep)
                ? (this with { Count = Count * outer.Count }, outer with { Count = 1 }) : (this, outer);
    }

    /// <summary>One piece of work: some images, a band of their rows, some of the channels of one group.</summary>
    private struct Part<T> where T : unmanaged
    {
        public T* Source, Target, Addend, Packed;                            // the first image, in and out; the group's weights
        public int Images, Top, Bottom, Group, First, End;                   // rows and channels that are written, these counted in the group
        public int Start, Depth;                                             // channels that are summed over at the moment
    }

    /// <summary>One block of channels, at most a vector, and the rows that are written at the moment.</summary>
    private struct Panel<T> where T : unmanaged, INumber<T>
    {
        public T* Source, Target, Addend, Weights, Bias;                     // from the first channel read or written
        public T* Next, NextEnd;                                             // what the cache is still to fetch of the weights after these
        public nint Share, Ahead;                                            // of that, with each term; to the pixels that are then to be fetched
        public int Block, Blocks;                                            // which of those that go over the same pixels
        public int Images, Top, Bottom, Channels, Depth, Gap;                // channels written; summed over; from the last of them to the next pixel
        // to what the target has from the channels before; whether none come after
        public bool Adds, IsLast;
        public Activation<T> Activation;
    }

    /// <summary>Piece after piece the blocks of channels follow each other, then the groups, the bands of rows, and the images.</summary>
    internal static void CorrelatePiece<V, T>(ChannelJob<V, T> job, int piece, int worker)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        ChannelWindows windows = job.Windows;
        var (blocks, block) = job.WeightsFirst ? (piece % job.Others, piece / job.Others) : Math.DivRem(piece, job.PieceBlocks);
        int bands = blocks / job.Groups, first = block * job.PieceBlock, top = bands % job.Bands * job.BandRows;
        int image = bands / job.Bands * job.ImageStep, group = job.FirstGroup + blocks % job.Groups;
        nint sourceImage = (nint)windows.SourceHeight * windows.SourceWidth * windows.SourceChannels;
        nint targetImage = (nint)windows.TargetHeight * windows.TargetWidth * windows.TargetChannels;
        Sum(job, new Part<T>
        {
            Source = job.Source + image * sourceImage, Target = job.Target + image * targetImage, Addend = job.Addend == null ? null : job.Addend
                + image * targetImage,
            Packed = job.Weights + blocks % job.Groups * (nint)job.GroupLength,
            Images = Math.Min(job.ImageStep, job.Images - image), Top = top, Bottom = Math.Min(windows.TargetHeight, top + job.BandRows),
            Group = group, First = first, End = Math.Min(job.Block, first + job.PieceBlock),
        });
    }

    /// <summary>Some channels to sum over after the other, for a few rows at a time.</summary>
    private static void Sum<V, T>(ChannelJob<V, T> job, Part<T> part) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        ChannelWindows windows = job.Windows;
        nint sourceRow = (nint)windows.SourceWidth * windows.SourceChannels;
        int rows = ChannelPlan.SourceRows(
            (long)part.Images * windows.SourceWidth * job.Depth * sizeof(T) * windows.SourceHeight / windows.TargetHeight);
        bool ofOne = job.Tables.Geometry.KernelLength == 1;
        for (; part.Start < job.Depth; part.Start += job.DepthStep)
        {
            part.Depth = Math.Min(job.DepthStep, job.Depth - part.Start);
            // Pixels from beyond a core's own cache: where windows lie side by side, tiles fetch the rows after theirs; else, and at first, rows are
            // read before. Of what is near, that would take a tenth of the time.
            bool follows = ofOne && windows.SourceWidth == windows.TargetWidth && windows.SourceHeight == windows.TargetHeight
                && part.Depth == windows.SourceChannels;
            for (int row = part.Top; row < part.Bottom; row += rows)
            {
                int end = Math.Min(part.Bottom, row + rows);
                if (ofOne && job.IsFar && !(follows && row > part.Top)) ReadPixels(job, part, row, end);
                Blocks(job, part, row, end, follows && job.IsFar && end < part.Bottom ? rows * sourceRow : 0);
            }
        }
    }

    /// <summary>Reads what windows of one pixel read, for the rows from top to bottom: the pixels between them, if they leave out some, are not
    /// fetched.</summary>
    private static void ReadPixels<V, T>(ChannelJob<V, T> job, in Part<T> part, int top, int bottom)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        ChannelWindows windows = job.Windows;
        Conv2dGeometry g = job.Tables.Geometry;
        nint row = (nint)windows.SourceWidth * windows.SourceChannels, image = windows.SourceHeight * row;
        var (read, stop) = windows.RowsOfOne(g.Rows, top, bottom);           // no more: a band holds no others
        if (windows.Transposed || g.Rows.Stride == 1 || g.Columns.Padding > 0)
        {
            CacheLines.Read(part.Source + read * row, part.Images, image, (stop - read) * row);
            return;
        }
        nint across = g.Columns.Stride * (nint)windows.SourceChannels;
        T* from = part.Source + part.Group * job.Depth + part.Start;
        for (int n = 0; n < part.Images; n++)
            for (int y = read; y < stop; y += g.Rows.Stride)
                CacheLines.Read(from + n * image + y * row, windows.TargetWidth, across, part.Depth);
    }

    /// <summary>A vector of channels after the other, for the rows from top to bottom. So many numbers ahead of a tile lies what it fetches; 0 for
    /// nothing.</summary>
    private static void Blocks<V, T>(ChannelJob<V, T> job, in Part<T> part, int top, int bottom, nint ahead)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        ChannelWindows windows = job.Windows;
        int blocks = (part.End - part.First + 2 * V.Count - 1) / (2 * V.Count);
        int fetching = Math.Clamp(part.Images * (bottom - top) * windows.TargetWidth / LargestTile, 1, FetchingTiles);
        for (int c = part.First; c < part.End; c += 2 * V.Count)
        {
            int at = part.Group * (windows.TargetChannels / job.Tables.Geometry.Groups) + c;
            T* weights = part.Packed + (nint)part.Start * job.Tables.Geometry.KernelLength * job.PaddedBlock
                + (nint)c * job.Tables.Geometry.KernelLength * part.Depth;
            var panel = new Panel<T>
            {
                Source = part.Source + part.Group * job.Depth + part.Start, Target = part.Target + at,
                Addend = part.Addend == null ? null : part.Addend + at, Weights = weights, Bias = job.Bias == null ? null : job.Bias + at,
                Images = part.Images, Top = top, Bottom = bottom, Channels = Math.Min(2 * V.Count, part.End - c),
                Depth = part.Depth, Gap = windows.SourceChannels - part.Depth, Adds = part.Start > 0, IsLast = part.Start + part.Depth == job.Depth,
                    Activation = job.Activation, Ahead = ahead, Blocks = blocks, Block = (c - part.First) / (2 * V.Count),
            };
            nint length = (nint)((panel.Channels + V.Count - 1) / V.Count * V.Count) * job.Tables.Geometry.KernelLength * part.Depth;
            panel.Next = weights + length;
            panel.Share = panel.Channels > V.Count ? 2 * V.Count / fetching : V.Count / fetching;
            panel.NextEnd = panel.Next < job.Weights + (nint)job.Groups * job.GroupLength ? panel.Next + length : panel.Next;
            if (panel.Channels > V.Count) Boxes<Weighted<Pair<V, T>, T>, Pair<V, T>, V, T>(windows, ref panel);
            else Boxes<Weighted<V, T>, V, V, T>(windows, ref panel);
        }
    }

    /// <summary>Every window of the rows, box by box, in tiles along the axis that they fill best.</summary>
    private static void Boxes<R, V, U, T>(ChannelWindows windows, ref Panel<T> panel)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where U : unmanaged, IVector<U, T> where T : unmanaged, INumber<T>
    {
        nint sourceRow = (nint)windows.SourceWidth * windows.SourceChannels, targetRow = (nint)windows.TargetWidth * windows.TargetChannels;
        T* start = stackalloc T[2 * V.Count];                                // the bias, then ones to multiply it with
        new Span<T>(start, V.Count).Clear();
        new Span<T>(start + V.Count, V.Count).Fill(T.One);
        T* bias = panel.Bias == null || panel.Adds ? null : start;
        if (bias != null) new ReadOnlySpan<T>(panel.Bias, panel.Channels).CopyTo(new(bias, V.Count));
        fixed (TapRun* taps = windows.Taps)
            foreach (ref readonly WindowBox box in windows.Boxes.AsSpan())
            {
                AlikeRun y = box.Rows, x = box.Columns;
                (int first, int end) = y.Within(panel.Top, panel.Bottom);
                if (first >= end) continue;
                T* from = panel.Source + (y.Source + first * y.SourceStep) * sourceRow + x.Source * (nint)windows.SourceChannels;
                T* to = panel.Target + (y.Position + first * y.Step) * targetRow + x.Position * (nint)windows.TargetChannels;
                var rows = new Axis(end - first, y.SourceStep * sourceRow, y.Step * targetRow);
                var columns = new Axis(x.Count, x.SourceStep * (nint)windows.SourceChannels, x.Step * (nint)windows.TargetChannels);
                var several = new Axis(panel.Images, windows.SourceHeight * sourceRow, windows.TargetHeight * targetRow);
                (columns, rows) = columns.Joined(rows);
                if (rows.Count == 1) (columns, several) = columns.Joined(several);
                int vectors = V.Count / U.Count;
                double byRows = Waste(rows.Count, vectors), byColumns = Waste(columns.Count, vectors), byImages = Waste(several.Count, vectors);
                // neighbours then share cache lines, or follow each other
                bool isShort = panel.Depth < FewChannels || windows.Taps.Length == 1;
                bool near = byColumns < byImages || (byColumns == byImages && isShort);
                TapRun* tap = taps + box.First, last = taps + box.End;
                if (near && byColumns <= byRows) Tiles<R, V, U, T>(ref panel, bias, tap, last, several, rows, columns, from, to);
                else if (byImages <= byRows) Tiles<R, V, U, T>(ref panel, bias, tap, last, rows, columns, several, from, to);
                else Tiles<R, V, U, T>(ref panel, bias, tap, last, several, columns, rows, from, to);
            }
    }

    private static void Tiles<R, V, U, T>(ref Panel<T> panel, T* bias, TapRun* tap, TapRun* end, Axis outer, Axis middle, Axis inner, T* from, T* to)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where U : unmanaged, IVector<U, T> where T : unmanaged, INumber<T>
    {
        T* memory = stackalloc T[TileSizes.Most * V.Count];
        bool direct = panel.Channels == V.Count, finishes = panel.IsLast && (panel.Addend != null || panel.Activation.IsSome);
        var tile = new Tile<T>
        {
            Tap = tap, End = end, Depth = panel.Depth, Gap = panel.Gap, SourceStep = inner.SourceStep,
            Weights = panel.Weights, Bias = bias, Sums = memory, SumStep = direct ? inner.TargetStep : V.Count,
            Step = inner.TargetStep, Channels = panel.Channels, IsDirect = direct, Adds = panel.Adds, Activation = finishes ? panel.Activation
                : default,
        };
        nint terms = 0;
        for (TapRun* run = tap; run < end; run++) terms += run->Taps * panel.Depth;
        bool few = terms <= LongSums.Piece && !(direct && panel.Adds);
        bool clamps = few && direct && finishes && panel.Addend == null && panel.Activation.IsClamp;
        (tile.Least, tile.Most) = (clamps ? panel.Activation : default).Bounds;
        finishes &= !clamps;
        nint ahead = inner.SourceStep == panel.Depth ? panel.Ahead : 0;
        bool isPlain = few && direct && !finishes && end - tap == 1 && panel.Gap == 0 && ahead == 0;
        int vectors = V.Count / U.Count;
        SumsJob<V, T> sums = new() { Tile = &tile, Few = few }, runs = sums with { IsRun = true };
        for (int i = 0; i < outer.Count; i++)
            for (int j = 0; j < middle.Count; j++)
            {
                T* x = from + i * outer.SourceStep + j * middle.SourceStep, y = to + i * outer.TargetStep + j * middle.TargetStep;
                for (int k = 0; k < inner.Count; k += tile.Rows, x += tile.Rows * inner.SourceStep, y += tile.Rows * inner.TargetStep)
                {
                    tile.Rows = TileSizes.First(inner.Count - k, vectors);
                    tile.Source = x;
                    tile.Target = y;
                    if (direct) tile.Sums = y;
                    if (finishes && panel.Addend != null) tile.Addend = panel.Addend + (y - panel.Target);
                    bool fetches = panel.Next < panel.NextEnd;               // else it has come, and these are there anyway
                    if (isPlain && !fetches && TileSizes.Of(inner.Count - k, vectors) is { Whole: > 1 } sizes)
                    {
                        tile.Rows *= sizes.Whole;
                        TilesOf<R, V, T>.Do(sizes.Rows, ref runs);
                        continue;
                    }
                    tile.Next = fetches ? panel.Next : panel.Weights;
                    tile.Share = fetches ? panel.Share : 0;
                    if (!fetches && ahead > 0)
                    {
                        tile.Next = x + ahead + tile.Rows * panel.Depth * panel.Block / panel.Blocks;      // each block its share of them
                        tile.Share = (tile.Rows + panel.Blocks - 1) / panel.Blocks;
                    }
                    TilesOf<R, V, T>.Do(tile.Rows, ref sums);
                    if (fetches) panel.Next += terms * tile.Share;
                    if (!direct || finishes) Finish<U, T>(&tile);
                }
            }
    }

    /// <summary>Some windows that read alike: what they sum, what is added to it, and where it goes.</summary>
    private struct Tile<T> where T : unmanaged, INumber<T>
    {
        public TapRun* Tap, End;
        public T* Source, Weights, Next, Sums, Target, Bias, Addend;         // Next: what the cache is to fetch meanwhile, a share for each term
        public nint Depth, Gap, SourceStep, SumStep, Step, Share;            // of each tap; from there to the next pixel; from window to window
        public int Rows, Channels;                                           // windows; channels of the vector that there are
        public bool Adds, IsDirect;                                          // to what the target has; whether the sums lie where they belong
        public T Least, Most;                                                // what sums of few terms may be: smaller and larger ones become that
        public Activation<T> Activation;
    }

    /// <summary>The last step of a tile, while its sums are in the cache.</summary>
    private static void Finish<V, T>(Tile<T>* tile) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        if (V.Count > Simd256<T>.Count && tile->Channels < V.Count && tile->Channels >= Simd256<T>.Count)
        {
            Finish<Simd256<T>, T>(tile);
            return;
        }
        var job = new FinishJob<V, T> { Tile = tile };
        tile->Activation.Do(ref job);
    }

    /// <summary>target = activation of (sums + what is there, if they do not lie there themselves, + addend), for one or two vectors.</summary>
    /// <remarks>The second vector ends with the last channel: where channels are no whole vectors it overlaps the first, and both write the same
    /// numbers there. Channels that do not fill a vector are vectors of one number.</remarks>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Finish<A, V, T>(A activation, in Tile<T> tile)
        where A : struct, IActivation<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* from = tile.Sums, to = tile.Target, addend = tile.Addend;
        nint fromStep = tile.SumStep, step = tile.Step, channels = tile.Channels, second = channels - V.Count;
        bool adds = tile.Adds && !tile.IsDirect;
        for (int r = tile.Rows; r > 0; r--, from += fromStep, to += step)
        {
            if (second >= 0)
            {
                V sum = V.Load(from);
                if (adds) sum += V.Load(to);
                if (addend != null) sum += V.Load(addend);
                if (second > 0)                                              // read before the first is written
                {
                    V last = V.Load(from + second);
                    if (adds) last += V.Load(to + second);
                    if (addend != null) last += V.Load(addend + second);
                    V.Store(activation.Of(last), to + second);
                }
                V.Store(activation.Of(sum), to);
            }
            for (nint c = second >= 0 ? channels : 0; c < channels; c++)
            {
                var sum = Scalar<T>.Load(from + c);
                if (adds) sum += Scalar<T>.Load(to + c);
                if (addend != null) sum += Scalar<T>.Load(addend + c);
                Scalar<T>.Store(activation.Of(sum), to + c);
            }
            if (addend != null) addend += step;
        }
    }

    private struct FinishJob<V, T> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public Tile<T>* Tile;

        public readonly void With<A>(A activation) where A : struct, IActivation<T> => Finish<A, V, T>(activation, *Tile);
    }

    /// <summary>What tiles along an axis cost, by the window.</summary>
    private static double Waste(int count, int vectors) => (double)TileSizes.Of(count, vectors).Cost / count;
}
