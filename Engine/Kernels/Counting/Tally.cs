using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>What there is to know about a block's numbers beside their histogram.</summary>
/// <param name="Moments">Count, mean and squared distances.</param>
/// <param name="NaNs">How many are not numbers.</param>
/// <param name="Infinities">How many are infinite.</param>
/// <param name="Subnormals">How many are so small that processors slow down.</param>
/// <param name="Near">How many lie within <c>near</c>.</param>
/// <param name="Seen">How many lie within <c>seen</c>.</param>
/// <param name="Above">How many lie above the histogram.</param>
internal readonly record struct Tally(Moments Moments, long NaNs, long Infinities, long Subnormals, long Near, long Seen, long Above)
{
    private const int Strip = BinCounter.MostPixels * Lanes.Count;

    /// <summary>Both together.</summary>
    public Tally With(in Tally other) => new(Moments.With(other.Moments), NaNs + other.NaNs, Infinities + other.Infinities,
        Subnormals + other.Subnormals, Near + other.Near, Seen + other.Seen, Above + other.Above);

    /// <summary>Takes stock of the filled lanes of some pixels, by the definition.</summary>
    /// <param name="values">[pixels, lanes].</param>
    /// <param name="images">Filled lanes.</param>
    /// <param name="axis">The histogram's bins.</param>
    /// <param name="near">What counts as near, or none.</param>
    /// <param name="counts">[bins], added to.</param>
    public static Tally OfLanesNaive<T>(ReadOnlySpan<T> values, int images, BinAxis axis, NearZero? near, Span<int> counts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double sum = 0, squares = 0, count = 0;
        for (int i = 0; i < values.Length; i += Lanes.Count)
            foreach (T x in values.Slice(i, images)) (count, sum) = (count + 1, sum + double.CreateTruncating(x));
        Tally rest = default;
        for (int i = 0; i < values.Length; i += Lanes.Count)
        {
            foreach (T x in values.Slice(i, images))
            {
                double distance = double.CreateTruncating(x) - sum / count;
                squares += distance * distance;
                rest = rest.With(Exceptions(x));
                if (near is { } limits) rest = rest with { Near = rest.Near + (limits.IsNear(x) ? 1 : 0), Seen = rest.Seen + (limits.IsSeen(x) ? 1
                    : 0) };
            }
        }
        rest = rest with { Above = BinCounter.CountNaive(values, images, axis, counts) };
        return count == 0 ? rest : rest with { Moments = new(count, sum / count, squares) };
    }

    /// <summary>The same, in strips that stay in the L1 cache: a strip is summed, measured and counted while it is there.</summary>
    /// <remarks>NaN, infinities and subnormal numbers are rare: a strip is searched for them only where the sums or the counters show that there are
    /// some.</remarks>
    public static Tally OfLanes<V, T>(ReadOnlySpan<T> values, int images, BinAxis axis, NearZero? near, Span<int> counts)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tally all = default;
        for (int from = 0; from < values.Length; from += Strip)
        {
            ReadOnlySpan<T> strip = values.Slice(from, Math.Min(Strip, values.Length - from));
            Tally one = MomentsAndNear<V, T>(strip, images, near);
            (int above, bool search) = double.IsFinite(one.Moments.SquaredDistances)
                ? BinCounter.Count<V, T>(strip, images, axis, counts)
                : (BinCounter.CountNaive(strip, images, axis, counts), true);
            if (search)
                for (int i = 0; i < strip.Length; i += Lanes.Count)
                    foreach (T x in strip.Slice(i, images))
                        if (!T.IsNormal(x) && x != T.Zero) one = one.With(Exceptions(x));
            all = all.With(one with { Above = above });
        }
        return all;
    }

    /// <summary>The same for max(0, x) of numbers that have been counted: their histogram is that of the numbers, with all that is negative in the
    /// bin of 0.</summary>
    /// <param name="values">[pixels, lanes]: max(0, x).</param>
    /// <param name="images">Filled lanes.</param>
    /// <param name="axis">The histogram's bins.</param>
    /// <param name="near">What counts as near, or none.</param>
    /// <param name="before">What there was to know about x.</param>
    /// <param name="countsBefore">[bins], of x.</param>
    /// <param name="counts">[bins], added to.</param>
    public static Tally OfRectified<V, T>(
        ReadOnlySpan<T> values, int images, BinAxis axis, NearZero? near, in Tally before, ReadOnlySpan<int> countsBefore, Span<int> counts)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (before.NaNs + before.Infinities + before.Subnormals > 0 || axis.Edge<T>(axis.Bins) < T.Zero)
            return OfLanes<V, T>(values, images, axis, near, counts);
        Tally all = default;
        for (int from = 0; from < values.Length; from += Strip)
            all = all.With(MomentsAndNear<V, T>(values.Slice(from, Math.Min(Strip, values.Length - from)), images, near));
        int zero = axis.Of(T.Zero), rest = values.Length / Lanes.Count * images - (int)before.Above;
        for (int bin = zero + 1; bin < counts.Length; bin++)
        {
            counts[bin] += countsBefore[bin];
            rest -= countsBefore[bin];
        }
        if (zero >= 0) counts[zero] += rest;
        return all with { Above = before.Above };
    }

    private static Tally MomentsAndNear<V, T>(ReadOnlySpan<T> strip, int images, NearZero? near)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tally one = new(Moments.OfLanes<V, T>(strip, images), 0, 0, 0, 0, 0, 0);
        return near is { } limits ? one with { Near = limits.CountNear<V, T>(strip, images), Seen = limits.CountSeen<V, T>(strip, images) } : one;
    }

    private static Tally Exceptions<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(default, T.IsNaN(x) ? 1 : 0, T.IsInfinity(x) ? 1 : 0, T.IsSubnormal(x) ? 1 : 0, 0, 0, 0);
}
