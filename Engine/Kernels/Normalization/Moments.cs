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
    private const int Sample = 8, Together = 8;                              // pixels for a first idea of the mean; channels at a time
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
    public static Moments OfLanes<V, T>(ReadOnlySpan<T> values, int images) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        if (values.IsEmpty) return default;
        double mean = 0, distances = 0;
        OfLanes<V, T>(values, images, new(ref mean), new(ref distances));
        return new((double)images * (values.Length / Lanes.Count), mean, distances);
    }

    /// <summary>The same of some channels, [channels, pixels, lanes].</summary>
    /// <param name="values">[channels, pixels, lanes], at least one pixel.</param>
    /// <param name="images">Filled lanes.</param>
    /// <param name="means">[channels], overwritten.</param>
    /// <param name="squaredDistances">[channels], overwritten.</param>
    public static unsafe void OfLanes<V, T>(ReadOnlySpan<T> values, int images, Span<double> means, Span<double> squaredDistances)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int channels = means.Length, length = values.Length / channels, pixels = length / Lanes.Count, step = Math.Max(1, pixels / Sample);
        Debug.Assert(pixels > 0 && values.Length == channels * pixels * Lanes.Count && images is > 0 and <= Lanes.Count);
        double count = (double)images * pixels, sample = (double)images * ((pixels + step - 1) / step);
        T* sums = stackalloc T[Together * Lanes.Count], squares = stackalloc T[Together * Lanes.Count], shifts = stackalloc T[Together];
        fixed (T* x = values)
            for (int first = 0; first < channels; first += Together)
            {
                int some = Math.Min(Together, channels - first);
                T* from = x + (nint)first * length;
                Sum<Pair<V, T>, T>(from, some, length, step * Lanes.Count, sums);
                for (int c = 0; c < some; c++) shifts[c] = T.CreateTruncating(SumFilled(sums + c * Lanes.Count, images) / sample);
                SumDistances<Pair<V, T>, T>(from, some, length, shifts, sums, squares);
                for (int c = 0; c < some; c++)
                {
                    T* sum = sums + c * Lanes.Count, square = squares + c * Lanes.Count;
                    var (mean, distances, isFar) = About(shifts[c], sum, square, images, count);
                    if (isFar)
                    {
                        T shift = T.CreateTruncating(mean);
                        SumDistances<Pair<V, T>, T>(from + (nint)c * length, 1, length, &shift, sum, square);
                        (mean, distances, _) = About(shift, sum, square, images, count);
                    }
                    (means[first + c], squaredDistances[first + c]) = (mean, distances);
                }
            }
    }

    // From the sums of distances from a shift, lane by lane; and whether the mean lies further from that than the deviation.
    private static unsafe (double Mean, double Distances, bool IsFar) About<T>(T shift, T* sums, T* squares, int images, double count)
        where T : unmanaged, INumber<T>
    {
        double about = double.CreateTruncating(shift);
        if (!double.IsFinite(about)) return (about, double.NaN, false);
        double sum = SumFilled(sums, images), correction = sum * sum / count, distances = Math.Max(0, SumFilled(squares, images) - correction);
        return (about + sum / count, distances, correction > distances);
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
        T* laneSums = stackalloc T[Together * Lanes.Count], laneProducts = stackalloc T[Together * Lanes.Count];
        fixed (T* pa = a, pb = b, y = output, g = to, mean = lines.Mean, scale = lines.Scale, shift = lines.Shift)
            for (int first = 0; first < channels; first += Together)
            {
                nint at = (nint)first * length;
                var job = new ProductJob<Pair<V, T>, T>
                {
                    Channels = Math.Min(Together, channels - first), Length = length, A = pa + at, B = pb + at, Output = y == null ? null : y + at,
                    To = g == null ? null : g + at, Mean = mean + first, Scale = scale + first, Shift = shift + first, Sums = laneSums,
                    Products = laneProducts,
                };
                activation.Do(ref job);
                for (int c = 0; c < job.Channels; c++)
                {
                    sums[first + c] = SumFilled(laneSums + c * Lanes.Count, images);
                    products[first + c] = SumFilled(laneProducts + c * Lanes.Count, images);
                }
            }
    }

    // Per lane, of channels that follow each other: sums = sum of every x a step apart. Even and odd pixels apart, here and below: an addition need
    // not wait for the last.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static unsafe void Sum<V, T>(T* from, int channels, int length, int step, T* sums)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (; channels > 0; channels--, from += length, sums += Lanes.Count)
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

    // Per lane, of channels that follow each other: sums = sum of (x - the channel's shift), squares = sum of (x - shift)².
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static unsafe void SumDistances<V, T>(T* from, int channels, int length, T* shifts, T* sums, T* squares)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (; channels > 0; channels--, from += length, shifts++, sums += Lanes.Count, squares += Lanes.Count)
        {
            V origin = V.Splat(*shifts);
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
    }

    // Per lane, of channels that follow each other, with g the gradient a before the activation: sums = sum of g, products = sum of g · (b - mean).
    // Where there is a place for it, g is written there.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static unsafe void SumProducts<V, T, A>(in ProductJob<V, T> job, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        T* a = job.A, b = job.B, output = job.Output, to = job.To, sums = job.Sums, products = job.Products;
        nint end = job.Length;
        for (int c = 0; c < job.Channels; c++, a += end, b += end, sums += Lanes.Count, products += Lanes.Count)
        {
            V origin = V.Splat(job.Mean[c]), slope = V.Splat(job.Scale[c]), constant = V.Splat(job.Shift[c]);
            for (int n = 0; n < Lanes.Count; n += V.Count)
            {
                LongSum<V, T> sum = default, product = default;
                for (nint i = n; i < end;)
                {
                    V even = default, odd = default, evenProduct = default, oddProduct = default;
                    nint stop = i + Math.Min(end - i, PieceLength);
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
                        V distance = V.Load(b + i) - origin;
                        V g = Before(activation, V.MultiplyAdd(distance, slope, constant), V.Load(a + i), output, i);
                        if (to != null) V.Store(g, to + i);
                        even += g;
                        evenProduct = V.MultiplyAdd(g, distance, evenProduct);
                        i += Lanes.Count;
                    }
                    sum.Add(even + odd);
                    product.Add(evenProduct + oddProduct);
                }
                V.Store(sum.Value, sums + n);
                V.Store(product.Value, products + n);
            }
            if (output != null) output += end;
            if (to != null) to += end;
        }

        [MethodImpl(AggressiveInlining)]
        static V Before(A activation, V x, V gradient, T* output, nint i) =>
            output == null ? activation.Gradient(x, gradient) : activation.GradientFromOutput(V.Load(output + i), gradient);
    }

    private unsafe struct ProductJob<V, T> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public T* A, B, Output, To, Mean, Scale, Shift, Sums, Products;
        public int Channels, Length;

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
