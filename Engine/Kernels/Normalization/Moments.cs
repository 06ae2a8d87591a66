using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>How many numbers, their mean, and the sum of their squared distances from it: what a variance is made of.</summary>
/// <remarks>
/// Two of them combine without loss (Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances",
/// 1979). E[x²] - E[x]² would lose every digit where the mean is large against the deviation, and distances from the first number where
/// that lies far off. So the mean of a few pixels is taken first, and then the distances from that, whose own mean corrects it; if it turns out
/// to lie further off than the deviation, the distances are taken once more, from the corrected one.
/// </remarks>
internal readonly record struct Moments(double Count, double Mean, double SquaredDistances)
{
    private const int Sample = 8;                                            // pixels for a first idea of the mean
    private const int PieceLength = 2 * LongSums.Piece * Lanes.Count;       // pieces of even and of odd pixels, as LongSum wants them

    /// <summary>Divided by the count, as normalisation does; NaN for no numbers.</summary>
    public double BiasedVariance => SquaredDistances / Count;

    /// <summary>Divided by the count less one, as statistics of a sample do; NaN below two numbers.</summary>
    public double UnbiasedVariance => Count > 1 ? SquaredDistances / (Count - 1) : double.NaN;

    /// <summary>The moments of these numbers and those together.</summary>
    public Moments With(in Moments other)
    {
        if (Count == 0) return other;
        if (other.Count == 0) return this;
        double count = Count + other.Count, share = other.Count / count, distance = other.Mean - Mean;
        return new(count, Mean + distance * share, SquaredDistances + other.SquaredDistances + distance * distance * Count * share);
    }

    /// <summary>The moments of the filled lanes of some pixels, [pixels, lanes].</summary>
    public static unsafe Moments OfLanes<V, T>(ReadOnlySpan<T> values, int images) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(values.Length % Lanes.Count == 0 && images is > 0 and <= Lanes.Count);
        if (values.IsEmpty) return default;
        T* sums = stackalloc T[Lanes.Count], squares = stackalloc T[Lanes.Count];
        double count = (double)images * (values.Length / Lanes.Count);
        fixed (T* x = values)
        {
            int pixels = values.Length / Lanes.Count, step = Math.Max(1, pixels / Sample);
            Sum<Pair<V, T>, T>(x, values.Length, step * Lanes.Count, sums);
            double about = SumFilled(sums, images) / ((double)images * ((pixels + step - 1) / step));
            if (!double.IsFinite(about)) return new(count, about, double.NaN);
            for (bool again = false; ; again = true)
            {
                T shift = T.CreateTruncating(about);
                SumDistances<Pair<V, T>, T>(x, values.Length, shift, sums, squares);
                double sum = SumFilled(sums, images), square = SumFilled(squares, images), correction = sum * sum / count;
                double distances = Math.Max(0, square - correction);
                about = double.CreateTruncating(shift) + sum / count;
                if (again || !(correction > distances)) return new(count, about, distances);
            }
        }
    }

    /// <summary>For normalisation's backward: the sum of a, and of a · (b - center), over the filled lanes of [pixels, lanes].</summary>
    public static (double Sum, double Product) ProductOfLanes<V, T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, T center, int images)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        ProductOfLanes<V, T>(default, a, b, new(center, T.Zero, T.Zero), images, [], []);

    /// <summary>The same where a is the gradient after an activation: first it is taken back through that.</summary>
    public static (double Sum, double Product) ProductOfLanes<V, T>(Activation<T> activation, ReadOnlySpan<T> a, ReadOnlySpan<T> b,
        NormLine<T> line, int images, ReadOnlySpan<T> output, Span<T> to)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        double sum = 0, product = 0;
        ProductsOfLanes<V, T>(activation, a, b, line.AsLines, images, output, to,
            new(ref sum), new(ref product));
        return (sum, product);
    }

    /// <summary>The same of some channels, [channels, pixels, lanes].</summary>
    /// <param name="activation">The activation, of (b - mean) · scale + shift, perhaps plus something else.</param>
    /// <param name="a">[channels, pixels, lanes].</param>
    /// <param name="b">[channels, pixels, lanes].</param>
    /// <param name="lines">As for <see cref="BatchNormLanes"/>, of each channel.</param>
    /// <param name="images">Filled lanes.</param>
    /// <param name="output">[channels, pixels, lanes]: what the activation gave, if its gradient is to be told from that; empty if from b, with
    /// nothing else added.</param>
    /// <param name="to">[channels, pixels, lanes]: the gradient before the activation, overwritten; may be a; empty if nobody wants it.</param>
    /// <param name="sums">[channels], overwritten.</param>
    /// <param name="products">[channels], overwritten.</param>
    public static unsafe void ProductsOfLanes<V, T>(Activation<T> activation, ReadOnlySpan<T> a, ReadOnlySpan<T> b, NormLines<T> lines,
        int images, ReadOnlySpan<T> output, Span<T> to, Span<double> sums, Span<double> products)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(a.Length == b.Length && (to.IsEmpty || a.Length == to.Length) && (output.IsEmpty || a.Length == output.Length));
        int channels = lines.Mean.Length, length = a.Length / channels;
        Debug.Assert(a.Length == channels * length && length % Lanes.Count == 0 && sums.Length == channels && products.Length == channels);
        T* laneSums = stackalloc T[Lanes.Count], laneProducts = stackalloc T[Lanes.Count];
        fixed (T* pa = a, pb = b, y = output, g = to)
        {
            var job = new ProductJob<Pair<V, T>, T> { Length = length, Sums = laneSums, Products = laneProducts };
            for (int c = 0; c < channels; c++)
            {
                nint at = (nint)c * length;
                job.A = pa + at;
                job.B = pb + at;
                job.Output = y == null ? null : y + at;
                job.To = g == null ? null : g + at;
                job.Line = new(lines.Mean[c], lines.Scale[c], lines.Shift[c]);
                activation.Do(ref job);
                (sums[c], products[c]) = (SumFilled(laneSums, images), SumFilled(laneProducts, images));
            }
        }
    }

    // Per lane: sums = sum of every x a step apart. Even and odd pixels apart, here and below: an addition need not wait for the last.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static unsafe void Sum<V, T>(T* from, int length, int step, T* sums) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (int n = 0; n < Lanes.Count; n += V.Count)
        {
            V even = default, odd = default;
            T* x = from + n, end = from + length;
            for (; x + step < end; x += 2 * step)
            {
                even += V.Load(x);
                odd += V.Load(x + step);
            }
            if (x < end) even += V.Load(x);
            V.Store(even + odd, sums + n);
        }
    }

    // Per lane: sums = sum of (x - shift), squares = sum of (x - shift)².
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static unsafe void SumDistances<V, T>(T* from, int length, T shift, T* sums, T* squares)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V origin = V.Splat(shift);
        for (int n = 0; n < Lanes.Count; n += V.Count)
        {
            LongSum<V, T> sum = default, square = default;
            for (T* x = from + n, end = from + length; x < end;)
            {
                V even = default, odd = default, evenSquare = default, oddSquare = default;
                T* stop = x + Math.Min(end - x, PieceLength);
                for (; x + Lanes.Count < stop; x += 2 * Lanes.Count)
                {
                    V distance = V.Load(x) - origin, next = V.Load(x + Lanes.Count) - origin;
                    even += distance;
                    odd += next;
                    evenSquare = V.MultiplyAdd(distance, distance, evenSquare);
                    oddSquare = V.MultiplyAdd(next, next, oddSquare);
                }
                if (x < stop)
                {
                    V distance = V.Load(x) - origin;
                    even += distance;
                    evenSquare = V.MultiplyAdd(distance, distance, evenSquare);
                    x += Lanes.Count;
                }
                sum.Add(even + odd);
                square.Add(evenSquare + oddSquare);
            }
            V.Store(sum.Value, sums + n);
            V.Store(square.Value, squares + n);
        }
    }

    // Per lane, with g the gradient a before the activation: sums = sum of g, products = sum of g · (b - center).
    // Where there is a place for it, g is written there.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static unsafe void SumProducts<V, T, A>(in ProductJob<V, T> job, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        V origin = V.Splat(job.Line.Mean), slope = V.Splat(job.Line.Scale), constant = V.Splat(job.Line.Shift);
        T* a = job.A, b = job.B, output = job.Output, to = job.To;
        for (int n = 0; n < Lanes.Count; n += V.Count)
        {
            LongSum<V, T> sum = default, product = default;
            for (nint i = n; i < job.Length;)
            {
                V even = default, odd = default, evenProduct = default, oddProduct = default;
                nint stop = i + Math.Min(job.Length - i, PieceLength);
                for (; i + Lanes.Count < stop; i += 2 * Lanes.Count)
                {
                    V distance = V.Load(b + i) - origin, next = V.Load(b + i + Lanes.Count) - origin;
                    V g = Before(activation, V.MultiplyAdd(distance, slope, constant), V.Load(a + i), output, i);
                    V nextG = Before(activation, V.MultiplyAdd(next, slope, constant), V.Load(a + i + Lanes.Count), output, i + Lanes.Count);
                    if (to != null)
                    {
                        V.Store(g, to + i);
                        V.Store(nextG, to + i + Lanes.Count);
                    }
                    even += g;
                    odd += nextG;
                    evenProduct = V.MultiplyAdd(g, distance, evenProduct);
                    oddProduct = V.MultiplyAdd(nextG, next, oddProduct);
                }
                if (i < stop)
                {
                    V distance = V.Load(b + i) - origin, g = Before(activation, V.MultiplyAdd(distance, slope, constant), V.Load(a + i), output, i);
                    if (to != null) V.Store(g, to + i);
                    even += g;
                    evenProduct = V.MultiplyAdd(g, distance, evenProduct);
                    i += Lanes.Count;
                }
                sum.Add(even + odd);
                product.Add(evenProduct + oddProduct);
            }
            V.Store(sum.Value, job.Sums + n);
            V.Store(product.Value, job.Products + n);
        }

        [MethodImpl(AggressiveInlining)]
        static V Before(A activation, V x, V gradient, T* output, nint i) =>
            output == null ? activation.Gradient(x, gradient) : activation.GradientFromOutput(V.Load(output + i), gradient);
    }

    private unsafe struct ProductJob<V, T> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public T* A, B, Output, To, Sums, Products;
        public NormLine<T> Line;
        public int Length;

        public readonly void With<F>(F activation) where F : struct, IActivation<T> => SumProducts<V, T, F>(this, activation);
    }

    private static unsafe double SumFilled<T>(T* lanes, int images) where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float) && images == Lanes.Count) return SumAll((float*)lanes);
        double sum = 0;
        for (int n = 0; n < images; n++) sum += double.CreateTruncating(lanes[n]);
        return sum;
    }

    // Full blocks, by the vector: one number after the other, each addition would wait for the last.
    private static unsafe double SumAll(float* lanes)
    {
        Vector<double> sum = default;
        for (int n = 0; n < Lanes.Count; n += Vector<float>.Count)
        {
            Vector.Widen(Vector.Load(lanes + n), out Vector<double> low, out Vector<double> high);
            sum += low + high;
        }
        return Vector.Sum(sum);
    }
}
