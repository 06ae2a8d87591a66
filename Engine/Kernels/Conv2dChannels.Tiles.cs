using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dChannels
{
    /// <summary>One axis of a box of windows: how many, and the numbers from one to the next in what is read and in what is written.</summary>
    private readonly record struct Axis(int Count, nint SourceStep, nint TargetStep);

    /// <summary>One block of channels in one piece of work.</summary>
    private struct Panel<T> where T : unmanaged
    {
        public T* Source, Target, Weights, Bias;                             // from the group's first channel read, and from the block's first written
        public int Depth, Gap, Channels;                                     // channels summed over, and from the last to the next pixel; channels written
        public bool Adds;                                                    // to what the target has from the channels before
    }

    /// <summary>One band of rows, for one block of channels of one group.</summary>
    internal static void CorrelatePiece<V, T>(ChannelJob<V, T> job, int piece, int worker) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        ChannelWindows windows = job.Windows;
        int elements = job.Tables.Geometry.KernelLength, width = 2 * V.Count;
        int first = piece % job.PieceBlocks * job.PieceBlock, end = Math.Min(job.Block, first + job.PieceBlock), rest = piece / job.PieceBlocks;
        int group = job.FirstGroup + rest % job.Groups;
        rest /= job.Groups;
        int top = rest % job.Bands * job.BandRows, bottom = Math.Min(windows.TargetHeight, top + job.BandRows);
        int image = rest / job.Bands * job.ImageStep, images = Math.Min(job.ImageStep, job.Images - image);
        nint sourceLine = (nint)windows.SourceWidth * windows.SourceChannels;
        T* source = job.Source + image * windows.SourceHeight * sourceLine, target = job.Target + image * (nint)windows.TargetHeight * windows.TargetWidth * windows.TargetChannels;
        int rows = ChannelPlan.SourceRows((long)images * windows.SourceWidth * job.Depth * sizeof(T) * windows.SourceHeight / windows.TargetHeight);
        int outputs = windows.Transposed ? job.Tables.Geometry.GroupInputs : job.Tables.Geometry.GroupOutputs;
        T* packed = job.Scratch + (nint)worker * job.WorkerScratch;
        T* weights = job.Weights + group * (nint)job.Tables.Geometry.GroupOutputs * job.Tables.Geometry.WindowLength;
        for (int d = 0; d < job.Depth; d += job.DepthStep)
        {
            int depth = Math.Min(job.DepthStep, job.Depth - d);
            for (int c = first; c < end; c += width)
            {
                int block = Math.Min(width, end - c);
                ChannelPanel.Pack(weights + c * job.BlockStride + d * job.DepthStride, job.BlockStride, job.DepthStride, elements, depth, block,
                    block > V.Count ? width : V.Count, windows.Transposed, packed + (nint)(c - first) * elements * depth);
            }
            for (int row = top; row < bottom; row += rows)
            {
                int ahead = row * windows.SourceHeight / windows.TargetHeight, until = Math.Min(bottom, row + rows) * windows.SourceHeight / windows.TargetHeight;
                if (elements == 1) Touch(source + ahead * sourceLine, images, windows.SourceHeight * sourceLine, (until - ahead) * sourceLine);
                for (int c = first; c < end; c += width)
                {
                    int at = group * outputs + c;
                    var panel = new Panel<T>
                    {
                        Source = source + (job.IsDepthwise ? c : group * job.Depth + d), Target = target + at, Weights = packed + (nint)(c - first) * elements * depth,
                        Bias = job.Bias == null ? null : job.Bias + at, Depth = depth, Gap = windows.SourceChannels - depth, Channels = Math.Min(width, end - c), Adds = d > 0,
                    };
                    int stop = Math.Min(bottom, row + rows);
                    if (job.IsDepthwise && panel.Channels > V.Count) Boxes<Shifted<Pair<V, T>, T>, Pair<V, T>, T>(windows, panel, images, row, stop);
                    else if (job.IsDepthwise) Boxes<Shifted<V, T>, V, T>(windows, panel, images, row, stop);
                    else if (panel.Channels > V.Count) Boxes<Weighted<Pair<V, T>, T>, Pair<V, T>, T>(windows, panel, images, row, stop);
                    else Boxes<Weighted<V, T>, V, T>(windows, panel, images, row, stop);
                }
            }
        }
    }

    /// <summary>Every window of the rows from top to bottom, box by box, in tiles along the axis that they fill best.</summary>
    private static void Boxes<R, V, T>(ChannelWindows windows, in Panel<T> panel, int images, int top, int bottom)
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
                int first = Math.Max(0, (top - y.Position + y.Step - 1) / y.Step), end = Math.Min(y.Count, (bottom - y.Position + y.Step - 1) / y.Step);
                if (bottom <= y.Position || first >= end) continue;
                T* from = panel.Source + (y.Source + first * y.SourceStep) * sourceRow + x.Source * (nint)windows.SourceChannels;
                T* to = panel.Target + (y.Position + first * y.Step) * targetRow + x.Position * (nint)windows.TargetChannels;
                var rows = new Axis(end - first, y.SourceStep * sourceRow, y.Step * targetRow);
                var columns = new Axis(x.Count, x.SourceStep * (nint)windows.SourceChannels, x.Step * (nint)windows.TargetChannels);
                var several = new Axis(images, windows.SourceHeight * sourceRow, windows.TargetHeight * targetRow);
                double byRows = Waste(rows.Count), byColumns = Waste(columns.Count), byImages = Waste(several.Count);
                if (byColumns <= byImages && byColumns <= byRows) Tiles<R, V, T>(panel, bias, taps + box.First, taps + box.End, several, rows, columns, from, to);
                else if (byImages <= byRows) Tiles<R, V, T>(panel, bias, taps + box.First, taps + box.End, rows, columns, several, from, to);
                else Tiles<R, V, T>(panel, bias, taps + box.First, taps + box.End, several, columns, rows, from, to);
            }
    }

    private static void Tiles<R, V, T>(in Panel<T> panel, T* bias, TapRun* tap, TapRun* end, Axis outer, Axis middle, Axis inner, T* from, T* to)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* tile = stackalloc T[MostRows * V.Count];
        bool direct = !panel.Adds && panel.Channels == V.Count;
        for (int i = 0; i < outer.Count; i++)
            for (int j = 0; j < middle.Count; j++)
            {
                T* x = from + i * outer.SourceStep + j * middle.SourceStep, y = to + i * outer.TargetStep + j * middle.TargetStep;
                for (int k = 0, rows; k < inner.Count; k += rows, x += rows * inner.SourceStep, y += rows * inner.TargetStep)
                {
                    rows = TileRows(inner.Count - k);
                    SumTaps<R, V, T>(rows, tap, end, panel.Depth, panel.Gap, x, inner.SourceStep, panel.Weights, bias, direct ? y : tile, direct ? inner.TargetStep : V.Count);
                    if (direct) continue;
                    for (int r = 0; r < rows; r++) Put<V, T>(tile + r * V.Count, panel.Channels, panel.Adds, y + r * inner.TargetStep);
                }
            }
    }

    /// <summary>Reads one number of every cache line, in order: the memory then comes as fast as it can, which it does not in the order of the tiles.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int Touch<T>(T* from, int rows, nint step, nint length) where T : unmanaged
    {
        int sum = 0;
        for (int i = 0; i < rows; i++, from += step)
            for (T* x = from, end = from + length; x < end; x += Alignment / sizeof(T)) sum += *(int*)x;
        return sum;
    }

    private static void Put<V, T>(T* from, int channels, bool adds, T* to) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        if (channels == V.Count) V.Store(adds ? V.Load(from) + V.Load(to) : V.Load(from), to);
        else
            for (int c = 0; c < channels; c++) to[c] = adds ? to[c] + from[c] : from[c];
    }

    /// <summary>Rows of the next tile, where so many are left: as many as the registers hold, and no tile of one or two if it can be helped.</summary>
    private static int TileRows(int left)
    {
        if (!Processor.HasManyRegisters) return left is >= 6 and not 8 ? 6 : left >= 4 ? 4 : left;
        if (left >= 12) return left is 16 or 20 ? 8 : 12;
        return left switch { 9 or 10 => 6, >= 8 => 8, >= 6 => 6, >= 4 => 4, _ => left };
    }

    /// <summary>What tiles along an axis cost, by the row: a tile of fewer than four keeps the multipliers waiting, as if it had four.</summary>
    private static double Waste(int count)
    {
        int cost = 0;
        for (int left = count, rows; left > 0; left -= rows) cost += Math.Max(4, rows = TileRows(left));
        return (double)cost / count;
    }

    private static void SumTaps<R, V, T>(int rows, TapRun* tap, TapRun* end, nint depth, nint gap, T* from, nint fromStep, T* weights, T* bias, T* to, nint toStep)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        switch (rows)
        {
            case 12: Sum<Thrice<Twice<Twice<R, V, T>, V, T>, V, T>, V, T>(tap, end, depth, gap, from, fromStep, weights, bias, to, toStep); break;
            case 8: Sum<Twice<Twice<Twice<R, V, T>, V, T>, V, T>, V, T>(tap, end, depth, gap, from, fromStep, weights, bias, to, toStep); break;
            case 6: Sum<Thrice<Twice<R, V, T>, V, T>, V, T>(tap, end, depth, gap, from, fromStep, weights, bias, to, toStep); break;
            case 4: Sum<Twice<Twice<R, V, T>, V, T>, V, T>(tap, end, depth, gap, from, fromStep, weights, bias, to, toStep); break;
            case 3: Sum<Thrice<R, V, T>, V, T>(tap, end, depth, gap, from, fromStep, weights, bias, to, toStep); break;
            case 2: Sum<Twice<R, V, T>, V, T>(tap, end, depth, gap, from, fromStep, weights, bias, to, toStep); break;
            default: Sum<R, V, T>(tap, end, depth, gap, from, fromStep, weights, bias, to, toStep); break;
        }
    }

    /// <summary>The sums of a tile: for every tap and every number d of its pixel, weights[tap, d, ·] · from[row, tap, d].</summary>
    /// <remarks>With no gap between the numbers of neighbouring pixels a run of taps is one loop.</remarks>
    [MethodImpl(AggressiveOptimization | NoInlining)]                        // inlined into its caller it would lose its registers
    private static void Sum<R, V, T>(TapRun* tap, TapRun* end, nint depth, nint gap, T* from, nint fromStep, T* weights, T* bias, T* to, nint toStep)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        R sums = default;
        if (bias != null) sums.Add(bias + V.Count, 0, V.Load(bias));
        for (; tap < end; tap++)
        {
            T* x = from + tap->Source, w = weights + tap->Element * depth * V.Count;
            nint parts = gap == 0 ? 1 : tap->Taps, length = (gap == 0 ? tap->Taps : 1) * depth * V.Count;
            for (; parts > 0; parts--, x += gap)
                for (T* stop = w + length; w < stop; w += V.Count, x++) sums.Add(x, fromStep, V.Load(w));
        }
        sums.Write(to, toStep, 0);
    }
}
