using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Convolution of 32 images side by side: the definition (<see cref="Conv2dNaive"/>) in which a number became a vector of images.</summary>
/// <remarks>
/// The same four routines as <see cref="Conv2dNaive"/>, on one block: input [inC, H, W, lanes], output [outC, oH, oW, lanes], weight
/// [outC, inC/groups, kH, kW]. <c>Forward</c> is, for every position and every tap that lies on the image, <c>sum[oc] += weight[oc, tap]
/// · input[tap]</c>: input[tap] is a pixel of all images, weight[oc, tap] one number for all of them, and a tile holds the sums of eight
/// output channels. No unfolding, no tails, nothing borrowed. V is the processor's vector; pairs of it give every weight two uses.
/// </remarks>
internal static unsafe partial class Conv2dLanes
{
    private const int Ahead = 2;                                             // pixels of every channel that are asked for before they are written

    /// <summary>output = activation of (bias + input * weight + addend); output is overwritten. Empty, bias and addend are none.</summary>
    public static void Forward<V, T>(Conv2dTables tables, ReadOnlySpan<T> input, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> output,
        Activation<T> activation = default, int threads = 1, ReadOnlySpan<T> addend = default)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = tables.Geometry;
        Debug.Assert(input.Length == g.InChannels * g.InputPlane * Lanes.Count && output.Length == g.OutChannels * g.OutputPlane * Lanes.Count);
        Debug.Assert(weight.Length == g.OutChannels * g.WindowLength && (bias.IsEmpty || bias.Length == g.OutChannels));
        LanesJob<V, T> job = LanesJob<V, T>.OfThisThread;
        (job.Geometry, job.Taps, job.Rows, job.WeightRow, job.Activation) = (g, tables.Forward, g.GroupOutputs, g.WindowLength, activation);
        job.Way = WayForward(g);
        Correlate(job, threads, input, weight, bias, addend, output);
    }

    /// <summary>gradInput = what each input fed, by the weight it met there; gradInput is overwritten.</summary>
    /// <remarks>The same kernel as <see cref="Forward"/> with the taps read backwards: a row of a tile is now an input channel.</remarks>
    public static void BackwardInput<V, T>(Conv2dTables tables, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> weight, Span<T> gradInput,
        int threads = 1)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        ForwardTransposed<V, T>(tables, gradOutput, weight, [], gradInput, default, threads);

    /// <summary>target[row, p] = activation of (bias[row] + sum over the taps of window p of weight[row, tap] · source[tap] + addend[row, p]), for
    /// every row and position.</summary>
    /// <remarks>Threads share it by windows, group by group.</remarks>
    private static void Correlate<V, T>(LanesJob<V, T> job, int threads, ReadOnlySpan<T> source, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias,
        ReadOnlySpan<T> addend, Span<T> target)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int groups = job.Geometry.Groups;
        (job.SourceGroup, job.TargetGroup, job.WeightGroup) = (source.Length / groups, target.Length / groups, weight.Length / groups);
        Debug.Assert(addend.IsEmpty || addend.Length == target.Length);
        fixed (T* x = source, w = weight, b = bias, extra = addend, y = target)
        {
            job.Source = x;
            job.Weights = w;
            job.Bias = b;
            job.Addend = extra;
            job.Target = y;
            job.IsFar = (long)target.Length * sizeof(T) > CacheSizes.L2;
            job.Run(threads, groups * Units(job), job.Geometry.MultiplyAdds * Lanes.Count, job.Correlate);
        }
    }

    private static LanesWay WayForward(Conv2dGeometry g) =>
        IsOfThree(g) ? LanesWay.Three : g.GroupOutputs == 1 ? LanesWay.Runs : LanesWay.Windows;

    private static int Units<V, T>(LanesJob<V, T> job) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> => job.Way switch
    {
        LanesWay.Windows => job.Taps.Windows.Length,
        LanesWay.Runs => job.Taps.Runs.Length,
        _ => job.Geometry.Rows.Output,
    };

    /// <summary>Some windows.</summary>
    internal static void CorrelatePiece<V, T>(LanesJob<V, T> job, int from, int end)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int windows = Units(job);
        for (int unit = from, count; unit < end; unit += count)
        {
            int first = unit % windows;
            count = Math.Min(windows - first, end - unit);
            // what takes registers of its own, and lines that are spread, wait until the sums are out of the registers
            bool isAfter = job.Addend != null || job.Way == LanesWay.Spread || job.Activation is { IsSome: true, IsRectifier: false };
            switch (isAfter ? ActivationKind.None : job.Activation.Kind)
            {
                case ActivationKind.Relu: Correlate<V, T, Rectifier<T>>(job, unit / windows, first, first + count, default); break;
                case ActivationKind.Relu6: Correlate<V, T, Rectifier6<T>>(job, unit / windows, first, first + count, default); break;
                case ActivationKind.LeakyRelu: Correlate<V, T, LeakyRectifier<T>>(job, unit / windows, first, first + count,
                    new(job.Activation.Slope)); break;
                default: Correlate<V, T, Identity<T>>(job, unit / windows, first, first + count, default); break;
            }
            if (isAfter) Finish(job, unit / windows, first, count);
        }
    }

    // Adds and activates what has just been written.
    private static void Finish<V, T>(LanesJob<V, T> job, int group, int first, int count)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* to = job.Target + (nint)group * job.TargetGroup;
        int width = job.Geometry.Columns.Output, filled = job.Geometry.Columns.Input, lines = job.Geometry.Rows.Input;
        if (job.Way is LanesWay.Three or LanesWay.ThreeBack) Some(to + first * (nint)width * Lanes.Count, count * width);
        else if (job.Way == LanesWay.Spread)
            Some(to + 2 * first * (nint)filled * Lanes.Count, (Math.Min(2 * (first + count), lines) - 2 * first) * filled);
        else if (job.Way == LanesWay.Windows)
            for (int row = 0; row < job.Rows; row++) Some(to + (row * (nint)job.Taps.Windows.Length + first) * Lanes.Count, count);
        else
            foreach (WindowRun run in job.Taps.Runs.AsSpan(first, count))
                for (int i = 0, some = run.Step == 1 ? run.Count : 1; i < run.Count; i += some)
                    Some(to + (run.First + i * (nint)run.Step) * Lanes.Count, some);

        void Some(T* at, int pixels)
        {
            Span<T> some = new(at, pixels * Lanes.Count);
            if (job.Addend != null) TensorPrimitives.Add(some, new ReadOnlySpan<T>(job.Addend + (at - job.Target), some.Length), some);
            if (job.Activation.IsSome) Elementwise.Activate<V, T>(job.Activation, some, some);
        }
    }

    private static void Correlate<V, T, A>(LanesJob<V, T> job, int group, int first, int end, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        T* from = job.Source + (nint)group * job.SourceGroup, weights = job.Weights + (nint)group * job.WeightGroup,
            to = job.Target + (nint)group * job.TargetGroup;
        T* bias = job.Bias == null ? null : job.Bias + group * job.Rows;
        switch (job.Way)
        {
            case LanesWay.Windows:
                Correlate<Pair<V, T>, V, T, A>(job, first, end, from, weights, bias, to, activation);
                break;
            case LanesWay.Runs: CorrelateOne<Pair<V, T>, T, A>(job.Taps, first, end, from, weights, bias, to, activation); break;
            default: CorrelateThree<V, T, A>(job, first, end, from, weights, bias == null ? T.Zero : *bias, to, activation); break;
        }
    }

    private static void Correlate<P, V, T, A>(LanesJob<V, T> job, int first, int end, T* from, T* weights, T* bias, T* to, A activation)
        where P : unmanaged, IVector<P, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        TapTable table = job.Taps;
        int rows = job.Rows, ahead = job.IsFar ? Ahead * Lanes.Count : 0;
        nint plane = table.Windows.Length * Lanes.Count, weightStride = job.WeightRow;
        fixed (Tap* taps = table.Taps)
            for (int p = first; p < end; p++)
                for (int n = 0; n < Lanes.Count; n += P.Count)
                {
                    Window w = table.Windows[p];
                    T* x = from + w.Base + n, y = to + p * Lanes.Count + n;
                    int row = 0;
                    if (Processor.HasManyRegisters)
                        row = Rows<Twice<Twice<Twice<Weighted<P, T>, P, T>, P, T>, P, T>, P, T, A>(row, rows, taps + w.First, taps + w.End, x,
                            weights, weightStride, bias, y, plane, ahead, activation);
                    row = Rows<Twice<Twice<Weighted<P, T>, P, T>, P, T>, P, T, A>(row, rows, taps + w.First, taps + w.End, x, weights, weightStride,
                        bias, y, plane, ahead, activation);
                    Rows<Weighted<P, T>, P, T, A>(row, rows, taps + w.First, taps + w.End, x, weights, weightStride, bias, y, plane, ahead,
                        activation);
                }
    }

    /// <summary>As many tiles R as the rows from <paramref name="row"/> on fill; returns the first row that is left. What is written so far ahead is
    /// asked for; with 0 nothing.</summary>
    [MethodImpl(AggressiveInlining)]
    private static int Rows<R, V, T, A>(
        int row, int rows, Tap* tap, Tap* end, T* x, T* weights, nint weightStride, T* bias, T* y, nint plane, int ahead, A activation)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        for (; row + R.Rows <= rows; row += R.Rows)
        {
            T* to = y + row * plane;
            CacheLines.Fetch(to + ahead, ahead > 0 ? R.Rows : 0, plane, V.Count);
            SumAllTaps<R, V, T, A>(tap, end, x, weights + row * weightStride, weightStride, bias == null ? null : bias + row, to, plane, activation);
        }
        return row;
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]                        // inlined into its caller it would lose its registers
    private static void SumTaps<R, V, T, A>(Tap* tap, Tap* end, T* from, T* weights, nint weightStride, T* bias, bool adds, T* to, nint plane,
        A activation)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        R sums = default;
        if (bias != null) sums.Add(bias, 1, V.Splat(T.One));
        for (; tap < end; tap++) sums.Add(weights + tap->Weight, weightStride, V.Load(from + tap->Pixel));
        if (adds) sums.Resume(to, plane);
        sums.Activate(activation);
        sums.Write(to, plane, 0);
    }

    /// <summary>The same in pieces, whose sums wait where they will lie: long sums would drift.</summary>
    private static void SumAllTaps<R, V, T, A>(Tap* tap, Tap* end, T* from, T* weights, nint weightStride, T* bias, T* to, nint plane, A activation)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        if (end - tap > LongSums.Most)
        {
            SumManyTaps<R, V, T, A>(tap, end, from, weights, weightStride, bias, to, plane, activation);
            return;
        }
        bool adds = false;
        for (; end - tap > LongSums.LastPiece; tap += LongSums.Piece, bias = null, adds = true)
            SumTaps<R, V, T, Identity<T>>(tap, tap + LongSums.Piece, from, weights, weightStride, bias, adds, to, plane, default);
        SumTaps<R, V, T, A>(tap, end, from, weights, weightStride, bias, adds, to, plane, activation);
    }

    /// <summary>The same where there are many pieces, too.</summary>
    private static void SumManyTaps<R, V, T, A>(Tap* tap, Tap* end, T* from, T* weights, nint weightStride, T* bias, T* to, nint plane, A activation)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        T* some = stackalloc T[R.Rows * V.Count];
        LongSum<V, T>* sums = stackalloc LongSum<V, T>[R.Rows];
        for (; tap < end; tap += LongSums.Most, bias = null)
        {
            SumAllTaps<R, V, T, Identity<T>>(tap, tap + Math.Min(end - tap, LongSums.Most), from, weights, weightStride, bias, some, V.Count,
                default);
            for (int r = 0; r < R.Rows; r++) sums[r].Add(V.Load(some + r * V.Count));
        }
        for (int r = 0; r < R.Rows; r++) V.Store(activation.Of(sums[r].Value), to + r * plane);
    }
}
