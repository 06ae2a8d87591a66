using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>One number in, one number out. Lengths are whole numbers of vectors: blocks in lanes always are.</summary>
internal static unsafe class Elementwise
{
    /// <summary>output = max(0, input); both may be the same memory. NaN stays NaN.</summary>
    public static void Relu<V, T>(ReadOnlySpan<T> input, Span<T> output) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length == output.Length && input.Length % V.Count == 0);
        fixed (T* x = input, y = output) Relu<V, T>(x, y, input.Length);
    }

    /// <summary>gradInput = gradOutput where output &gt; 0, else 0; the gradients may be the same memory.</summary>
    /// <remarks>The output is positive exactly where the input was.</remarks>
    public static void ReluBackward<V, T>(ReadOnlySpan<T> output, ReadOnlySpan<T> gradOutput, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(output.Length == gradInput.Length && gradOutput.Length == gradInput.Length && output.Length % V.Count == 0);
        fixed (T* y = output, dy = gradOutput, dx = gradInput) ReluBackward<V, T>(y, dy, dx, output.Length);
    }

    /// <summary>output = input where input &gt; 0, else slope · input; both may be the same memory.</summary>
    public static void LeakyRelu<V, T>(ReadOnlySpan<T> input, T slope, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length == output.Length && input.Length % V.Count == 0);
        fixed (T* x = input, y = output) LeakyRelu<V, T>(x, slope, y, input.Length);
    }

    /// <summary>gradInput = gradOutput where output &gt; 0, else slope · gradOutput; the gradients may be the same memory.</summary>
    /// <remarks>The output is positive exactly where the input was, since the slope is not negative.</remarks>
    public static void LeakyReluBackward<V, T>(ReadOnlySpan<T> output, ReadOnlySpan<T> gradOutput, T slope, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(output.Length == gradInput.Length && gradOutput.Length == gradInput.Length && output.Length % V.Count == 0);
        fixed (T* y = output, dy = gradOutput, dx = gradInput) LeakyReluBackward<V, T>(y, dy, slope, dx, output.Length);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Relu<V, T>(T* x, T* y, int length) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V zero = default;
        for (T* end = x + length; x < end; x += V.Count, y += V.Count)
        {
            V v = V.Load(x);
            V.Store(V.Select(V.GreaterThan(zero, v), zero, v), y);
        }
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void ReluBackward<V, T>(T* y, T* dy, T* dx, int length) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V zero = default;
        for (T* end = y + length; y < end; y += V.Count, dy += V.Count, dx += V.Count)
            V.Store(V.Select(V.GreaterThan(V.Load(y), zero), V.Load(dy), zero), dx);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void LeakyRelu<V, T>(T* x, T slope, T* y, int length) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V leak = V.Splat(slope), zero = default;
        for (T* end = x + length; x < end; x += V.Count, y += V.Count)
        {
            V v = V.Load(x);
            V.Store(V.Select(V.GreaterThan(v, zero), v, leak * v), y);
        }
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void LeakyReluBackward<V, T>(T* y, T* dy, T slope, T* dx, int length)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V leak = V.Splat(slope), zero = default;
        for (T* end = y + length; y < end; y += V.Count, dy += V.Count, dx += V.Count)
        {
            V gradient = V.Load(dy);
            V.Store(V.Select(V.GreaterThan(V.Load(y), zero), gradient, leak * gradient), dx);
        }
    }
}
