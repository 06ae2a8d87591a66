using System.Diagnostics;
using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>Softmax and its logarithm along one axis that is not the last in memory: [outer, classes, stride], every outer and every number of a
/// stride for itself.</summary>
/// <remarks>
/// In lanes a stride is the numbers of an image behind the axis times the lanes; channels-last it ends with the channels. Where the axis is the last,
/// as the channels are channels-last: <see cref="SoftmaxRows"/>. Shifted by the largest of each, so that no exponential overflows and at least one is
/// 1.
/// </remarks>
internal static unsafe class SoftmaxLanes
{
    /// <summary>output = exp(input) over its sum along the classes, or the logarithm of that; overwritten.</summary>
    /// <param name="classes">Numbers along the axis.</param>
    /// <param name="stride">Numbers from one class to the next.</param>
    /// <param name="logarithm">Whether to take the logarithm.</param>
    /// <param name="input">[outer, classes, stride].</param>
    /// <param name="output">Like the input; may be the same memory.</param>
    public static void Forward<V, T>(int classes, int stride, bool logarithm, ReadOnlySpan<T> input, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        Forward<V, T>(classes, stride, logarithm, input, output, 0, stride);

    /// <summary>The same for the numbers of a stride from <paramref name="first"/> to <paramref name="end"/>.</summary>
    public static void Forward<V, T>(int classes, int stride, bool logarithm, ReadOnlySpan<T> input, Span<T> output, int first, int end)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int length = classes * stride;
        Debug.Assert(input.Length == output.Length && input.Length % length == 0 && first >= 0 && end <= stride);
        fixed (T* x = input, y = output)
            for (int start = 0; start < input.Length; start += length)
            {
                int n = Forward<V, T>(x + start, y + start, first, end, length, stride, logarithm);
                if (n < end) Forward<Scalar<T>, T>(x + start, y + start, n, end, length, stride, logarithm);
            }
    }

    /// <summary>gradInput = output · (gradOutput - the sum of gradOutput · output), or gradOutput - exp(output) · the sum of gradOutput.</summary>
    public static void Backward<V, T>(int classes, int stride, bool logarithm, ReadOnlySpan<T> output, ReadOnlySpan<T> gradOutput, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        Backward<V, T>(classes, stride, logarithm, output, gradOutput, gradInput, 0, stride);

    /// <summary>The same for the numbers of a stride from <paramref name="first"/> to <paramref name="end"/>.</summary>
    public static void Backward<V, T>(int classes, int stride, bool logarithm, ReadOnlySpan<T> output, ReadOnlySpan<T> gradOutput, Span<T> gradInput,
        int first, int end)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int length = classes * stride;
        Debug.Assert(output.Length == gradInput.Length && gradOutput.Length == gradInput.Length && output.Length % length == 0);
        Debug.Assert(first >= 0 && end <= stride);
        fixed (T* y = output, dy = gradOutput, dx = gradInput)
            for (int start = 0; start < output.Length; start += length)
            {
                int n = Backward<V, T>(y + start, dy + start, dx + start, first, end, length, stride, logarithm);
                if (n < end) Backward<Scalar<T>, T>(y + start, dy + start, dx + start, n, end, length, stride, logarithm);
            }
    }

    // Numbers of a stride from one on, as long as a whole vector is left.
    private static int Forward<V, T>(T* x, T* y, int n, int end, int length, int stride, bool logarithm)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (; n + V.Count <= end; n += V.Count)
            if (logarithm) LogSoftmax<V, T>(x + n, y + n, length, stride);
            else Softmax<V, T>(x + n, y + n, length, stride);
        return n;
    }

    private static int Backward<V, T>(T* y, T* dy, T* dx, int n, int end, int length, int stride, bool logarithm)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (; n + V.Count <= end; n += V.Count)
            if (logarithm) LogSoftmaxBackward<V, T>(y + n, dy + n, dx + n, length, stride);
            else SoftmaxBackward<V, T>(y + n, dy + n, dx + n, length, stride);
        return n;
    }

    private static void Softmax<V, T>(T* x, T* y, int length, int stride) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V most = Largest<V, T>(x, length, stride);
        LongSum<V, T> sum = default;
        for (int i = 0; i < length;)
        {
            V piece = default;
            for (int stop = PieceEnd(i, length, stride); i < stop; i += stride)
            {
                V e = V.Exp(V.Load(x + i) - most);
                piece += e;
                V.Store(e, y + i);
            }
            sum.Add(piece);
        }
        V share = V.Splat(T.One) / sum.Value;
        for (int i = 0; i < length; i += stride) V.Store(V.Load(y + i) * share, y + i);
    }

    private static void LogSoftmax<V, T>(T* x, T* y, int length, int stride) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V most = Largest<V, T>(x, length, stride);
        LongSum<V, T> sum = default;
        for (int i = 0; i < length;)
        {
            V piece = default;
            for (int stop = PieceEnd(i, length, stride); i < stop; i += stride) piece += V.Exp(V.Load(x + i) - most);
            sum.Add(piece);
        }
        V logSum = V.Log(sum.Value);
        for (int i = 0; i < length; i += stride) V.Store(V.Load(x + i) - most - logSum, y + i);
    }

    private static void SoftmaxBackward<V, T>(T* y, T* dy, T* dx, int length, int stride)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        LongSum<V, T> sum = default;
        for (int i = 0; i < length;)
        {
            V piece = default;
            for (int stop = PieceEnd(i, length, stride); i < stop; i += stride) piece = V.MultiplyAdd(V.Load(y + i), V.Load(dy + i), piece);
            sum.Add(piece);
        }
        V mean = sum.Value;
        for (int i = 0; i < length; i += stride) V.Store(V.Load(y + i) * (V.Load(dy + i) - mean), dx + i);
    }

    private static void LogSoftmaxBackward<V, T>(T* y, T* dy, T* dx, int length, int stride)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        LongSum<V, T> total = default;
        for (int i = 0; i < length;)
        {
            V piece = default;
            for (int stop = PieceEnd(i, length, stride); i < stop; i += stride) piece += V.Load(dy + i);
            total.Add(piece);
        }
        V sum = total.Value;
        for (int i = 0; i < length; i += stride) V.Store(V.Load(dy + i) - V.Exp(V.Load(y + i)) * sum, dx + i);
    }

    /// <summary>Where the piece of classes that begins at i ends.</summary>
    private static int PieceEnd(int i, int length, int stride) => i + (int)Math.Min(length - i, (long)LongSums.Piece * stride);

    private static V Largest<V, T>(T* x, int length, int stride) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V most = V.Load(x);
        for (int i = stride; i < length; i += stride) most = V.Max(most, V.Load(x + i));
        return most;
    }
}
