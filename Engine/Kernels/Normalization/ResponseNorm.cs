using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>What a response is divided by: (k + share · the sum of the squares of <paramref name="Size"/> channels) to the power of beta.</summary>
/// <param name="Size">Channels of a window.</param>
/// <param name="Share">What each square counts.</param>
/// <param name="Beta">The power.</param>
/// <param name="K">Above 0.</param>
internal readonly record struct ResponseTerms<T>(int Size, T Share, T Beta, T K) where T : unmanaged;

/// <summary>Divides numbers by what stands in the neighbouring channels, in either layout.</summary>
/// <remarks>
/// One position at a time is laid out in scratch as [channels, step] with zeros before and after, so that every window is whole: in lanes a position
/// is one vector of images and a step from one channel to the next that vector, channels-last it is a pixel and a step one number. A window's sum is
/// then the sum of vectors a step apart. With d the sum under the power, y = x · d^-beta, and
/// dx = dy · d^-beta - 2 · share · beta · x · (the sum of dy · x · d^(-beta - 1) over the channels in whose window it stands).
/// </remarks>
internal static unsafe class ResponseNorm
{
    /// <summary>Numbers to borrow.</summary>
    public static int ScratchLength<V, T>(int channels, int size) where V : unmanaged, IVector<V, T> where T : unmanaged =>
        checked(2 * V.Count * (channels + size - 1));

