using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>A rectifier whose slope on the negative side is learned, in either layout: values are [planes, pixels, pitch].</summary>
/// <remarks>A slope is good for a plane (a channel in lanes), or for one number of every pixel (a channel channels-last). What is left of a pixel
/// runs through the same code as vectors of one number.</remarks>
internal static unsafe class LearnedSlope
{
    /// <summary>output = input where input &gt; 0, else slope · input; may be the same memory.</summary>
    /// <param name="extent">How the values lie.</param>
    /// <param name="slopes">[planes], or [pitch].</param>
    /// <param name="isPerNumber">Whether they belong to the numbers of a pixel.</param>
    /// <param name="input">[planes, pixels, pitch].</param>
    /// <param name="output">Like the input, overwritten.</param>
    public static void Forward<V, T>(PixelExtent extent, ReadOnlySpan<T> slopes, bool isPerNumber, ReadOnlySpan<T> input, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length >= extent.Planes * extent.Pixels * extent.Pitch && output.Length == input.Length);
        Debug.Assert(slopes.Length >= (isPerNumber ? extent.Pitch : extent.Planes));
        fixed (T* x = input, y = output, slope = slopes)
            for (int plane = 0; plane < extent.Planes; plane++)
            {
                nint at = (nint)plane * extent.Pixels * extent.Pitch;
                var job = new Job<T>(extent, isPerNumber, isPerNumber ? slope : slope + plane, x + at, null, y + at, null);
                int n = Forward<Pair<V, T>, T>(job, 0);
                if (n < extent.Pitch) Forward<Scalar<T>, T>(job, Forward<V, T>(job, n));
            }
    }

    /// <summary>The same with one slope for so many numbers.</summary>
    public static void Forward<V, T>(int length, T slope, ReadOnlySpan<T> input, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int rows = length / Lanes.Count, whole = rows * Lanes.Count;
        Forward<V, T>(new PixelExtent(1, rows, Lanes.Count), [slope], false, input[..whole], output[..whole]);
        if (whole < length) Forward<V, T>(new PixelExtent(1, 1, length - whole), [slope], false, input[whole..length], output[whole..length]);
    }

    /// <summary>gradInput = gradOutput where input &gt; 0, else slope · gradOutput; gradSlopes += the sum of input · gradOutput where input is not
    /// positive.</summary>
    /// <param name="extent">How the values lie.</param>
    /// <param name="slopes">[planes], or [pitch].</param>
    /// <param name="isPerNumber">Whether they belong to the numbers of a pixel.</param>
    /// <param name="input">[planes, pixels, pitch].</param>
    /// <param name="gradOutput">Like the input.</param>
    /// <param name="gradInput">Like the input, overwritten; may be gradOutput's memory, or empty where nobody reads it.</param>
    /// <param name="gradSlopes">Like the slopes, added to; or empty.</param>
    public static void Backward<V, T>(PixelExtent extent, ReadOnlySpan<T> slopes, bool isPerNumber, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput,
        Span<T> gradInput,
        Span<T> gradSlopes)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length >= extent.Planes * extent.Pixels * extent.Pitch && gradOutput.Length == input.Length);
        Debug.Assert(gradInput.IsEmpty || gradInput.Length == input.Length);
        fixed (T* x = input, dy = gradOutput, dx = gradInput, slope = slopes, sums = gradSlopes)
            for (int plane = 0; plane < extent.Planes; plane++)
            {
                nint at = (nint)plane * extent.Pixels * extent.Pitch;
                int own = isPerNumber ? 0 : plane;
                var job = new Job<T>(extent, isPerNumber, slope + own, x + at, dy + at, dx == null ? null : dx + at, sums == null ? null : sums
                    + own);
                int n = Backward<Pair<V, T>, T>(job, 0);
                if (n < extent.Pitch) Backward<Scalar<T>, T>(job, Backward<V, T>(job, n));
            }
    }

    /// <summary>The same with one slope for so many numbers.</summary>
    public static void Backward<V, T>(int length, T slope, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, Span<T> gradInput, Span<T> gradSlope)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int rows = length / Lanes.Count, whole = rows * Lanes.Count;
        Backward<V, T>(new PixelExtent(1, rows, Lanes.Count), [slope], false, input[..whole], gradOutput[..whole], gradInput.IsEmpty ? []
            : gradInput[..whole], gradSlope);
        if (whole < length)
            Backward<V, T>(new PixelExtent(1, 1, length - whole), [slope], false, input[whole..length], gradOutput[whole..length], gradInput.IsEmpty
                ? [] : gradInput[whole..length], gradSlope);
    }

    /// <summary>One plane. To is the output, or the gradient by the input.</summary>
    private readonly struct Job<T>(PixelExtent extent, bool isPerNumber, T* slope, T* x, T* dy, T* to, T* sums) where T : unmanaged
    {
        public readonly T* X = x, Dy = dy, To = to, Sums = sums;
        public readonly int Pixels = extent.Pixels, Pitch = extent.Pitch;
        public readonly bool IsPerNumber = isPerNumber;

        [MethodImpl(AggressiveInlining)]
        public V SlopeAt<V>(int n) where V : unmanaged, IVector<V, T> => IsPerNumber ? V.Load(slope + n) : V.Splat(*slope);
    }

    // Each of these takes numbers of the pixels from one on, as long as a whole vector is left, and says how far it came.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int Forward<V, T>(in Job<T> job, int n) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (; n + V.Count <= job.Pitch; n += V.Count)
        {
            V slope = job.SlopeAt<V>(n), zero = default;
            T* x = job.X + n, y = job.To + n;
            for (int p = 0; p < job.Pixels; p++, x += job.Pitch, y += job.Pitch)
            {
                V value = V.Load(x);
                V.Store(V.Select(V.GreaterThan(value, zero), value, slope * value), y);
            }
        }
        return n;
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int Backward<V, T>(in Job<T> job, int n) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (; n + V.Count <= job.Pitch; n += V.Count)
        {
            V slope = job.SlopeAt<V>(n), zero = default, sum = default;
            for (int first = 0; first < job.Pixels; first += LongSums.Piece)
            {
                V piece = default;
                nint i = (nint)first * job.Pitch + n;
                for (int p = first; p < Math.Min(job.Pixels, first + LongSums.Piece); p++, i += job.Pitch)
                {
                    V value = V.Load(job.X + i), gradient = V.Load(job.Dy + i), isPositive = V.GreaterThan(value, zero);
                    if (job.To != null) V.Store(V.Select(isPositive, gradient, slope * gradient), job.To + i);
                    piece += V.Select(isPositive, zero, value * gradient);
                }
                sum += piece;
            }
            if (job.Sums == null) continue;
            if (job.IsPerNumber) V.Store(V.Load(job.Sums + n) + sum, job.Sums + n);
            else *job.Sums += V.Sum(sum);
        }
        return n;
    }
}
