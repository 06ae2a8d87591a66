using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Copies stretches of numbers that lie a step apart, such as some channels of every pixel.</summary>
internal static unsafe class StretchCopy
{
    private const int Long = 256;                                            // numbers from which on a call for each takes no time

    /// <summary>to[n, i] = from[n, i].</summary>
    /// <param name="length">Numbers of a stretch.</param>
    /// <param name="count">How many stretches.</param>
    /// <param name="from">The first, and what follows it.</param>
    /// <param name="step">From one to the next.</param>
    /// <param name="to">Where the first goes; overwritten.</param>
    /// <param name="toStep">From one to the next there.</param>
    public static void Run<V, T>(int length, int count, ReadOnlySpan<T> from, int step, Span<T> to, int toStep)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        if (count == 0 || length == 0) return;
        Debug.Assert(from.Length >= (count - 1) * step + length && to.Length >= (count - 1) * toStep + length);
        if (length >= Long)
            for (int n = 0; n < count; n++) from.Slice(n * step, length).CopyTo(to[(n * toStep)..]);
        else
            fixed (T* x = from, y = to)
                if (length >= V.Count) Run<V, T>(length, count, x, step, y, toStep);
                else Run<Scalar<T>, T>(length, count, x, step, y, toStep);
    }

    // The last vector of a stretch may lie over the one before it.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Run<V, T>(nint length, int count, T* from, nint step, T* to, nint toStep)
        where V : unmanaged, IVector<V, T> where T : unmanaged
    {
        nint last = length - V.Count;
        for (; count > 0; count--, from += step, to += toStep)
        {
            for (nint i = 0; i < last; i += V.Count) V.Store(V.Load(from + i), to + i);
            V.Store(V.Load(from + last), to + last);
        }
    }
}
