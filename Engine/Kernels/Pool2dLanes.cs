using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Pooling of 32 images side by side: a maximum of vectors, a mean of vectors. Input [C, H, W, lanes], output [C, oH, oW, lanes].</summary>
/// <remarks>
/// A table of taps says what each window reads, so plain, padded, dilated, overlapping and adaptive pooling are one loop. Averages take a share per
/// window, <c>1 / divisor</c>. Twins: <see cref="Pool2dNaive"/>.
/// </remarks>
internal static unsafe class Pool2dLanes
{
    /// <summary>output = the largest under each window; NaN if there is one. Overwritten.</summary>
    public static void Max<V, T>(TapTable table, int channels, ReadOnlySpan<T> input, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        Debug.Assert(output.Length == channels * table.Windows.Length * Lanes.Count);
        int plane = input.Length / Math.Max(1, channels);
        fixed (T* x = input, y = output)
        fixed (Tap* taps = table.Taps)
            for (int c = 0; c < channels; c++)
                for (int p = 0; p < table.Windows.Length; p++)
                {
                    Window w = table.Windows[p];
                    Max<Pair<V, T>, T>(taps + w.First, taps + w.End, x + (nint)c * plane + w.Base,
                        y + ((nint)c * table.Windows.Length + p) * Lanes.Count);
                }
    }

    /// <summary>gradInput = gradOutput at the first pixel under each window that equals the output, or at the last NaN; overwritten.</summary>
    public static void MaxBackward<V, T>(TapTable table, int channels, ReadOnlySpan<T> input, ReadOnlySpan<T> output, ReadOnlySpan<T> gradOutput,
        Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length == gradInput.Length && output.Length == gradOutput.Length && output.Length == channels * table.Windows.Length * Lanes.Count);
        gradInput.Clear();
        int plane = input.Length / Math.Max(1, channels);
        fixed (T* x = input, y = output, dy = gradOutput, dx = gradInput)
        fixed (Tap* taps = table.Taps)
        {
            bool hasNan = HasNan<Pair<V, T>, T>(y, output.Length);
            for (int c = 0; c < channels; c++)
                for (int p = 0; p < table.Windows.Length; p++)
                {
                    Window w = table.Windows[p];
                    nint at = (nint)c * plane + w.Base, to = ((nint)c * table.Windows.Length + p) * Lanes.Count;
                    MaxBackward<Pair<V, T>, T>(taps + w.First, taps + w.End, x + at, y + to, dy + to, dx + at, hasNan);
                }
        }
    }

    /// <summary>output = share · the sum under each window; overwritten.</summary>
    /// <param name="table">What each window reads.</param>
    /// <param name="shares">[positions], one over the divisor.</param>
    /// <param name="channels">C.</param>
    /// <param name="input">[C, H, W, lanes].</param>
    /// <param name="output">[C, oH, oW, lanes].</param>
    public static void Average<V, T>(TapTable table, ReadOnlySpan<T> shares, int channels, ReadOnlySpan<T> input, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(output.Length == channels * shares.Length * Lanes.Count);
        int plane = input.Length / Math.Max(1, channels);
        fixed (T* x = input, y = output)
        fixed (Tap* taps = table.Taps)
            for (int c = 0; c < channels; c++)
                for (int p = 0; p < shares.Length; p++)
                {
                    Window w = table.Windows[p];
                    Average<Pair<V, T>, T>(taps + w.First, taps + w.End, x + (nint)c * plane + w.Base, shares[p],
                        y + ((nint)c * shares.Length + p) * Lanes.Count);
                }
    }

    /// <summary>gradInput = every output's gradient times its share, for each pixel under its window; overwritten.</summary>
    public static void AverageBackward<V, T>(TapTable table, ReadOnlySpan<T> shares, int channels, ReadOnlySpan<T> gradOutput, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(gradOutput.Length == channels * shares.Length * Lanes.Count);
        gradInput.Clear();
        int plane = gradInput.Length / Math.Max(1, channels);
        fixed (T* dy = gradOutput, dx = gradInput)
        fixed (Tap* taps = table.Taps)
            for (int c = 0; c < channels; c++)
                for (int p = 0; p < shares.Length; p++)
                {
                    Window w = table.Windows[p];
                    AverageBackward<Pair<V, T>, T>(taps + w.First, taps + w.End, dy + ((nint)c * shares.Length + p) * Lanes.Count, shares[p],
                        dx + (nint)c * plane + w.Base);
                }
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Max<V, T>(Tap* first, Tap* end, T* from, T* to)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int n = 0; n < Lanes.Count; n += V.Count)
        {
            V most = V.Splat(T.NegativeInfinity);
            for (Tap* tap = first; tap < end; tap++) most = V.Max(most, V.Load(from + tap->Pixel + n));
            V.Store(most, to + n);
        }
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static bool HasNan<V, T>(T* y, int length) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V most = default;
        for (int i = 0; i < length; i += V.Count) most = V.Max(most, V.Load(y + i));
        return T.IsNaN(V.Sum(most));
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void MaxBackward<V, T>(Tap* first, Tap* end, T* from, T* y, T* dy, T* dx, bool hasNan)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V zero = default;
        for (int n = 0; n < Lanes.Count; n += V.Count)
        {
            V left = V.Load(dy + n), most = V.Load(y + n);                   // left: the gradient that has not found its pixel yet
            for (Tap* tap = first; tap < end; tap++)
            {
                V wins = V.Equal(V.Load(from + tap->Pixel + n), most);
                T* to = dx + tap->Pixel + n;
                V.Store(V.Load(to) + V.Select(wins, left, zero), to);
                left = V.Select(wins, zero, left);
            }
            if (!hasNan) continue;
            for (Tap* tap = end - 1; tap >= first; tap--)                    // where something is left, the largest was NaN
            {
                V number = V.Load(from + tap->Pixel + n), isNumber = V.Equal(number, number);
                T* to = dx + tap->Pixel + n;
                V.Store(V.Load(to) + V.Select(isNumber, zero, left), to);
                left = V.Select(isNumber, left, zero);
            }
        }
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Average<V, T>(Tap* first, Tap* end, T* from, T share, T* to)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (int n = 0; n < Lanes.Count; n += V.Count)
        {
            LongSum<V, T> sum = default;
            for (Tap* tap = first; tap < end;)
            {
                V piece = default;
                for (Tap* stop = tap + Math.Min(end - tap, LongSums.Piece); tap < stop; tap++) piece += V.Load(from + tap->Pixel + n);
                sum.Add(piece);
            }
            V.Store(V.Splat(share) * sum.Value, to + n);
        }
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void AverageBackward<V, T>(Tap* first, Tap* end, T* dy, T share, T* dx)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (int n = 0; n < Lanes.Count; n += V.Count)
        {
            V part = V.Splat(share) * V.Load(dy + n);
            for (Tap* tap = first; tap < end; tap++)
            {
                T* to = dx + tap->Pixel + n;
                V.Store(V.Load(to) + part, to);
            }
        }
    }
}
