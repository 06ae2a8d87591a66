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
internal readonly record struct Tally(Moments Moments, long NaNs, long Infinities, long Subnormals, long Near, long Seen)
{
    /// <summary>Both together.</summary>
    public Tally With(in Tally other) => new(Moments.With(other.Moments), NaNs + other.NaNs, Infinities + other.Infinities,
        Subnormals + other.Subnormals, Near + other.Near, Seen + other.Seen);

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
                if (near is { } limits) rest = rest with { Near = rest.Near + (limits.IsNear(x) ? 1 : 0), Seen = rest.Seen + (limits.IsSeen(x) ? 1 : 0) };
            }
        }
        BinCounter.CountNaive(values, images, axis, counts);
        return count == 0 ? rest : rest with { Moments = new(count, sum / count, squares) };
    }

    /// <summary>The same, in strips that stay in the L1 cache: a strip is summed, measured and counted while it is there.</summary>
    /// <remarks>NaN, infinities and subnormal numbers are rare: a strip is searched for them only where the sums or the counters show that there are some.</remarks>
    public static Tally OfLanes<V, T>(ReadOnlySpan<T> values, int images, BinAxis axis, NearZero? near, Span<int> counts)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Strip = BinCounter.MostPixels * Lanes.Count;
        Tally all = default;
        for (int from = 0; from < values.Length; from += Strip)
        {
            ReadOnlySpan<T> strip = values.Slice(from, Math.Min(Strip, values.Length - from));
            Tally one = new(Moments.OfLanes<V, T>(strip, images), 0, 0, 0, 0, 0);
            bool search = true;
            if (double.IsFinite(one.Moments.SquaredDistances)) search = BinCounter.Count<V, T>(strip, images, axis, counts);
            else BinCounter.CountNaive(strip, images, axis, counts);
            if (search)
                for (int i = 0; i < strip.Length; i += Lanes.Count)
                    foreach (T x in strip.Slice(i, images))
                        if (!T.IsNormal(x) && x != T.Zero) one = one.With(Exceptions(x));
            if (near is { } limits) one = one with { Near = limits.CountNear<V, T>(strip, images), Seen = limits.CountSeen<V, T>(strip, images) };
            all = all.With(one);
        }
        return all;
    }

    private static Tally Exceptions<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(default, T.IsNaN(x) ? 1 : 0, T.IsInfinity(x) ? 1 : 0, T.IsSubnormal(x) ? 1 : 0, 0, 0);
}
