using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Normalisation of one channel of a block, [pixels, lanes], by numbers that are the same for all of it.</summary>
/// <remarks>The mean is subtracted first: scale · x + (shift - scale · mean) would cancel where the mean is large against the deviation.</remarks>
internal static unsafe class BatchNormLanes
{
    /// <summary>output = activation of ((input - mean) · scale + shift); overwritten.</summary>
    public static void Forward<V, T>(ReadOnlySpan<T> input, T mean, T scale, T shift, Span<T> output, Activation<T> activation = default)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length == output.Length && input.Length % Lanes.Count == 0);
        fixed (T* x = input, y = output)
            switch (activation.Kind)
            {
                case ActivationKind.None: Normalize<V, T, Identity<T>>(x, mean, scale, shift, y, input.Length, default); break;
                case ActivationKind.Relu: Normalize<V, T, Rectifier<T>>(x, mean, scale, shift, y, input.Length, default); break;
                case ActivationKind.Relu6: Normalize<V, T, Rectifier6<T>>(x, mean, scale, shift, y, input.Length, default); break;
                default: Normalize<V, T, LeakyRectifier<T>>(x, mean, scale, shift, y, input.Length, new(activation.Slope)); break;
            }
    }

    /// <summary>gradInput = scale · gradOutput + perDistance · (input - mean) + constant; overwritten.</summary>
    public static void Backward<V, T>(ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, T mean, T scale, T perDistance, T constant,
        Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length == gradInput.Length && gradOutput.Length == gradInput.Length && input.Length % Lanes.Count == 0);
        fixed (T* x = input, dy = gradOutput, dx = gradInput) Backward<V, T>(x, dy, mean, scale, perDistance, constant, dx, input.Length);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Normalize<V, T, A>(T* x, T mean, T scale, T shift, T* y, int length, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        V center = V.Splat(mean), a = V.Splat(scale), b = V.Splat(shift);
        for (T* end = x + length; x < end; x += V.Count, y += V.Count)
            V.Store(activation.Of(V.MultiplyAdd(V.Load(x) - center, a, b)), y);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Backward<V, T>(T* x, T* dy, T mean, T scale, T perDistance, T constant, T* dx, int length)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V center = V.Splat(mean), a = V.Splat(scale), b = V.Splat(perDistance), c = V.Splat(constant);
        for (T* end = x + length; x < end; x += V.Count, dy += V.Count, dx += V.Count)
            V.Store(V.MultiplyAdd(a, V.Load(dy), V.MultiplyAdd(b, V.Load(x) - center, c)), dx);
    }
}
