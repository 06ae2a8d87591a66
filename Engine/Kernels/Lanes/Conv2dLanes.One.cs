using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

// One channel has no other rows to share its pixels with: there the rows of a tile are windows that read alike.
internal static unsafe partial class Conv2dLanes
{
    private const int MostPanel = 64;                                        // elements of a kernel whose sums lie on the stack

    /// <summary>Some runs of windows (<see cref="TapTable.Runs"/>), each in tiles of up to eight, as even as they go: the weight they share is
    /// fetched once, and their sums keep both multipliers busy. With 16 registers tiles are up to four.</summary>
    private static void CorrelateOne<V, T, A>(TapTable table, int first, int end, T* from, T* weights, T* bias, T* to, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        int most = Processor.HasManyRegisters ? 8 : 4;
        T* ones = stackalloc T[V.Count];
        new Span<T>(ones, V.Count).Fill(T.One);
        fixed (Tap* taps = table.Taps)
            foreach (ref readonly WindowRun run in table.Runs.AsSpan(first, end - first))
            {
                Window w = table.Windows[run.First];
                var windows = new OneJob<T>
                {
                    First = taps + w.First, End = taps + w.End, Step = run.SourceStep, TargetStep = run.Step * (nint)Lanes.Count,
                    Weights = weights, Ones = ones, Start = bias == null ? T.Zero : *bias,
                };
                var job = new OneTile<V, T, A> { Windows = windows, Activation = activation };
                for (int i = 0, count; i < run.Count; i += count)
                {
                    count = ChannelPlan.Evenly(run.Count - i, most);
                    job.Windows.Source = from + w.Base + i * windows.Step;
                    job.Windows.Target = to + run.First * (nint)Lanes.Count + i * windows.TargetStep;
                    TilesOf<Shifted<V, T>, V, T>.Do(count, ref job);
                }
            }
    }

    /// <summary>Windows side by side that share their taps and weights.</summary>
    private struct OneJob<T> where T : unmanaged
    {
        public Tap* First, End;
        public T* Source, Target;                                            // what the first window reads and writes
        public T* Weights, Ones;
        public nint Step, TargetStep;                                        // to the next window's
        public T Start;
    }

    private struct OneTile<V, T, A> : ITileJob<V, T>
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        public OneJob<T> Windows;
        public A Activation;

