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
        Debug.Assert(input.Length == output.Length && input.Length % V.Count == 0);
        fixed (T* x = input, y = output)
            switch (activation.Kind)
            {
                case ActivationKind.None: Activate<Identity<T>, V, T>(default, x, y, input.Length); break;
                case ActivationKind.Relu: Activate<Rectifier<T>, V, T>(default, x, y, input.Length); break;
                case ActivationKind.Relu6: Activate<Rectifier6<T>, V, T>(default, x, y, input.Length); break;
                default: Activate<LeakyRectifier<T>, V, T>(new(activation.Slope), x, y, input.Length); break;
            }
    }

    /// <summary>gradInput = gradOutput times the activation's derivative; the gradients may be the same memory.</summary>
    public static void ActivateBackward<V, T>(Activation<T> activation, ReadOnlySpan<T> output, ReadOnlySpan<T> gradOutput, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(output.Length == gradInput.Length && gradOutput.Length == gradInput.Length && output.Length % V.Count == 0);
        fixed (T* y = output, dy = gradOutput, dx = gradInput)
            switch (activation.Kind)
            {
                case ActivationKind.None: ActivateBackward<Identity<T>, V, T>(default, y, dy, dx, output.Length); break;
                case ActivationKind.Relu: ActivateBackward<Rectifier<T>, V, T>(default, y, dy, dx, output.Length); break;
                case ActivationKind.Relu6: ActivateBackward<Rectifier6<T>, V, T>(default, y, dy, dx, output.Length); break;
                default: ActivateBackward<LeakyRectifier<T>, V, T>(new(activation.Slope), y, dy, dx, output.Length); break;
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
            V.Store(activation.Gradient(V.Load(y), V.Load(dy)), dx);
    }
}
