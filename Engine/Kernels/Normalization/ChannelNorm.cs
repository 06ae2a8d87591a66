using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Normalisation channel by channel of pixels whose channels lie side by side, [pixels, C]: the twin of <see cref="BatchNormLanes"/> and of
/// <see cref="Moments"/> with the roles exchanged. The vector is some channels, each with a mean, scale and shift of its own.</summary>
/// <remarks>Goes through memory as it lies, a few pixels at a time, for which the numbers of a channel are loaded once. What is left of a row runs
/// through the same code as vectors of one number. Sums are taken in pieces of <see cref="Piece"/> pixels and then in double.</remarks>
internal static unsafe partial class ChannelNorm
{
    private const int Piece = LongSums.Piece, Together = 512;                // pixels to a sum in single precision; channels that are summed together

    /// <summary>output = activation of ((input - mean) · scale + shift + addend).</summary>
    /// <param name="input">[pixels, C].</param>
    /// <param name="lines">Of every channel.</param>
    /// <param name="addend">[pixels, C], or empty for nothing.</param>
    /// <param name="activation">What becomes of it.</param>
    /// <param name="output">[pixels, C], overwritten; may be the input or the addend.</param>
    public static void Forward<V, T>(ReadOnlySpan<T> input, NormLines<T> lines, ReadOnlySpan<T> addend, Activation<T> activation, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int channels = lines.Mean.Length, pixels = input.Length / channels;
        Debug.Assert(input.Length == pixels * channels && output.Length == input.Length && (addend.IsEmpty || addend.Length == input.Length));
        fixed (T* x = input, m = lines.Mean, a = lines.Scale, b = lines.Shift, extra = addend, y = output)
        {
            var job = new ForwardJob<V, T> { X = x, Mean = m, Scale = a, Shift = b, Addend = extra, Y = y, Pixels = pixels, Channels = channels };
            activation.Do(ref job);
        }
    }

    /// <summary>gradInput = scale · gradient + perDistance · (input - mean) + constant, where the gradient is gradOutput taken back through the
    /// activation of (input - mean) · scale + shift.</summary>
    /// <param name="input">[pixels, C].</param>
    /// <param name="gradOutput">[pixels, C].</param>
    /// <param name="lines">Of every channel, as in <see cref="Forward"/>.</param>
    /// <param name="perDistance">[C]: how the variance depends on a number.</param>
    /// <param name="constant">[C]: how the mean does.</param>
    /// <param name="activation">None if gradOutput has been taken back before.</param>
    /// <param name="gradInput">[pixels, C], overwritten; may be gradOutput.</param>
    public static void Backward<V, T>(ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, NormLines<T> lines, ReadOnlySpan<T> perDistance,
        ReadOnlySpan<T> constant, Activation<T> activation, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int channels = lines.Mean.Length, pixels = input.Length / channels;
        Debug.Assert(input.Length == pixels * channels && gradOutput.Length == input.Length && gradInput.Length == input.Length);
        fixed (T* x = input, dy = gradOutput, m = lines.Mean, a = lines.Scale, shift = lines.Shift, b = perDistance, c = constant, dx = gradInput)
        {
            var job = new BackwardJob<V, T>
            {
                X = x, Dy = dy, Mean = m, Scale = a, Shift = shift, PerDistance = b, Constant = c, Dx = dx, Pixels = pixels, Channels = channels,
            };
            activation.Do(ref job);
        }
    }

    private struct ForwardJob<V, T> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public T* X, Mean, Scale, Shift, Addend, Y;
        public int Pixels, Channels;

        public readonly void With<A>(A activation) where A : struct, IActivation<T>
        {
            int whole = Channels - Channels % V.Count;
            Normalize<V, V, T, A>(this, 0, whole, activation);
            Normalize<Scalar<T>, V, T, A>(this, whole, Channels, activation);
        }
    }

    private struct BackwardJob<V, T> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public T* X, Dy, Mean, Scale, Shift, PerDistance, Constant, Dx;
        public int Pixels, Channels;

        public readonly void With<A>(A activation) where A : struct, IActivation<T>
        {
            int whole = Channels - Channels % V.Count;
            Backward<V, V, T, A>(this, 0, whole, activation);
            Backward<Scalar<T>, V, T, A>(this, whole, Channels, activation);
        }
    }

    // Channels from one to another, here and below; U is the job's vector, or one number.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Normalize<U, V, T, A>(in ForwardJob<V, T> job, nint from, nint to, A activation)
        where U : unmanaged, IVector<U, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        nint channels = job.Channels, all = from < to ? job.Pixels * channels : 0;
        // writes go fastest one row after the other, if rows are long
        nint step = channels * (to - from < 4 * U.Count || U.Count == 1 ? Rows<U, T>() : 1);
        T* x = job.X, y = job.Y, addend = job.Addend, mean = job.Mean, scale = job.Scale, shift = job.Shift;
        for (nint at = 0, end; at < all; at = end)
        {
            end = Math.Min(all, at + step);
            for (nint c = from; c < to; c += U.Count)
            {
                U center = U.Load(mean + c), a = U.Load(scale + c), b = U.Load(shift + c);
                if (addend == null)
                    for (nint i = at + c; i < end; i += channels) U.Store(activation.Of(U.MultiplyAdd(U.Load(x + i) - center, a, b)), y + i);
                else
                    for (nint i = at + c; i < end; i += channels)
                        U.Store(activation.Of(U.MultiplyAdd(U.Load(x + i) - center, a, b) + U.Load(addend + i)), y + i);
            }
        }
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Backward<U, V, T, A>(in BackwardJob<V, T> job, nint from, nint to, A activation)
        where U : unmanaged, IVector<U, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        nint channels = job.Channels, all = from < to ? job.Pixels * channels : 0, step = Rows<U, T>() * channels;
        T* x = job.X, dy = job.Dy, dx = job.Dx, mean = job.Mean, scale = job.Scale, shift = job.Shift, perDistance = job.PerDistance,
            constant = job.Constant;
        for (nint at = 0, end; at < all; at = end)
        {
            end = Math.Min(all, at + step);
            for (nint c = from; c < to; c += U.Count)
            {
                U center = U.Load(mean + c), a = U.Load(scale + c), s = U.Load(shift + c), b = U.Load(perDistance + c), k = U.Load(constant + c);
                for (nint i = at + c; i < end; i += channels)
                {
                    CacheLines.Fetch(x + i + step, U.Count);
                    CacheLines.Fetch(dy + i + step, U.Count);
                    CacheLines.Fetch(dx + i + step, U.Count);
                    U distance = U.Load(x + i) - center, g = activation.Gradient(U.MultiplyAdd(distance, a, s), U.Load(dy + i));
                    U.Store(U.MultiplyAdd(a, g, U.MultiplyAdd(b, distance, k)), dx + i);
                }
            }
        }
    }

    // One number at a time, more pixels: their cache lines are still there when the next number comes.
    private static int Rows<U, T>() where U : unmanaged, IVector<U, T> where T : unmanaged => U.Count == 1 ? 64 : 8;
}

/// <summary>A <see cref="NormLine{T}"/> for each channel, side by side as vectors want them; [C] each.</summary>
internal readonly ref struct NormLines<T>(ReadOnlySpan<T> mean, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift) where T : unmanaged
{
    public readonly ReadOnlySpan<T> Mean = mean, Scale = scale, Shift = shift;
}