        public readonly void With<R>() where R : unmanaged, ITile<R, V, T> => SumAllShifted<R, V, T, A>(Windows, Activation);
    }

    private static void SumAllShifted<R, V, T, A>(in OneJob<T> job, A activation)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        if (V.Count == Lanes.Count && job.End - job.First <= LongSums.LastPiece)
        {
            SumShifted<R, V, T, A>(job, adds: false, activation);
            return;
        }
        for (int n = 0; n < Lanes.Count; n += V.Count)
        {
            OneJob<T> some = job;
            some.Source += n;
            some.Target += n;
            if (job.End - job.First > LongSums.Most) SumManyShifted<R, V, T, A>(some, activation);
            else SumShiftedPieces<R, V, T, A>(some, activation);
        }
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumShifted<R, V, T, A>(in OneJob<T> job, bool adds, A activation)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        R sums = default;
        Tap* end = job.End;
        T* from = job.Source, weights = job.Weights, to = job.Target;
        nint step = job.Step, toStep = job.TargetStep;
        if (!adds) sums.Add(job.Ones, 0, V.Splat(job.Start));
        for (Tap* tap = job.First; tap < end; tap++) sums.Add(from + tap->Pixel, step, V.Splat(weights[tap->Weight]));
        if (adds) sums.Resume(to, toStep);
        sums.Activate(activation);
        sums.Write(to, toStep, 0);
    }

    /// <summary>The same in pieces.</summary>
    private static void SumShiftedPieces<R, V, T, A>(OneJob<T> job, A activation)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        Tap* end = job.End;
        bool adds = false;
        for (; end - job.First > LongSums.LastPiece; job.First += LongSums.Piece, adds = true)
        {
            job.End = job.First + LongSums.Piece;
            SumShifted<R, V, T, Identity<T>>(job, adds, default);
        }
        job.End = end;
        SumShifted<R, V, T, A>(job, adds, activation);
    }

    /// <summary>The same where there are many pieces, too.</summary>
    private static void SumManyShifted<R, V, T, A>(in OneJob<T> job, A activation)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        T* some = stackalloc T[R.Rows * V.Count];
        LongSum<V, T>* sums = stackalloc LongSum<V, T>[R.Rows];
        OneJob<T> piece = job;
        piece.Target = some;
        piece.TargetStep = V.Count;
        for (; piece.First < job.End; piece.First += LongSums.Most, piece.Start = T.Zero)
        {
            piece.End = piece.First + Math.Min(job.End - piece.First, LongSums.Most);
            SumShiftedPieces<R, V, T, Identity<T>>(piece, default);
            for (int r = 0; r < R.Rows; r++) sums[r].Add(V.Load(some + r * V.Count));
        }
        for (int r = 0; r < R.Rows; r++) V.Store(activation.Of(sums[r].Value), job.Target + r * job.TargetStep);
    }

    /// <summary>Whether the gradient of the weights goes by <see cref="OneGradientPiece"/>: a channel each way, and an image of ordinary
    /// size.</summary>
    private static bool IsOne(Conv2dGeometry g) => g is { GroupInputs: 1, GroupOutputs: 1, KernelLength: <= MostPanel }
        && (g.Rows.Output + RegionRows(g) - 1) / RegionRows(g) * ((g.Columns.Output + LongSums.Piece - 1) / LongSums.Piece) <= LongSums.Pieces;

    private static int RegionRows(Conv2dGeometry g) => Math.Max(1, LongSums.Piece / Math.Max(1, g.Columns.Output));

    /// <summary>gradWeight[c, kh, kw] += sum over positions and images of gradOutput[c, position] · input[c, what the tap reads there], for some
    /// channels.</summary>
    /// <remarks>The sums of up to three by three elements stay in registers, so that an output's gradient is fetched once for all of them
    /// (<see cref="ChannelGrid"/>); a panel [element, lanes] adds up the grids, and its lanes are summed at last.</remarks>
    [SkipLocalsInit]
    internal static void OneGradientPiece<V, T>(LanesJob<V, T> job, int first, int end)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = job.Geometry;
        int length = g.KernelLength * Lanes.Count, rows = RegionRows(g);
        T* panel = stackalloc T[length];
        bool isThree = IsGradientOfThree(g);
        for (int c = first; c < end; c++)
        {
            T* input = job.Source + c * ((nint)g.InputPlane * Lanes.Count), gradOutput = job.Target + c * ((nint)g.OutputPlane * Lanes.Count);
            if (isThree)
            {
                if (Processor.HasManyRegisters) GradientOfThree<Pair<V, T>, T>(g, input, gradOutput, job.Weights + c * (nint)g.KernelLength);
                else GradientOfThree<V, T>(g, input, gradOutput, job.Weights + c * (nint)g.KernelLength);
                continue;
            }
            new Span<T>(panel, length).Clear();
            for (int top = 0; top < g.Rows.Output; top += rows)
                for (int left = 0; left < g.Columns.Output; left += LongSums.Piece)
                {
                    var region = new GradientRegion(top, Math.Min(g.Rows.Output, top + rows), left, Math.Min(g.Columns.Output,
                        left + LongSums.Piece));
                    GridSums.Add<V, T>(job.Grids, g, region, input, Lanes.Count, gradOutput, Lanes.Count, Lanes.Count, panel);
                }
            AddLanes<V, T>(panel, g.KernelLength, job.Weights + c * (nint)g.KernelLength);
        }
    }

    /// <summary>to[i] += the sum over the lanes of panel[i].</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void AddLanes<V, T>(T* panel, int count, T* to) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < count; i++)
        {
            V sum = default;
            for (T* stop = panel + Lanes.Count; panel < stop; panel += V.Count) sum += V.Load(panel);
            to[i] += V.Sum(sum);
        }
    }
}
