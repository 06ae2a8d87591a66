using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dChannels
{
    // enough to share; rows of outputs, for neighbours compute some of them twice
    private const int FoldPieces = 8, LeastFoldRows = 16;

    /// <summary>gradInput, or a transposed convolution's output, where these channels are few: <see cref="Conv2dIm2Col"/>'s product and fold, a row
    /// of outputs at a time.</summary>
    /// <remarks>
    /// <code>
    ///   columns [oW, kH·kW·inC]  =  gradOutput's row [oW, outC]  ·  weight [outC, kH·kW·inC]
    /// </code>
    /// The vector is some of the columns, so every lane is used where a vector of three input channels would leave most empty. A row of inputs
    /// is then added up from the few rows of columns that reach it (<see cref="ChannelFold"/>), which wait in the L2 cache. The scalar line is
    /// <c>gradInput[ih, iw] += columns[oh, ow, kh, kw]</c> with <c>ih = oh·strideH - padH + kh</c> and iw alike. A piece is a band of input rows.
    /// </remarks>
    private static void Fold<V, T>(ChannelTables tables, int threads, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias,
        Activation<T> activation, Span<T> scratch, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = tables.Geometry;
        ChannelJob<V, T> job = ChannelJob<V, T>.OfThisThread;
        fixed (T* dy = gradOutput, w = weight, b = bias, work = scratch, dx = gradInput)
        {
            (job.Tables, job.Images) = (tables, gradInput.Length / (g.InChannels * g.InputPlane));
            job.Source = dy;
            job.Weights = w;
            job.Bias = b;
            job.Activation = activation;
            job.Scratch = CacheLines.Align(work);
            job.Target = dx;
            job.WorkerScratch = (scratch.Length - Alignment / sizeof(T)) / threads / (2 * V.Count) * (2 * V.Count);
            int most = Math.Max(1, g.Rows.Output / LeastFoldRows), bands = Math.Clamp((FoldPieces + job.Images - 1) / job.Images, 1, most);
            job.BandRows = (g.Rows.Input + bands - 1) / bands;
            job.Bands = (g.Rows.Input + job.BandRows - 1) / job.BandRows;
            WorkerPool.Shared.Run(threads, job.Images * job.Bands, job.Fold);
        }
    }

    internal static void FoldPiece<V, T>(ChannelJob<V, T> job, int piece, int worker)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = job.Tables.Geometry;
        var fold = new ChannelFold(g, V.Count);
        int image = piece / job.Bands, top = piece % job.Bands * job.BandRows, bottom = Math.Min(g.Rows.Input, top + job.BandRows);
        T* panel = job.Scratch + (nint)worker * job.WorkerScratch, waiting = panel + g.OutChannels * fold.Pitch;
        T* line = waiting + fold.WaitingRows * fold.RowLength + V.Count, last = line + (fold.Steps * fold.StepLength + V.Count);
        PackColumns<V, T>(g, fold, job.Weights, panel);
        new Span<T>(waiting, fold.WaitingRows * fold.RowLength + V.Count).Clear();             // windows that are not there stay zeros
        for (int i = 0; i < fold.StepLength + V.Count; i++) last[i] = i < fold.LastLength ? T.One : T.Zero;
        T** rows = stackalloc T*[fold.WaitingRows];
        T* source = job.Source + (nint)image * g.OutputPlane * g.OutChannels;
        T* target = job.Target + ((nint)image * g.Rows.Input + top) * g.Columns.Input * g.InChannels;
        int length = g.Columns.Input * g.InChannels, next = Windows(g.Rows, top).First;
        for (int ih = top; ih < bottom; ih++, target += length)
        {
            (int first, int end) = Windows(g.Rows, ih);
            for (; next < end; next++)
                Multiply<V, T>(g, fold, source + (nint)next * g.Columns.Output * g.OutChannels, panel, Row(next) + (fold.Shifts - 1) * fold.Pitch);
            for (int oh = first; oh < end; oh++)
                rows[oh - first] = Row(oh) + (fold.Shifts - 1) * fold.Pitch
                    + (ih + g.Rows.Padding - oh * g.Rows.Stride) * g.Columns.Kernel * g.InChannels;
            AddColumns<V, T>(fold, rows, end - first, last, line);
            var finished = new Span<T>(target, length);
            new ReadOnlySpan<T>(line + g.Columns.Padding * g.InChannels, length).CopyTo(finished);
            for (int c = 0; c < length && job.Bias != null; c += g.InChannels)
                TensorPrimitives.Add(finished.Slice(c, g.InChannels), new ReadOnlySpan<T>(job.Bias, g.InChannels), finished.Slice(c, g.InChannels));
            if (job.Activation.IsSome) Elementwise.Activate<V, T>(job.Activation, finished, finished);
        }

        T* Row(int oh) => waiting + oh % fold.WaitingRows * fold.RowLength;
    }

    /// <summary>The rows of windows that reach an input: those whose first element is at most a kernel above it.</summary>
    private static (int First, int End) Windows(WindowAxis rows, int ih)
    {
        int above = ih + rows.Padding - rows.Kernel + 1, first = above <= 0 ? 0 : (above + rows.Stride - 1) / rows.Stride;
        return (first, Math.Max(first, Math.Min(rows.Output, (ih + rows.Padding) / rows.Stride + 1)));
    }

    /// <summary>panel[block of columns][oc, column] = weight[oc, ic, kh, kw] with column = (kh·kW + kw)·inC + ic; zeros up to the pitch.</summary>
    private static void PackColumns<V, T>(Conv2dGeometry g, ChannelFold fold, T* weights, T* panel)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        new Span<T>(panel, g.OutChannels * fold.Pitch).Clear();
        for (int c = 0; c < fold.Pitch; c += 2 * V.Count)
        {
            int width = Math.Min(2 * V.Count, fold.Pitch - c), end = Math.Min(fold.Columns, c + width);
            for (int oc = 0; oc < g.OutChannels; oc++)
                for (int column = c; column < end; column++)
                {
                    (int k, int ic) = Math.DivRem(column, g.InChannels);
                    panel[c * g.OutChannels + oc * width + column - c] = weights[(nint)oc * g.WindowLength + ic * g.KernelLength + k];
                }
        }
    }

    /// <summary>columns[ow, ·] = gradOutput[ow, ·] · weight for one row of outputs: a convolution of 1x1 whose outputs are the columns.</summary>
    private static void Multiply<V, T>(Conv2dGeometry g, ChannelFold fold, T* from, T* panel, T* to)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        var tap = new TapRun(0, 0, 1);
        for (int c = 0; c < fold.Pitch; c += 2 * V.Count, panel += 2 * V.Count * g.OutChannels)
            for (int ow = 0, rows; ow < g.Columns.Output; ow += rows)
            {
                bool isPair = fold.Pitch - c > V.Count;
                rows = TileSizes.First(g.Columns.Output - ow, isPair ? 2 : 1);
                var tile = new Tile<T>
                {
                    Tap = &tap, End = &tap + 1, Source = from + (nint)ow * g.OutChannels, SourceStep = g.OutChannels, Depth = g.OutChannels,
                        Rows = rows,
                    Weights = panel, Next = panel, Sums = to + ow * fold.Pitch + c, SumStep = fold.Pitch,
                };
                var pair = new SumsJob<Pair<V, T>, T> { Tile = &tile };
                var one = new SumsJob<V, T> { Tile = &tile };
                if (isPair) TilesOf<Weighted<Pair<V, T>, T>, Pair<V, T>, T>.Do(rows, ref pair);
                else TilesOf<Weighted<V, T>, V, T>.Do(rows, ref one);
            }
    }

    /// <summary>line[step, ·] = the sum over rows of windows and shifts of columns[row][step - shift][shift, ·].</summary>
    /// <remarks>Vectors reach beyond a step: what they write there is written again by the next one, and beyond the last nobody reads.</remarks>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void AddColumns<V, T>(in ChannelFold fold, T** rows, int count, T* last, T* line)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        nint pitch = fold.Pitch, length = fold.StepLength, shift = length - pitch, at = 0;
        int whole = fold.LastLength == length ? fold.Shifts : fold.Shifts - 1;
        bool hasPart = whole < fold.Shifts;
        for (int steps = fold.Steps; steps > 0; steps--, at += pitch, line += length)
            for (nint c = 0; c < length; c += V.Count)
            {
                V sum = default;
                for (int r = 0; r < count; r++)
                {
                    T* x = rows[r] + at + c;
                    V row = default;
                    for (int s = whole; s > 0; s--, x += shift) row += V.Load(x);
                    if (hasPart) row += V.Select(V.GreaterThan(V.Load(last + c), default), V.Load(x), default);
                    sum += row;
                }
                V.Store(sum, line + c);
            }
    }
}
