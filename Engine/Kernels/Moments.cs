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
/// that lies far off. So there are two passes: one for about the mean, one for the distances from it, whose own mean corrects the first.
/// </remarks>
internal readonly record struct Moments(double Count, double Mean, double SquaredDistances)
{
    /// <summary>Divided by the count, as normalisation does; NaN for no numbers.</summary>
    public double BiasedVariance => SquaredDistances / Count;

    /// <summary>Divided by the count less one, as statistics of a sample do; NaN below two numbers.</summary>
    public double UnbiasedVariance => Count > 1 ? SquaredDistances / (Count - 1) : double.NaN;

    /// <summary>The moments of these numbers and those together.</summary>
    public Moments With(in Moments other)
    {
        if (Count == 0) return other;
        if (other.Count == 0) return this;
        double count = Count + other.Count, distance = other.Mean - Mean;
        return new(count, Mean + distance * other.Count / count,
            SquaredDistances + other.SquaredDistances + distance * distance * Count * other.Count / count);
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
            Sum<Pair<V, T>, T>(x, values.Length, sums);
            double about = SumFilled(sums, images) / count;
            if (!double.IsFinite(about)) return new(count, about, double.NaN);
            T shift = T.CreateTruncating(about);
            SumDistances<Pair<V, T>, T>(x, values.Length, shift, sums, squares);
            double sum = SumFilled(sums, images), square = SumFilled(squares, images);
            return new(count, double.CreateTruncating(shift) + sum / count, Math.Max(0, square - sum * sum / count));
        }
    }

    /// <summary>For normalisation's backward: the sum of a, and of a · (b - center), over the filled lanes of [pixels, lanes].</summary>
    public static unsafe (double Sum, double Product) ProductOfLanes<V, T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, T center, int images)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(a.Length == b.Length && a.Length % Lanes.Count == 0);
        T* sums = stackalloc T[Lanes.Count], products = stackalloc T[Lanes.Count];
        fixed (T* pa = a, pb = b) SumProducts<Pair<V, T>, T>(pa, pb, a.Length, center, sums, products);
        return (SumFilled(sums, images), SumFilled(products, images));
    }

    // Per lane: sums = sum of x. Even and odd pixels apart, here and below: an addition need not wait for the last.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static unsafe void Sum<V, T>(T* from, int length, T* sums) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (int n = 0; n < Lanes.Count; n += V.Count)
        {
            V even = default, odd = default;
            T* x = from + n, end = from + length;
            for (; x + Lanes.Count < end; x += 2 * Lanes.Count)
            {
                even += V.Load(x);
                odd += V.Load(x + Lanes.Count);
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
            V even = default, odd = default, evenSquare = default, oddSquare = default;
            T* x = from + n, end = from + length;
            for (; x + Lanes.Count < end; x += 2 * Lanes.Count)
            {
                V distance = V.Load(x) - origin, next = V.Load(x + Lanes.Count) - origin;
                even += distance;
                odd += next;
                evenSquare = V.MultiplyAdd(distance, distance, evenSquare);
                oddSquare = V.MultiplyAdd(next, next, oddSquare);
            }
            if (x < end)
            {
                V distance = V.Load(x) - origin;
                even += distance;
                evenSquare = V.MultiplyAdd(distance, distance, evenSquare);
            }
            V.Store(even + odd, sums + n);
            V.Store(evenSquare + oddSquare, squares + n);
        }
    }

    // Per lane: sums = sum of a, products = sum of a · (b - center).
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static unsafe void SumProducts<V, T>(T* a, T* b, int length, T center, T* sums, T* products)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V origin = V.Splat(center);
        for (int n = 0; n < Lanes.Count; n += V.Count)
        {
            V sum = default, product = default;
            for (int i = n; i < length; i += Lanes.Count)
            {
                V v = V.Load(a + i);
                sum += v;
                product = V.MultiplyAdd(v, V.Load(b + i) - origin, product);
            }
            V.Store(sum, sums + n);
            V.Store(product, products + n);
        }
    }

    private static unsafe double SumFilled<T>(T* lanes, int images) where T : unmanaged, INumber<T>
    {
        double sum = 0;
        for (int n = 0; n < images; n++) sum += double.CreateTruncating(lanes[n]);
        return sum;
    }
}
