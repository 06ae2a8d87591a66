using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Any function of one number over a block, and the way back. Lengths are whole numbers of vectors: blocks in lanes always are.</summary>
/// <remarks>The function is a structure, so that the compiler makes one loop for each with the function inside.</remarks>
internal static unsafe class ElementMap
{
    /// <summary>output = function(input); both may be the same memory.</summary>
    public static void Forward<V, T, F>(F function, ReadOnlySpan<T> input, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where F : struct, IElementFunction<T>
    {
        Debug.Assert(input.Length == output.Length && input.Length % V.Count == 0);
        fixed (T* x = input, y = output) Forward<V, T, F>(function, x, y, input.Length);
    }

    /// <summary>gradInput = gradOutput · slope; the gradients may be the same memory.</summary>
    /// <param name="function">The function.</param>
    /// <param name="known">What its slope is told from: the input, or the output.</param>
    /// <param name="gradOutput">Of the same length.</param>
    /// <param name="gradInput">Of the same length, overwritten.</param>
    public static void Backward<V, T, F>(F function, ReadOnlySpan<T> known, ReadOnlySpan<T> gradOutput, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where F : struct, IElementFunction<T>
    {
        Debug.Assert(known.Length == gradInput.Length && gradOutput.Length == gradInput.Length && known.Length % V.Count == 0);
        fixed (T* k = known, dy = gradOutput, dx = gradInput) Backward<V, T, F>(function, k, dy, dx, known.Length);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Forward<V, T, F>(F function, T* x, T* y, int length)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where F : struct, IElementFunction<T>
    {
        for (T* end = x + length; x < end; x += V.Count, y += V.Count) V.Store(function.Value(V.Load(x)), y);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Backward<V, T, F>(F function, T* known, T* dy, T* dx, int length)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where F : struct, IElementFunction<T>
    {
        for (T* end = known + length; known < end; known += V.Count, dy += V.Count, dx += V.Count)
            V.Store(V.Load(dy) * function.Slope(V.Load(known)), dx);
    }
}
