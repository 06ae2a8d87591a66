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
    /// <summary>output = bias + input * weight; output is overwritten. An empty bias is none.</summary>
    public static void Forward<V, T>(Conv2dTables tables, ReadOnlySpan<T> input, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = tables.Geometry;
        Debug.Assert(input.Length == g.InChannels * g.InputPlane * Lanes.Count && output.Length == g.OutChannels * g.OutputPlane * Lanes.Count);
        Debug.Assert(weight.Length == g.OutChannels * g.WindowLength && (bias.IsEmpty || bias.Length == g.OutChannels));
        fixed (T* x = input, w = weight, b = bias, y = output)
            for (int group = 0; group < g.Groups; group++)
                Correlate<Pair<V, T>, T>(tables.Forward, x + group * g.GroupInputs * g.InputPlane * Lanes.Count,
                    w + group * g.GroupOutputs * g.WindowLength,
                    g.WindowLength, b == null ? null : b + group * g.GroupOutputs, y + group * g.GroupOutputs * g.OutputPlane * Lanes.Count, g.GroupOutputs);
    }

    /// <summary>gradInput = what each input fed, by the weight it met there; gradInput is overwritten.</summary>
    /// <remarks>The same kernel as <see cref="Forward"/> with the taps read backwards: a row of a tile is now an input channel.</remarks>
    public static void BackwardInput<V, T>(Conv2dTables tables, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> weight, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> => ForwardTransposed<V, T>(tables, gradOutput, weight, [], gradInput);

    /// <summary>gradBias[oc] += the sum of gradOutput[oc] over all positions and images.</summary>
    public static void BackwardBias<V, T>(Conv2dTables tables, ReadOnlySpan<T> gradOutput, Span<T> gradBias)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(gradOutput.Length == gradBias.Length * tables.Geometry.OutputPlane * Lanes.Count);
        SumChannels<V, T>(gradOutput, gradBias);
    }

    /// <summary>to[row, p] = bias[row] + sum over the taps of window p of weights[row, tap] · from[tap], for every row and position.</summary>
    private static void Correlate<V, T>(TapTable table, T* from, T* weights, nint weightStride, T* bias, T* to, int rows)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        if (rows == 1)
        {
            CorrelateOne<V, T>(table, from, weights, bias, to);
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
                        row = Rows<Twice<Twice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>, V, T>(row, rows, taps + w.First, taps + w.End, x, weights,
                            weightStride, bias, y, plane);
                    row = Rows<Twice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>(row, rows, taps + w.First, taps + w.End, x, weights, weightStride,
                        bias, y, plane);
                    Rows<Weighted<V, T>, V, T>(row, rows, taps + w.First, taps + w.End, x, weights, weightStride, bias, y, plane);
                }
    }

    /// <summary>As many tiles R as the rows from <paramref name="row"/> on fill; returns the first row that is left.</summary>
    [MethodImpl(AggressiveInlining)]
    private static int Rows<R, V, T>(int row, int rows, Tap* tap, Tap* end, T* x, T* weights, nint weightStride, T* bias, T* y, nint plane)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (; row + R.Rows <= rows; row += R.Rows)
            SumTaps<R, V, T>(tap, end, x, weights + row * weightStride, weightStride, bias == null ? null : bias + row, y + row * plane, plane);
        return row;
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]                        // inlined into its caller it would lose its registers
    private static void SumTaps<R, V, T>(Tap* tap, Tap* end, T* from, T* weights, nint weightStride, T* bias, T* to, nint plane)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        R sums = default;
        if (bias != null) sums.Add(bias, 1, V.Splat(T.One));
        for (; tap < end; tap++) sums.Add(weights + tap->Weight, weightStride, V.Load(from + tap->Pixel));
        sums.Write(to, plane, 0);
    }

    /// <summary>One channel has no other rows to share its pixels with: there the
    /// rows of the tile are eight windows that look alike, side by side.</summary>
    private static void CorrelateOne<V, T>(TapTable table, T* from, T* weights, T* bias, T* to)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
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
                        SumShifted<Twice<Twice<Twice<Shifted<V, T>, V, T>, V, T>, V, T>, V, T>(taps + w.First, taps + w.End, x, step, weights, start,
                            ones, y);
                    else SumShifted<Shifted<V, T>, V, T>(taps + w.First, taps + w.End, x, step, weights, start, ones, y);
                }
            }
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumShifted<R, V, T>(Tap* tap, Tap* end, T* from, nint step, T* weights, T start, T* ones, T* to)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        R sums = default;
        sums.Add(ones, 0, V.Splat(start));
        for (; tap < end; tap++) sums.Add(from + tap->Pixel, step, V.Splat(weights[tap->Weight]));
        sums.Write(to, Lanes.Count, 0);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static T Sum<V, T>(T* from, nint count) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V sum = default;
        for (T* end = from + count; from < end; from += V.Count) sum += V.Load(from);
        return V.Sum(sum);
    }
}