    /// <summary>output = input / (k + share · squares)^beta; overwritten.</summary>
    /// <param name="extent">How the values lie.</param>
    /// <param name="inLanes">Whether a plane is a channel; else a number of a pixel is.</param>
    /// <param name="terms">Window, share and power.</param>
    /// <param name="first">In lanes the first pixel of each plane to do; channels-last all are done.</param>
    /// <param name="count">How many.</param>
    /// <param name="input">[planes, pixels, pitch].</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>].</param>
    /// <param name="output">Like the input, overwritten.</param>
    public static void Forward<V, T>(PixelExtent extent, bool inLanes, ResponseTerms<T> terms, int first, int count, ReadOnlySpan<T> input,
        Span<T> scratch, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length >= extent.Planes * extent.Pixels * extent.Pitch && output.Length == input.Length);
        var walk = new Walk(extent, inLanes, V.Count, first, count);
        scratch = scratch[..((walk.Channels + terms.Size - 1) * walk.Step)];
        scratch.Clear();
        fixed (T* x = input, y = output, squares = scratch)
            for (int position = walk.First; position < walk.End; position++)
            {
                nint at = walk.At(position);
                Square<V, T>(walk, terms, x + at, squares);
                Divide<V, T>(walk, terms, x + at, squares, y + at);
            }
    }

    /// <summary>The way back.</summary>
    /// <param name="extent">How the values lie.</param>
    /// <param name="inLanes">Whether a plane is a channel; else a number of a pixel is.</param>
    /// <param name="terms">Window, share and power.</param>
    /// <param name="first">In lanes the first pixel of each plane to do; channels-last all are done.</param>
    /// <param name="count">How many.</param>
    /// <param name="input">[planes, pixels, pitch].</param>
    /// <param name="gradOutput">Like the input.</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>].</param>
    /// <param name="gradInput">Like the input, overwritten.</param>
    public static void Backward<V, T>(PixelExtent extent, bool inLanes, ResponseTerms<T> terms, int first, int count, ReadOnlySpan<T> input,
        ReadOnlySpan<T> gradOutput, Span<T> scratch, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(gradOutput.Length == input.Length && gradInput.Length == input.Length);
        var walk = new Walk(extent, inLanes, V.Count, first, count);
        int half = (walk.Channels + terms.Size - 1) * walk.Step;
        scratch[..(2 * half)].Clear();
        fixed (T* x = input, dy = gradOutput, dx = gradInput, squares = scratch[..half], shares = scratch.Slice(half, half))
            for (int position = walk.First; position < walk.End; position++)
            {
                nint at = walk.At(position);
                Square<V, T>(walk, terms, x + at, squares);
                Share<V, T>(walk, terms, new(x + at, dy + at, dx + at, squares, shares));
                Subtract<V, T>(walk, terms, x + at, shares, dx + at);
            }
    }

    /// <summary>Positions, and for each the rows in which its numbers lie: in lanes a row of a vector for each channel, channels-last one
    /// row.</summary>
    private readonly struct Walk(PixelExtent extent, bool inLanes, int vector, int first, int count)
    {
        public readonly int First = inLanes ? first * extent.Pitch / vector : 0;
        public readonly int End = inLanes ? (first + count) * extent.Pitch / vector : extent.Planes * extent.Pixels;
        public readonly int Channels = inLanes ? extent.Planes : extent.Pitch, Step = inLanes ? vector : 1;
        public readonly int Rows = inLanes ? extent.Planes : 1, Length = inLanes ? vector : extent.Pitch;
        public readonly nint Stride = (nint)extent.Pixels * extent.Pitch;

        public nint At(int position) => (nint)position * Length;
    }

    // Numbers of a row in whole vectors, then what is left one by one.
    private static void Square<V, T>(in Walk walk, ResponseTerms<T> terms, T* x, T* squares) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        T* first = squares + terms.Size / 2 * walk.Step;
        int rest = Square<V, T>(walk, 0, x, first);
        if (rest < walk.Length) Square<Scalar<T>, T>(walk, rest, x, first);
    }

    private static void Divide<V, T>(in Walk walk, ResponseTerms<T> terms, T* x, T* squares, T* y) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        int rest = Divide<V, T>(walk, terms, 0, x, squares, y);
        if (rest < walk.Length) Divide<Scalar<T>, T>(walk, terms, rest, x, squares, y);
    }

    private static void Share<V, T>(in Walk walk, ResponseTerms<T> terms, Way<T> way) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        int rest = Share<V, T>(walk, terms, 0, way);
        if (rest < walk.Length) Share<Scalar<T>, T>(walk, terms, rest, way);
    }

    private static void Subtract<V, T>(in Walk walk, ResponseTerms<T> terms, T* x, T* shares, T* dx) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        int rest = Subtract<V, T>(walk, terms, 0, x, shares, dx);
        if (rest < walk.Length) Subtract<Scalar<T>, T>(walk, terms, rest, x, shares, dx);
    }

    private readonly struct Way<T>(T* x, T* dy, T* dx, T* squares, T* shares) where T : unmanaged
    {
        public readonly T* X = x, Dy = dy, Dx = dx, Squares = squares, Shares = shares;
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int Square<V, T>(in Walk walk, int from, T* x, T* squares) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int n = from;
        for (int row = 0; row < walk.Rows; row++, x += walk.Stride, squares += walk.Length)
            for (n = from; n + V.Count <= walk.Length; n += V.Count)
            {
                V value = V.Load(x + n);
                V.Store(value * value, squares + n);
            }
        return n;
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int Divide<V, T>(in Walk walk, ResponseTerms<T> terms, int from, T* x, T* squares, T* y) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        int n = from;
        for (int row = 0; row < walk.Rows; row++, x += walk.Stride, y += walk.Stride, squares += walk.Length)
            for (n = from; n + V.Count <= walk.Length; n += V.Count) V.Store(V.Load(x + n) * Power<V, T>(terms,
                Under<V, T>(walk, terms, squares + n)), y + n);
        return n;
    }

    // dx = dy · d^-beta, shares = dy · x · d^(-beta - 1)
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int Share<V, T>(in Walk walk, ResponseTerms<T> terms, int from, Way<T> way) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        int n = from;
        T* shares = way.Shares + (terms.Size - 1) / 2 * walk.Step;
        for (int row = 0; row < walk.Rows; row++)
        {
            nint at = row * walk.Stride, own = (nint)row * walk.Length;
            for (n = from; n + V.Count <= walk.Length; n += V.Count)
            {
                V under = Under<V, T>(walk, terms, way.Squares + own + n), part = V.Load(way.Dy + at + n) * Power<V, T>(terms, under);
                V.Store(part, way.Dx + at + n);
                V.Store(part * V.Load(way.X + at + n) / under, shares + own + n);
            }
        }
        return n;
    }

    // dx -= 2 · share · beta · x · the sum of the shares
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int Subtract<V, T>(in Walk walk, ResponseTerms<T> terms, int from, T* x, T* shares, T* dx) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        int n = from;
        V factor = V.Splat((terms.Share + terms.Share) * terms.Beta);
        for (int row = 0; row < walk.Rows; row++, x += walk.Stride, dx += walk.Stride, shares += walk.Length)
            for (n = from; n + V.Count <= walk.Length; n += V.Count) V.Store(V.Load(dx + n) - factor * V.Load(x + n) * Sum<V, T>(walk, terms, shares
                + n), dx + n);
        return n;
    }

    [MethodImpl(AggressiveInlining)]
    private static V Under<V, T>(in Walk walk, ResponseTerms<T> terms, T* squares) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T> =>
        V.MultiplyAdd(V.Splat(terms.Share), Sum<V, T>(walk, terms, squares), V.Splat(terms.K));

    [MethodImpl(AggressiveInlining)]
    private static V Sum<V, T>(in Walk walk, ResponseTerms<T> terms, T* first) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V sum = default;
        if (terms.Size > LongSums.Piece) return SumOfMany<V, T>(walk.Step, terms.Size, first);
        for (int i = 0; i < terms.Size; i++, first += walk.Step) sum += V.Load(first);
        return sum;
    }

    [MethodImpl(NoInlining)]
    private static V SumOfMany<V, T>(int step, int size, T* first) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        LongSum<V, T> sum = default;
        for (int i = 0; i < size;)
        {
            V piece = default;
            for (int end = Math.Min(size, i + LongSums.Piece); i < end; i++, first += step) piece += V.Load(first);
            sum.Add(piece);
        }
        return sum.Value;
    }

    [MethodImpl(AggressiveInlining)]
    private static V Power<V, T>(ResponseTerms<T> terms, V under) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        V.Exp(V.Splat(-terms.Beta) * V.Log(under));
}
