using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>One number in, one number out. What is less than a vector at the end goes through the same code as vectors of one number.</summary>
internal static unsafe class Elementwise
{
    /// <summary>output = max(0, input); both may be the same memory. NaN stays NaN.</summary>
    public static void Relu<V, T>(ReadOnlySpan<T> input, Span<T> output) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        Activate<V, T>(new(ActivationKind.Relu, default), input, output);

    /// <summary>gradInput = gradOutput where output &gt; 0, else 0; the gradients may be the same memory.</summary>
    /// <remarks>The output is positive exactly where the input was.</remarks>
    public static void ReluBackward<V, T>(ReadOnlySpan<T> output, ReadOnlySpan<T> gradOutput, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        ActivateBackward<V, T>(new(ActivationKind.Relu, default), output, gradOutput, gradInput);

    /// <summary>output = input where input &gt; 0, else slope · input; both may be the same memory.</summary>
    public static void LeakyRelu<V, T>(ReadOnlySpan<T> input, T slope, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        Activate<V, T>(new(ActivationKind.LeakyRelu, slope), input, output);

    /// <summary>gradInput = gradOutput where output &gt; 0, else slope · gradOutput; the gradients may be the same memory.</summary>
    /// <remarks>The output is positive exactly where the input was, since the slope is not negative.</remarks>
    public static void LeakyReluBackward<V, T>(ReadOnlySpan<T> output, ReadOnlySpan<T> gradOutput, T slope, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        ActivateBackward<V, T>(new(ActivationKind.LeakyRelu, slope), output, gradOutput, gradInput);

    /// <summary>output = activation of input; both may be the same memory.</summary>
    public static void Activate<V, T>(Activation<T> activation, ReadOnlySpan<T> input, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length == output.Length);
        fixed (T* x = input, y = output)
        {
            var job = new ForwardJob<V, T> { X = x, Y = y, Length = input.Length };
            activation.Do(ref job);
        }
    }

    /// <summary>gradInput = gradOutput times the activation's derivative, told from its output; the gradients may be the same memory.</summary>
    public static void ActivateBackward<V, T>(Activation<T> activation, ReadOnlySpan<T> output, ReadOnlySpan<T> gradOutput, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(output.Length == gradInput.Length && gradOutput.Length == gradInput.Length);
        fixed (T* y = output, dy = gradOutput, dx = gradInput)
        {
            var job = new BackwardJob<V, T> { Y = y, Dy = dy, Dx = dx, Length = output.Length };
            activation.Do(ref job);
        }
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Activate<A, V, T>(A activation, T* x, T* y, int length)
        where A : struct, IActivation<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (T* end = x + length; x < end; x += V.Count, y += V.Count) V.Store(activation.Of(V.Load(x)), y);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void ActivateBackward<A, V, T>(A activation, T* y, T* dy, T* dx, int length)
        where A : struct, IActivation<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (T* end = y + length; y < end; y += V.Count, dy += V.Count, dx += V.Count)
            V.Store(activation.GradientFromOutput(V.Load(y), V.Load(dy)), dx);
    }

    private struct ForwardJob<V, T> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public T* X, Y;
        public int Length;

        public readonly void With<A>(A activation) where A : struct, IActivation<T>
        {
            int whole = Length - Length % V.Count;
            Activate<A, V, T>(activation, X, Y, whole);
            if (whole < Length) Activate<A, Scalar<T>, T>(activation, X + whole, Y + whole, Length - whole);
        }
    }

    private struct BackwardJob<V, T> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public T* Y, Dy, Dx;
        public int Length;

        public readonly void With<A>(A activation) where A : struct, IActivation<T>
        {
            int whole = Length - Length % V.Count;
            ActivateBackward<A, V, T>(activation, Y, Dy, Dx, whole);
            if (whole < Length) ActivateBackward<A, Scalar<T>, T>(activation, Y + whole, Dy + whole, Dx + whole, Length - whole);
        }
    }
}
