using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Normalisation of some channels of a block, [channels, pixels, lanes], each by numbers that are the same for all of it.</summary>
/// <remarks>The mean is subtracted first: scale · x + (shift - scale · mean) would cancel where the mean is large against the deviation. What comes
/// after the normalisation, an addition and an activation, is done in the same pass, both ways.</remarks>
internal static unsafe class BatchNormLanes
{
    /// <summary>output = activation of ((input - mean) · scale + shift + addend); overwritten.</summary>
    /// <param name="input">[channels, pixels, lanes].</param>
    /// <param name="lines">Mean, scale and shift of each channel.</param>
    /// <param name="addend">[channels, pixels, lanes], or empty for nothing.</param>
    /// <param name="activation">What becomes of it.</param>
    /// <param name="output">[channels, pixels, lanes]; may be the input or the addend.</param>
    public static void Forward<V, T>(ReadOnlySpan<T> input, NormLines<T> lines, ReadOnlySpan<T> addend, Activation<T> activation, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length == output.Length && (addend.IsEmpty || addend.Length == input.Length));
        fixed (T* x = input, y = output, extra = addend, mean = lines.Mean, scale = lines.Scale, shift = lines.Shift)
        {
            var job = new ForwardJob<V, T> { X = x, Addend = extra, Y = y, Lines = new(mean, scale, shift, lines, input.Length) };
            activation.Do(ref job);
        }
    }

    /// <summary>The same of one channel.</summary>
    public static void Forward<V, T>(ReadOnlySpan<T> input, NormLine<T> line, ReadOnlySpan<T> addend, Activation<T> activation, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        Forward<V, T>(input, line.AsLines, addend, activation, output);

    /// <summary>gradInput = scale · gradient + perDistance · (input - mean) + constant, where the gradient is gradOutput taken back through the
    /// activation of (input - mean) · scale + shift.</summary>
    /// <param name="input">[channels, pixels, lanes].</param>
    /// <param name="gradOutput">[channels, pixels, lanes].</param>
    /// <param name="lines">As in Forward.</param>
    /// <param name="perDistance">[channels]: how the variance depends on a number.</param>
    /// <param name="constant">[channels]: how the mean does.</param>
    /// <param name="activation">None if gradOutput has been taken back before.</param>
    /// <param name="gradInput">[channels, pixels, lanes], overwritten; may be gradOutput.</param>
    public static void Backward<V, T>(ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, NormLines<T> lines, ReadOnlySpan<T> perDistance,
        ReadOnlySpan<T> constant, Activation<T> activation, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length == gradInput.Length && gradOutput.Length == gradInput.Length);
        fixed (T* x = input, dy = gradOutput, dx = gradInput, mean = lines.Mean, scale = lines.Scale, shift = lines.Shift)
        fixed (T* distance = perDistance, rest = constant)
        {
            var job = new BackwardJob<V, T> { X = x, Dy = dy, Dx = dx, Lines = new(mean, scale, shift, lines, input.Length), PerDistance = distance,
                Constant = rest };
            activation.Do(ref job);
        }
    }

    /// <summary>The same of one channel.</summary>
    public static void Backward<V, T>(ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, NormLine<T> line, T perDistance, T constant,
        Activation<T> activation, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        Backward<V, T>(input, gradOutput, line.AsLines, [perDistance], [constant],
            activation, gradInput);

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Normalize<V, T, A>(T* x, in LinesAt<T> lines, T* addend, T* y, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        for (int c = 0; c < lines.Channels; c++)
        {
            V center = V.Splat(lines.Mean[c]), a = V.Splat(lines.Scale[c]), b = V.Splat(lines.Shift[c]);
            T* end = x + lines.Length;
            if (addend == null)
                for (; x < end; x += V.Count, y += V.Count) V.Store(activation.Of(V.MultiplyAdd(V.Load(x) - center, a, b)), y);
            else
                for (; x < end; x += V.Count, y += V.Count, addend += V.Count)
                    V.Store(activation.Of(V.MultiplyAdd(V.Load(x) - center, a, b) + V.Load(addend)), y);
        }
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Backward<V, T, A>(T* x, T* dy, in LinesAt<T> lines, T* perDistance, T* constant, T* dx, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        for (int channel = 0; channel < lines.Channels; channel++)
        {
            V center = V.Splat(lines.Mean[channel]), a = V.Splat(lines.Scale[channel]), shift = V.Splat(lines.Shift[channel]);
            V b = V.Splat(perDistance[channel]), c = V.Splat(constant[channel]);
            for (T* end = x + lines.Length; x < end; x += V.Count, dy += V.Count, dx += V.Count)
            {
                V distance = V.Load(x) - center, gradient = activation.Gradient(V.MultiplyAdd(distance, a, shift), V.Load(dy));
                V.Store(V.MultiplyAdd(a, gradient, V.MultiplyAdd(b, distance, c)), dx);
            }
        }
    }

    /// <summary>Lines at addresses, and how many numbers a channel has.</summary>
    private readonly struct LinesAt<T>(T* mean, T* scale, T* shift, NormLines<T> lines, int numbers) where T : unmanaged
    {
        public readonly T* Mean = mean, Scale = scale, Shift = shift;
        public readonly int Channels = lines.Mean.Length, Length = ChannelLength(lines, numbers);

        private static int ChannelLength(NormLines<T> lines, int numbers)
        {
            int length = numbers / lines.Mean.Length;
            Debug.Assert(numbers == length * lines.Mean.Length && length % Lanes.Count == 0);
            return length;
        }
    }

    private struct ForwardJob<V, T> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public T* X, Addend, Y;
        public LinesAt<T> Lines;

        public readonly void With<A>(A activation) where A : struct, IActivation<T> => Normalize<V, T, A>(X, Lines, Addend, Y, activation);
    }

    private struct BackwardJob<V, T> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public T* X, Dy, Dx, PerDistance, Constant;
        public LinesAt<T> Lines;

        public readonly void With<A>(A activation) where A : struct, IActivation<T> =>
            Backward<V, T, A>(X, Dy, Lines, PerDistance, Constant, Dx, activation);
    }
}

/// <summary>What becomes of every number x of a channel: (x - mean) · scale + shift.</summary>
internal readonly record struct NormLine<T>(T Mean, T Scale, T Shift) where T : unmanaged, INumber<T>
{
    public readonly T Mean = Mean, Scale = Scale, Shift = Shift;

    /// <summary>The lines of one channel; they live no longer than this.</summary>
    [UnscopedRef]
    public NormLines<T> AsLines => new(new(in Mean), new(in Scale), new(in Shift));
}
