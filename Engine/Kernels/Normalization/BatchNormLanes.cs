using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Normalisation of one channel of a block, [pixels, lanes], by numbers that are the same for all of it.</summary>
/// <remarks>The mean is subtracted first: scale · x + (shift - scale · mean) would cancel where the mean is large against the deviation. What comes
/// after the normalisation, an addition and an activation, is done in the same pass, both ways.</remarks>
internal static unsafe class BatchNormLanes
{
    /// <summary>output = activation of ((input - mean) · scale + shift + addend); overwritten.</summary>
    /// <param name="input">[pixels, lanes].</param>
    /// <param name="line">Mean, scale and shift.</param>
    /// <param name="addend">[pixels, lanes], or empty for nothing.</param>
    /// <param name="activation">What becomes of it.</param>
    /// <param name="output">[pixels, lanes]; may be the input or the addend.</param>
    public static void Forward<V, T>(ReadOnlySpan<T> input, NormLine<T> line, ReadOnlySpan<T> addend, Activation<T> activation, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length == output.Length && input.Length % Lanes.Count == 0 && (addend.IsEmpty || addend.Length == input.Length));
        fixed (T* x = input, y = output, extra = addend)
        {
            var job = new ForwardJob<V, T> { X = x, Addend = extra, Y = y, Line = line, Length = input.Length };
            activation.Do(ref job);
        }
    }

    /// <summary>gradInput = scale · gradient + perDistance · (input - mean) + constant, where the gradient is gradOutput taken back through the
    /// activation of (input - mean) · scale + shift.</summary>
    /// <param name="input">[pixels, lanes].</param>
    /// <param name="gradOutput">[pixels, lanes].</param>
    /// <param name="line">As in <see cref="Forward"/>.</param>
    /// <param name="perDistance">How the variance depends on a number.</param>
    /// <param name="constant">How the mean does.</param>
    /// <param name="activation">None if gradOutput has been taken back before.</param>
    /// <param name="gradInput">[pixels, lanes], overwritten; may be gradOutput.</param>
    public static void Backward<V, T>(ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, NormLine<T> line, T perDistance, T constant,
        Activation<T> activation,
        Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length == gradInput.Length && gradOutput.Length == gradInput.Length && input.Length % Lanes.Count == 0);
        fixed (T* x = input, dy = gradOutput, dx = gradInput)
        {
            var job = new BackwardJob<V, T> { X = x, Dy = dy, Dx = dx, Line = line, PerDistance = perDistance, Constant = constant,
                Length = input.Length };
            activation.Do(ref job);
        }
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Normalize<V, T, A>(T* x, NormLine<T> line, T* addend, T* y, int length, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        V center = V.Splat(line.Mean), a = V.Splat(line.Scale), b = V.Splat(line.Shift);
        T* end = x + length;
        if (addend == null)
            for (; x < end; x += V.Count, y += V.Count) V.Store(activation.Of(V.MultiplyAdd(V.Load(x) - center, a, b)), y);
        else
            for (; x < end; x += V.Count, y += V.Count, addend += V.Count)
                V.Store(activation.Of(V.MultiplyAdd(V.Load(x) - center, a, b) + V.Load(addend)), y);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Backward<V, T, A>(T* x, T* dy, NormLine<T> line, T perDistance, T constant, T* dx, int length, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        V center = V.Splat(line.Mean), a = V.Splat(line.Scale), shift = V.Splat(line.Shift), b = V.Splat(perDistance), c = V.Splat(constant);
        for (T* end = x + length; x < end; x += V.Count, dy += V.Count, dx += V.Count)
        {
            V distance = V.Load(x) - center, gradient = activation.Gradient(V.MultiplyAdd(distance, a, shift), V.Load(dy));
            V.Store(V.MultiplyAdd(a, gradient, V.MultiplyAdd(b, distance, c)), dx);
        }
    }

    private struct ForwardJob<V, T> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public T* X, Addend, Y;
        public NormLine<T> Line;
        public int Length;

        public readonly void With<A>(A activation) where A : struct, IActivation<T> => Normalize<V, T, A>(X, Line, Addend, Y, Length, activation);
    }

    private struct BackwardJob<V, T> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public T* X, Dy, Dx;
        public NormLine<T> Line;
        public T PerDistance, Constant;
        public int Length;

        public readonly void With<A>(A activation) where A : struct, IActivation<T> =>
            Backward<V, T, A>(X, Dy, Line, PerDistance, Constant, Dx, Length, activation);
    }
}

/// <summary>What becomes of every number x of a channel: (x - mean) · scale + shift.</summary>
internal readonly record struct NormLine<T>(T Mean, T Scale, T Shift) where T : unmanaged, INumber<T>;
