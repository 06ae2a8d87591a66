using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
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
    /// <summary>output = activation of (bias + input * weight); output is overwritten. An empty bias is none.</summary>
    public static void Forward<V, T>(Conv2dTables tables, ReadOnlySpan<T> input, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> output,
        Activation<T> activation = default)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        switch (activation.Kind)
        {
            case ActivationKind.Relu: ForwardGroups<V, T, Rectifier<T>>(tables, input, weight, bias, output, default); break;
            case ActivationKind.Relu6: ForwardGroups<V, T, Rectifier6<T>>(tables, input, weight, bias, output, default); break;
            case ActivationKind.LeakyRelu: ForwardGroups<V, T, LeakyRectifier<T>>(tables, input, weight, bias, output, new(activation.Slope)); break;
            default:                                                         // what takes registers of its own waits until the sums are out of them
                ForwardGroups<V, T, Identity<T>>(tables, input, weight, bias, output, default);
                if (activation.IsSome) Elementwise.Activate<V, T>(activation, output, output);
                break;
        }
    }

    private static void ForwardGroups<V, T, A>(Conv2dTables tables, ReadOnlySpan<T> input, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> output,
        A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        Conv2dGeometry g = tables.Geometry;
        Debug.Assert(input.Length == g.InChannels * g.InputPlane * Lanes.Count && output.Length == g.OutChannels * g.OutputPlane * Lanes.Count);
        Debug.Assert(weight.Length == g.OutChannels * g.WindowLength && (bias.IsEmpty || bias.Length == g.OutChannels));
        fixed (T* x = input, w = weight, b = bias, y = output)
            for (int group = 0; group < g.Groups; group++)
                Correlate<Pair<V, T>, T, A>(tables.Forward, x + group * g.GroupInputs * g.InputPlane * Lanes.Count,
                    w + group * g.GroupOutputs * g.WindowLength,
                    g.WindowLength, b == null ? null : b + group * g.GroupOutputs, y + group * g.GroupOutputs * g.OutputPlane * Lanes.Count, g.GroupOutputs,
                    activation);
    }

    /// <summary>gradInput = what each input fed, by the weight it met there; gradInput is overwritten.</summary>
    /// <remarks>The same kernel as <see cref="Forward"/> with the taps read backwards: a row of a tile is now an input channel.</remarks>
    public static void BackwardInput<V, T>(Conv2dTables tables, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> weight, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> => ForwardTransposed<V, T>(tables, gradOutput, weight, [], gradInput);

    /// <summary>Takes the gradient back through the activation of <see cref="Forward"/>, in place, and adds its sums to gradBias in the same pass.</summary>
    /// <param name="activation">The activation.</param>
    /// <param name="output">[outC, oH, oW, lanes], as Forward wrote it.</param>
    /// <param name="gradient">[outC, oH, oW, lanes]: comes as the gradient after the activation, and leaves as that before it.</param>
    /// <param name="gradBias">[outC], added to; or empty.</param>
    public static void BackwardActivation<V, T>(Activation<T> activation, ReadOnlySpan<T> output, Span<T> gradient, Span<T> gradBias)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        if (gradBias.IsEmpty)
        {
            Elementwise.ActivateBackward<V, T>(activation, output, gradient, gradient);
            return;
        }
        int plane = output.Length / gradBias.Length;
        fixed (T* y = output, dy = gradient, db = gradBias)
        {
            var job = new ActivationSums<V, T> { Y = y, Dy = dy, GradBias = db, Channels = gradBias.Length, Plane = plane };
            activation.Do(ref job);
        }
    }

    /// <summary>gradBias[oc] += the sum of gradOutput[oc] over all positions and images.</summary>
    public static void BackwardBias<V, T>(Conv2dTables tables, ReadOnlySpan<T> gradOutput, Span<T> gradBias)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(gradOutput.Length == gradBias.Length * tables.Geometry.OutputPlane * Lanes.Count);
        SumChannels<V, T>(gradOutput, gradBias);
    }

    /// <summary>to[row, p] = activation of (bias[row] + sum over the taps of window p of weights[row, tap] · from[tap]), for every row and position.</summary>
    private static void Correlate<V, T, A>(TapTable table, T* from, T* weights, nint weightStride, T* bias, T* to, int rows, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        if (rows == 1)
        {
            CorrelateOne<V, T, A>(table, from, weights, bias, to, activation);
            return;
        }
        nint plane = table.Windows.Length * Lanes.Count;
        fixed (Tap* taps = table.Taps)
            for (int p = 0; p < table.Windows.Length; p++)
                for (int n = 0; n < Lanes.Count; n += V.Count)
                {
                    Window w = table.Windows[p];
                    T* x = from + w.Base + n, y = to + p * Lanes.Count + n;
                    int row = 0;
                    if (Processor.HasManyRegisters)
                        row = Rows<Twice<Twice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>, V, T, A>(row, rows, taps + w.First, taps + w.End, x, weights,
                            weightStride, bias, y, plane, activation);
                    row = Rows<Twice<Twice<Weighted<V, T>, V, T>, V, T>, V, T, A>(row, rows, taps + w.First, taps + w.End, x, weights, weightStride,
                        bias, y, plane, activation);
                    Rows<Weighted<V, T>, V, T, A>(row, rows, taps + w.First, taps + w.End, x, weights, weightStride, bias, y, plane, activation);
                }
    }

    /// <summary>As many tiles R as the rows from <paramref name="row"/> on fill; returns the first row that is left.</summary>
    [MethodImpl(AggressiveInlining)]
    private static int Rows<R, V, T, A>(
        int row, int rows, Tap* tap, Tap* end, T* x, T* weights, nint weightStride, T* bias, T* y, nint plane, A activation)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        for (; row + R.Rows <= rows; row += R.Rows)
            SumAllTaps<R, V, T, A>(tap, end, x, weights + row * weightStride, weightStride, bias == null ? null : bias + row, y + row * plane, plane,
                activation);
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
            SumAllTaps<R, V, T, Identity<T>>(tap, tap + Math.Min(end - tap, LongSums.Most), from, weights, weightStride, bias, some, V.Count, default);
            for (int r = 0; r < R.Rows; r++) sums[r].Add(V.Load(some + r * V.Count));
        }
        for (int r = 0; r < R.Rows; r++) V.Store(activation.Of(sums[r].Value), to + r * plane);
    }

    /// <summary>One channel has no other rows to share its pixels with: there the
    /// rows of the tile are eight windows that look alike, side by side.</summary>
    private static void CorrelateOne<V, T, A>(TapTable table, T* from, T* weights, T* bias, T* to, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        T start = bias == null ? T.Zero : *bias;
        T* ones = stackalloc T[Lanes.Count];
        new Span<T>(ones, Lanes.Count).Fill(T.One);
        fixed (Tap* taps = table.Taps)
            for (int p = 0, run; p < table.Windows.Length; p += run)
            {
                Window w = table.Windows[p];
                run = table.StartsRun[p] ? 8 : 1;
                nint step = run == 8 ? table.Windows[p + 1].Base - w.Base : 0;
                for (int n = 0; n < Lanes.Count; n += V.Count)
                {
                    T* x = from + w.Base + n, y = to + p * Lanes.Count + n;
                    if (run == 8)
                        SumAllShifted<Twice<Twice<Twice<Shifted<V, T>, V, T>, V, T>, V, T>, V, T, A>(taps + w.First, taps + w.End, x, step, weights, start,
                            ones, y, activation);
                    else SumAllShifted<Shifted<V, T>, V, T, A>(taps + w.First, taps + w.End, x, step, weights, start, ones, y, activation);
                }
            }
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumShifted<R, V, T, A>(Tap* tap, Tap* end, T* from, nint step, T* weights, T start, T* ones, bool adds, T* to, A activation)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        R sums = default;
        if (!adds) sums.Add(ones, 0, V.Splat(start));
        for (; tap < end; tap++) sums.Add(from + tap->Pixel, step, V.Splat(weights[tap->Weight]));
        if (adds) sums.Resume(to, Lanes.Count);
        sums.Activate(activation);
        sums.Write(to, Lanes.Count, 0);
    }

    /// <summary>The same in pieces.</summary>
    private static void SumAllShifted<R, V, T, A>(Tap* tap, Tap* end, T* from, nint step, T* weights, T start, T* ones, T* to, A activation)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        if (end - tap > LongSums.Most)
        {
            SumManyShifted<R, V, T, A>(tap, end, from, step, weights, start, ones, to, activation);
            return;
        }
        bool adds = false;
        for (; end - tap > LongSums.LastPiece; tap += LongSums.Piece, adds = true)
            SumShifted<R, V, T, Identity<T>>(tap, tap + LongSums.Piece, from, step, weights, start, ones, adds, to, default);
        SumShifted<R, V, T, A>(tap, end, from, step, weights, start, ones, adds, to, activation);
    }

    /// <summary>The same where there are many pieces, too.</summary>
    private static void SumManyShifted<R, V, T, A>(Tap* tap, Tap* end, T* from, nint step, T* weights, T start, T* ones, T* to, A activation)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        T* some = stackalloc T[R.Rows * Lanes.Count];
        LongSum<V, T>* sums = stackalloc LongSum<V, T>[R.Rows];
        for (; tap < end; tap += LongSums.Most, start = T.Zero)
        {
            SumAllShifted<R, V, T, Identity<T>>(tap, tap + Math.Min(end - tap, LongSums.Most), from, step, weights, start, ones, some, default);
            for (int r = 0; r < R.Rows; r++) sums[r].Add(V.Load(some + r * Lanes.Count));
        }
        for (int r = 0; r < R.Rows; r++) V.Store(activation.Of(sums[r].Value), to + r * Lanes.Count);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static T Sum<V, T>(T* from, nint count) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        LongSum<V, T> sum = default;
        for (T* end = from + count; from < end;)
        {
            V piece = default;
            for (T* stop = from + Math.Min(end - from, LongSums.Piece * V.Count); from < stop; from += V.Count) piece += V.Load(from);
            sum.Add(piece);
        }
        return V.Sum(sum.Value);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static T ActivationSum<V, T, A>(T* y, T* gradient, nint count, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        LongSum<V, T> sum = default;
        for (T* end = gradient + count; gradient < end;)
        {
            V piece = default;
            for (T* stop = gradient + Math.Min(end - gradient, LongSums.Piece * V.Count); gradient < stop; gradient += V.Count, y += V.Count)
            {
                V before = activation.GradientFromOutput(V.Load(y), V.Load(gradient));
                V.Store(before, gradient);
                piece += before;
            }
            sum.Add(piece);
        }
        return V.Sum(sum.Value);
    }

    private struct ActivationSums<V, T> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public T* Y, Dy, GradBias;
        public int Channels, Plane;

        public readonly void With<A>(A activation) where A : struct, IActivation<T>
        {
            for (int oc = 0; oc < Channels; oc++) GradBias[oc] += ActivationSum<Pair<V, T>, T, A>(Y + oc * (nint)Plane, Dy + oc * (nint)Plane, Plane, activation);
        }
    }
}
