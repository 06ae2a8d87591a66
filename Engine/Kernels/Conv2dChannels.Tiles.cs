using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dChannels
{
    private const int FewChannels = 16;

    /// <summary>One axis of a box of windows: how many, and the numbers from one to the next in what is read and in what is written.</summary>
    private readonly record struct Axis(int Count, nint SourceStep, nint TargetStep);

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
        public T* Source, Target, Addend, Weights, Bias;                     // from the first channel read, and from the first written
        public int Images, Top, Bottom, Channels, Depth, Gap;                // channels written; summed over; from the last of them to the next pixel
        public bool Adds, IsLast;                                            // to what the target has from the channels before; whether none come after
        public Activation<T> Activation;
    }

    /// <summary>Piece after piece the blocks of channels follow each other, then the groups, the bands of rows, and the images.</summary>
    internal static void CorrelatePiece<V, T>(ChannelJob<V, T> job, int piece, int worker)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        ChannelWindows windows = job.Windows;
        Conv2dGeometry g = job.Tables.Geometry;
        int blocks = piece / job.PieceBlocks, bands = blocks / job.Groups, first = piece % job.PieceBlocks * job.PieceBlock, top = bands % job.Bands * job.BandRows;
        int image = bands / job.Bands * job.ImageStep, group = job.FirstGroup + blocks % job.Groups;
        nint sourceRow = (nint)windows.SourceWidth * windows.SourceChannels, sourceImage = windows.SourceHeight * sourceRow;
        nint targetImage = (nint)windows.TargetHeight * windows.TargetWidth * windows.TargetChannels;
        var part = new Part<T>
        {
            Source = job.Source + image * sourceImage, Target = job.Target + image * targetImage, Addend = job.Addend == null ? null : job.Addend + image * targetImage,
            Packed = job.Weights + blocks % job.Groups * (nint)job.GroupLength,
            Images = Math.Min(job.ImageStep, job.Images - image), Top = top, Bottom = Math.Min(windows.TargetHeight, top + job.BandRows),
            Group = group, First = first, End = Math.Min(job.Block, first + job.PieceBlock),
        };
        int rows = ChannelPlan.SourceRows((long)part.Images * windows.SourceWidth * job.Depth * sizeof(T) * windows.SourceHeight / windows.TargetHeight);
        for (; part.Start < job.Depth; part.Start += job.DepthStep)
        {
            part.Depth = Math.Min(job.DepthStep, job.Depth - part.Start);
            for (int row = top; row < part.Bottom; row += rows)
            {
                int end = Math.Min(part.Bottom, row + rows), read = row * windows.SourceHeight / windows.TargetHeight, stop = end * windows.SourceHeight / windows.TargetHeight;
                if (g.KernelLength == 1) Touch(part.Source + read * sourceRow, part.Images, sourceImage, (stop - read) * sourceRow);
                Blocks(job, part, row, end);
            }
        }
    }

    /// <summary>A vector of channels after the other, for the rows from top to bottom.</summary>
    private static void Blocks<V, T>(ChannelJob<V, T> job, in Part<T> part, int top, int bottom)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        ChannelWindows windows = job.Windows;
        for (int c = part.First; c < part.End; c += 2 * V.Count)
        {
            int at = part.Group * (windows.TargetChannels / job.Tables.Geometry.Groups) + c;       // depthwise all channels go as group 0
            T* weights = part.Packed + (nint)part.Start * job.Tables.Geometry.KernelLength * job.PaddedBlock + (nint)c * job.Tables.Geometry.KernelLength * part.Depth;
            var panel = new Panel<T>
            {
                Source = part.Source + (job.IsDepthwise ? c : part.Group * job.Depth + part.Start), Target = part.Target + at,
                Addend = part.Addend == null ? null : part.Addend + at, Weights = weights, Bias = job.Bias == null ? null : job.Bias + at,
                Images = part.Images, Top = top, Bottom = bottom, Channels = Math.Min(2 * V.Count, part.End - c),
                Depth = part.Depth, Gap = windows.SourceChannels - part.Depth, Adds = part.Start > 0, IsLast = part.Start + part.Depth == job.Depth, Activation = job.Activation,
            };
            if (job.IsDepthwise && panel.Channels > V.Count) Boxes<Shifted<Pair<V, T>, T>, Pair<V, T>, T>(windows, panel);
            else if (job.IsDepthwise) Boxes<Shifted<V, T>, V, T>(windows, panel);
            else if (panel.Channels > V.Count) Boxes<Weighted<Pair<V, T>, T>, Pair<V, T>, T>(windows, panel);
            else Boxes<Weighted<V, T>, V, T>(windows, panel);
        }
    }

    /// <summary>Every window of the rows, box by box, in tiles along the axis that they fill best.</summary>
    private static void Boxes<R, V, T>(ChannelWindows windows, in Panel<T> panel)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
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
                int first = Math.Max(0, (panel.Top - y.Position + y.Step - 1) / y.Step), end = Math.Min(y.Count,
                    (panel.Bottom - y.Position + y.Step - 1) / y.Step);
                if (panel.Bottom <= y.Position || first >= end) continue;
                T* from = panel.Source + (y.Source + first * y.SourceStep) * sourceRow + x.Source * (nint)windows.SourceChannels;
                T* to = panel.Target + (y.Position + first * y.Step) * targetRow + x.Position * (nint)windows.TargetChannels;
                var rows = new Axis(end - first, y.SourceStep * sourceRow, y.Step * targetRow);
                var columns = new Axis(x.Count, x.SourceStep * (nint)windows.SourceChannels, x.Step * (nint)windows.TargetChannels);
                var several = new Axis(panel.Images, windows.SourceHeight * sourceRow, windows.TargetHeight * targetRow);
                double byRows = Waste(rows.Count), byColumns = Waste(columns.Count), byImages = Waste(several.Count);
                // few channels: neighbours share cache lines
                bool near = byColumns < byImages || (byColumns == byImages && panel.Depth < FewChannels);
                if (near && byColumns <= byRows) Tiles<R, V, T>(panel, bias, taps + box.First, taps + box.End, several, rows, columns, from, to);
                else if (byImages <= byRows) Tiles<R, V, T>(panel, bias, taps + box.First, taps + box.End, rows, columns, several, from, to);
                else Tiles<R, V, T>(panel, bias, taps + box.First, taps + box.End, several, columns, rows, from, to);
            }
    }

    private static void Tiles<R, V, T>(in Panel<T> panel, T* bias, TapRun* tap, TapRun* end, Axis outer, Axis middle, Axis inner, T* from, T* to)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* tile = stackalloc T[MostRows * V.Count];
        bool direct = !panel.Adds && panel.Channels == V.Count, finishes = panel.IsLast && (panel.Addend != null || panel.Activation.IsSome);
        for (int i = 0; i < outer.Count; i++)
            for (int j = 0; j < middle.Count; j++)
            {
                T* x = from + i * outer.SourceStep + j * middle.SourceStep, y = to + i * outer.TargetStep + j * middle.TargetStep;
                for (int k = 0, rows; k < inner.Count; k += rows, x += rows * inner.SourceStep, y += rows * inner.TargetStep)
                {
                    rows = TileRows(inner.Count - k);
                    SumTaps<R, V, T>(rows, tap, end, panel.Depth, panel.Gap, x, inner.SourceStep, panel.Weights, bias, direct ? y : tile,
                        direct ? inner.TargetStep : V.Count);
                    T* addend = finishes && panel.Addend != null ? panel.Addend + (y - panel.Target) : null;
                    if (!direct) Put<V, T>(finishes ? panel.Activation : default, tile, addend, panel.Adds, y, rows, inner.TargetStep,
                        panel.Channels);
                    else if (finishes) Finish<V, T>(panel.Activation, addend, y, rows, inner.TargetStep);
                }
            }
    }

    /// <summary>Reads one number of every cache line, in order: the memory then comes
    /// as fast as it can, which it does not in the order of the tiles.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int Touch<T>(T* from, int rows, nint step, nint length) where T : unmanaged
    {
        int sum = 0;
        for (int i = 0; i < rows; i++, from += step)
            for (T* x = from, end = from + length; x < end; x += Alignment / sizeof(T)) sum += *(int*)x;
        return sum;
    }

    /// <summary>The last step of whole sums, while they are in the cache: what is to be added, and the activation.</summary>
    private static void Finish<V, T>(Activation<T> activation, T* addend, T* to, int rows, nint step)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        var job = new FinishJob<V, T> { Addend = addend, To = to, Rows = rows, Step = step };
        activation.Do(ref job);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Finish<A, V, T>(A activation, T* addend, T* to, int rows, nint step)
        where A : struct, IActivation<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (; rows > 0; rows--, to += step)
        {
            V sum = V.Load(to);
            if (addend != null)
            {
                sum += V.Load(addend);
                addend += step;
            }
            V.Store(activation.Of(sum), to);
        }
    }

    private struct FinishJob<V, T> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public T* Addend, To;
        public int Rows;
        public nint Step;

        public readonly void With<A>(A activation) where A : struct, IActivation<T> => Finish<A, V, T>(activation, Addend, To, Rows, Step);
    }

    /// <summary>From a tile to where a vector would reach beyond the last channel, or where there are sums already; the last step likewise.</summary>
    private static void Put<V, T>(Activation<T> activation, T* tile, T* addend, bool adds, T* to, int rows, nint step, int channels)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* some = stackalloc T[V.Count];
        for (int r = 0; r < rows && (adds || addend != null); r++)
        {
            V sum = V.Load(tile + r * V.Count);
            if (adds)
            {
                new ReadOnlySpan<T>(to + r * step, channels).CopyTo(new(some, V.Count));
                sum += V.Load(some);
            }
            if (addend != null)
            {
                new ReadOnlySpan<T>(addend + r * step, channels).CopyTo(new(some, V.Count));
                sum += V.Load(some);
            }
            V.Store(sum, tile + r * V.Count);
        }
        if (activation.IsSome) Finish<V, T>(activation, null, tile, rows, V.Count);
        for (int r = 0; r < rows; r++) new ReadOnlySpan<T>(tile + r * V.Count, channels).CopyTo(new(to + r * step, channels));
    }

    /// <summary>Rows of the next tile of windows: eight, whose weights come from the
    /// L2 cache in time; and no tile of fewer than four if it can be helped.</summary>
    internal static int TileRows(int left)
    {
        if (!Processor.HasManyRegisters) return left switch { 7 or 8 => 4, 9 => 5, 10 => 6, >= 6 => 6, _ => left };
        return left switch { 9 => 5, 10 => 6, 11 => 7, >= 8 => 8, _ => left };
    }

    /// <summary>What tiles along an axis cost, by the row: a tile of fewer than four keeps the multipliers waiting, as if it had four.</summary>
    private static double Waste(int count)
    {
        int cost = 0;
        for (int left = count, rows; left > 0; left -= rows) cost += Math.Max(4, rows = TileRows(left));
        return (double)cost / count;
    }

    /// <summary>The kernel for a tile of so many rows.</summary>
    private static void SumTaps<R, V, T>(int rows, TapRun* tap, TapRun* end, nint depth, nint gap, T* from, nint fromStep, T* weights, T* bias,
        T* to, nint toStep)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        switch (rows)
        {
            case 8: Sum<Twice<Twice<Twice<R, V, T>, V, T>, V, T>, V, T>(tap, end, depth, gap, from, fromStep, weights, bias, to, toStep); break;
            case 7: Sum<Both<Twice<Twice<R, V, T>, V, T>, Thrice<R, V, T>, V, T>, V, T>(tap, end, depth, gap, from, fromStep, weights, bias, to,
                toStep); break;
            case 6: Sum<Thrice<Twice<R, V, T>, V, T>, V, T>(tap, end, depth, gap, from, fromStep, weights, bias, to, toStep); break;
            case 5: Sum<Both<Thrice<R, V, T>, Twice<R, V, T>, V, T>, V, T>(tap, end, depth, gap, from, fromStep, weights, bias, to, toStep); break;
            case 4: Sum<Twice<Twice<R, V, T>, V, T>, V, T>(tap, end, depth, gap, from, fromStep, weights, bias, to, toStep); break;
            case 3: Sum<Thrice<R, V, T>, V, T>(tap, end, depth, gap, from, fromStep, weights, bias, to, toStep); break;
            case 2: Sum<Twice<R, V, T>, V, T>(tap, end, depth, gap, from, fromStep, weights, bias, to, toStep); break;
            default: Sum<R, V, T>(tap, end, depth, gap, from, fromStep, weights, bias, to, toStep); break;
        }
    }

    /// <summary>The sums of a tile: for every tap and every number d of its pixel, weights[tap, d, ·] · from[row, tap, d].</summary>
    /// <remarks>With no gap between the numbers of neighbouring pixels a run of taps is one loop. Long sums would drift: after a piece of terms the sums
    /// go to where they will lie, and begin anew.</remarks>
    [MethodImpl(AggressiveOptimization | NoInlining)]                        // inlined into its caller it would lose its registers
    private static void Sum<R, V, T>(TapRun* tap, TapRun* end, nint depth, nint gap, T* from, nint fromStep, T* weights, T* bias, T* to, nint toStep)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        R sums = default;
        if (bias != null) sums.Add(bias + V.Count, 0, V.Load(bias));
        bool resumes = false;
        nint room = LongSums.Piece * V.Count;
        for (; tap < end; tap++)
        {
            T* x = from + tap->Source, w = weights + tap->Element * depth * V.Count;
            nint parts = gap == 0 ? 1 : tap->Taps, length = (gap == 0 ? tap->Taps : 1) * depth * V.Count;
            for (; parts > 0; parts--, x += gap)
                for (T* last = w + length; w < last;)
                {
                    if (room == 0)
                    {
                        if (resumes) sums.Resume(to, toStep);
                        sums.Write(to, toStep, 0);
                        (sums, resumes, room) = (default, true, LongSums.Piece * V.Count);
                    }
                    T* stop = last - w > room ? w + room : last;
                    room -= (nint)(stop - w);
                    for (; w < stop; w += V.Count, x++) sums.Add(x, fromStep, V.Load(w));
                }
        }
        if (resumes) sums.Resume(to, toStep);
        sums.Write(to, toStep, 0);
    }
}
