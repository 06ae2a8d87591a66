using System.Diagnostics;
using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>Softmax and its logarithm of rows whose numbers lie side by side: the channels of a pixel, channels-last. Twin:
/// <see cref="SoftmaxLanes"/>.</summary>
/// <remarks>A vector is some classes; what is left of a row goes into a last vector, filled up with numbers that change nothing. Short rows would be
/// mostly that: a few at a time are turned, so that the vector is some rows, and run through the twin.</remarks>
internal static unsafe class SoftmaxRows
{
    private const int Short = 128;                                           // numbers of a row, at most

    /// <summary>output = exp(input) over its sum in the row, or the logarithm of that; overwritten.</summary>
    /// <param name="classes">Numbers of a row.</param>
    /// <param name="logarithm">Whether to take the logarithm.</param>
    /// <param name="input">[rows, classes].</param>
    /// <param name="output">Like the input; may be the same memory.</param>
    public static void Forward<V, T>(int classes, bool logarithm, ReadOnlySpan<T> input, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length == output.Length && input.Length % classes == 0);
        int whole = classes / V.Count * V.Count, rest = classes - whole, last = rest > 0 ? V.Count : 0;
        if (rest > 0 && classes <= Short)
        {
            ForwardTurned<V, T>(classes, logarithm, input, output);
            return;
        }
        T* numbers = stackalloc T[V.Count], tail = stackalloc T[V.Count];
        fixed (T* from = input, to = output)
            for (int row = 0; row < input.Length; row += classes)
            {
                T* x = from + row, y = to + row;
                new Span<T>(tail, V.Count).Fill(T.CreateSaturating(double.NegativeInfinity));
                new ReadOnlySpan<T>(x + whole, rest).CopyTo(new(tail, rest));
                V largest = V.Load(tail);
                for (int i = 0; i < whole; i += V.Count) largest = V.Max(largest, V.Load(x + i));
                V.Store(largest, numbers);
                T most = numbers[0];
                for (int k = 1; k < V.Count; k++) most = T.Max(most, numbers[k]);
                T sum = Exponentials<V, T>(x, y, whole, most, !logarithm) + Exponentials<V, T>(tail, tail, last, most, !logarithm);
                if (logarithm)
                {
                    T logSum = Scalar<T>.Sum(Scalar<T>.Log(Scalar<T>.Splat(sum)));
                    Subtract<V, T>(x, y, whole, most, logSum);
                    Subtract<V, T>(tail, tail, last, most, logSum);
                }
                else
                {
                    Multiply<V, T>(y, whole, T.One / sum);
                    Multiply<V, T>(tail, last, T.One / sum);
                }
                new ReadOnlySpan<T>(tail, rest).CopyTo(new(y + whole, rest));
            }
    }

    /// <summary>gradInput = output · (gradOutput - the sum of gradOutput · output), or gradOutput - exp(output) · the sum of gradOutput.</summary>
    public static void Backward<V, T>(int classes, bool logarithm, ReadOnlySpan<T> output, ReadOnlySpan<T> gradOutput, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(output.Length == gradInput.Length && gradOutput.Length == gradInput.Length && output.Length % classes == 0);
        int whole = classes / V.Count * V.Count, rest = classes - whole, last = rest > 0 ? V.Count : 0;
        if (rest > 0 && classes <= Short)
        {
            BackwardTurned<V, T>(classes, logarithm, output, gradOutput, gradInput);
            return;
        }
        T* tail = stackalloc T[2 * V.Count], tailBack = tail + V.Count;
        fixed (T* known = output, back = gradOutput, to = gradInput)
            for (int row = 0; row < output.Length; row += classes)
            {
                T* y = known + row, dy = back + row, dx = to + row;
                new Span<T>(tail, 2 * V.Count).Clear();
                new ReadOnlySpan<T>(y + whole, rest).CopyTo(new(tail, rest));
                new ReadOnlySpan<T>(dy + whole, rest).CopyTo(new(tailBack, rest));
                T sum = Sum<V, T>(y, dy, whole, logarithm) + Sum<V, T>(tail, tailBack, last, logarithm);
                Backward<V, T>(y, dy, dx, whole, sum, logarithm);
                Backward<V, T>(tail, tailBack, tailBack, last, sum, logarithm);
                new ReadOnlySpan<T>(tailBack, rest).CopyTo(new(dx + whole, rest));
            }
    }

    private static void ForwardTurned<V, T>(int classes, bool logarithm, ReadOnlySpan<T> input, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Span<T> turned = stackalloc T[classes * Lanes.Count];
        for (int at = 0; at < input.Length; at += classes * Lanes.Count)
        {
            int rows = Math.Min(Lanes.Count, (input.Length - at) / classes);
            Lanes.Interleave(input.Slice(at, rows * classes), classes, turned);
            SoftmaxLanes.Forward<V, T>(classes, Lanes.Count, logarithm, turned, turned);
            Lanes.Deinterleave<T>(turned, classes, output.Slice(at, rows * classes));
        }
    }

    private static void BackwardTurned<V, T>(int classes, bool logarithm, ReadOnlySpan<T> output, ReadOnlySpan<T> gradOutput, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Span<T> turned = stackalloc T[classes * Lanes.Count], gradients = stackalloc T[classes * Lanes.Count];
        for (int at = 0; at < output.Length; at += classes * Lanes.Count)
        {
            int rows = Math.Min(Lanes.Count, (output.Length - at) / classes);
            Lanes.Interleave(output.Slice(at, rows * classes), classes, turned);
            Lanes.Interleave(gradOutput.Slice(at, rows * classes), classes, gradients);
            SoftmaxLanes.Backward<V, T>(classes, Lanes.Count, logarithm, turned, gradients, gradients);
            Lanes.Deinterleave<T>(gradients, classes, gradInput.Slice(at, rows * classes));
        }
    }

    private static T Exponentials<V, T>(T* x, T* y, int count, T most, bool keep) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V shift = V.Splat(most);
        LongSum<V, T> sum = default;
        for (int i = 0; i < count;)
        {
            V piece = default;
            for (int end = PieceEnd<V, T>(i, count); i < end; i += V.Count)
            {
                V e = V.Exp(V.Load(x + i) - shift);
                piece += e;
                if (keep) V.Store(e, y + i);
            }
            sum.Add(piece);
        }
        return V.Sum(sum.Value);
    }

    private static void Multiply<V, T>(T* y, int count, T share) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V factor = V.Splat(share);
        for (int i = 0; i < count; i += V.Count) V.Store(V.Load(y + i) * factor, y + i);
    }

    private static void Subtract<V, T>(T* x, T* y, int count, T most, T logSum) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V first = V.Splat(most), second = V.Splat(logSum);
        for (int i = 0; i < count; i += V.Count) V.Store(V.Load(x + i) - first - second, y + i);
    }

    private static T Sum<V, T>(T* y, T* dy, int count, bool logarithm) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        LongSum<V, T> sum = default;
        for (int i = 0; i < count;)
        {
            V piece = default;
            for (int end = PieceEnd<V, T>(i, count); i < end; i += V.Count)
                piece = logarithm ? piece + V.Load(dy + i) : V.MultiplyAdd(V.Load(y + i), V.Load(dy + i), piece);
            sum.Add(piece);
        }
        return V.Sum(sum.Value);
    }

    private static int PieceEnd<V, T>(int i, int count) where V : unmanaged, IVector<V, T> where T : unmanaged =>
        i + Math.Min(count - i, LongSums.Piece * V.Count);

    private static void Backward<V, T>(T* y, T* dy, T* dx, int count, T sum, bool logarithm)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V all = V.Splat(sum);
        for (int i = 0; i < count; i += V.Count)
        {
            V value = V.Load(y + i), gradient = V.Load(dy + i);
            V.Store(logarithm ? gradient - V.Exp(value) * all : value * (gradient - all), dx + i);
        }
    }
}
