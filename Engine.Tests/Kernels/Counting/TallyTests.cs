using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

[EveryVector]
public sealed class TallyTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly BinAxis[] Axes = [new(0, 10, 40), new(-7, 7, 40), new(-1, 2.5, 7), new(0.5, 3, 100), new(2, 3, 1), new(-3, -1, 9),
        new(-2, 0, 130),
        new(0.9, 1.1, 10), new(-2.2, 0.33, 57), new(-20, 3.3, 6), new(1, 1 + 1e-7, 4)];

    private static readonly (int Pixels, int Images)[] Sizes = [(1, 32), (7, 1), (15, 17), (16, 31), (126, 16), (252, 5), (253, 32), (600, 29)];

    private static IEnumerable<TestCaseData> Cases => Axes.SelectMany(axis => Sizes.Select(size => new TestCaseData(axis.Low, axis.High, axis.Bins,
        size.Pixels, size.Images)));

    [TestCaseSource(nameof(Cases))]
    public void OfLanes_FiniteNumbers_EqualsTheDefinition(double low, double high, int bins, int pixels, int images) =>
        Compare(new(low, high, bins), Values(pixels, high: 12), images);

    [TestCaseSource(nameof(Cases))]
    public void OfLanes_EdgesAndExceptions_EqualsTheDefinition(double low, double high, int bins, int pixels, int images)
    {
        T[] values = Values(pixels, high: 3);
        T[] special = [T.NaN, T.PositiveInfinity, T.NegativeInfinity, T.Epsilon, -T.Epsilon, T.NegativeZero, T.Zero, T.CreateChecked(low),
            T.CreateChecked(high),
            T.BitIncrement(T.CreateChecked(high)), T.BitDecrement(T.CreateChecked(low)), T.BitDecrement(T.CreateChecked(high)),
            .. Enumerable.Range(1, bins - 1).Select(k => T.CreateTruncating(low + k * ((high - low) / bins))).SelectMany(edge =>
                new[] { edge, T.BitDecrement(edge), T.BitIncrement(edge) })];
        for (int i = 0; i < values.Length; i += 5) values[i] = special[i / 5 % special.Length];
        Compare(new(low, high, bins), values, images);
        // the fast way, with edges and subnormals
        Compare(new(low, high, bins), Array.ConvertAll(values, x => T.IsFinite(x) ? x : T.One), images);
    }

    [Test]
    public void OfLanes_AllInOneBin_CountsPastEveryCounter()
    {
        T[] values = new T[1000 * Lanes.Count];
        Array.Fill(values, T.CreateChecked(9.9));
        int[] counts = new int[40];
        Tally.OfLanes<V, T>(values, 32, new(0, 10, 40), null, counts);
        Assert.That(counts[39], Is.EqualTo(32_000));
        Assert.That(counts.Sum(), Is.EqualTo(32_000));
    }

    [TestCase(0.05, 0, false)]
    [TestCase(0.25, 10, true)]
    [TestCase(1, 2.5, true)]
    public void OfLanes_NearZero_EqualsTheDefinition(double limit, double high, bool magnitude)
    {
        T[] values = Values(300, high: 4);
        for (int i = 0; i < values.Length; i += 3) values[i] = T.CreateChecked(i % 2 == 0 ? limit : -high);
        Compare(new(0, 10, 40), values, 19, new(limit, high, magnitude));
    }

    [Test]
    public void HistogramOf_ByHand_DropsWhatLiesOutsideAndKeepsTheRightEdge()
    {
        T[] lane = [.. new[] { -0.1, 0, 0.24, 0.25, 9.75, 10, 10.01 }.Select(T.CreateChecked)];
        int[] counts = new int[40];
        T[] values = new T[lane.Length * Lanes.Count];
        for (int i = 0; i < lane.Length; i++) values[i * Lanes.Count] = lane[i];
        BinCounter.CountNaive<T>(values, 1, new(0, 10, 40), counts);
        Assert.That((counts[0], counts[1], counts[39], counts.Sum()), Is.EqualTo((2, 1, 2, 5)));
    }

    private static void Compare(BinAxis axis, T[] values, int images, NearZero? near = null)
    {
        int[] expectedCounts = new int[axis.Bins], counts = new int[axis.Bins];
        Tally expected = Tally.OfLanesNaive<T>(values, images, axis, near, expectedCounts);
        Tally actual = Tally.OfLanes<V, T>(new GuardedBuffer<T>(values).Span, images, axis, near, counts);
        Assert.That(counts, Is.EqualTo(expectedCounts));
        Assert.That(actual with { Moments = default }, Is.EqualTo(expected with { Moments = default }));
        CompareRectified(axis, values, images, near, actual, counts);
        Assert.That(actual.Moments.Count, Is.EqualTo(expected.Moments.Count));
        if (!double.IsFinite(expected.Moments.SquaredDistances))
        {
            Assert.That(actual.Moments.SquaredDistances, Is.NaN);
            return;
        }
        Assert.That(actual.Moments.Mean, Is.EqualTo(expected.Moments.Mean).Within(1e-4));
        Assert.That(actual.Moments.SquaredDistances, Is.EqualTo(expected.Moments.SquaredDistances).Within(1e-4 * expected.Moments.SquaredDistances));
    }

    private static void CompareRectified(BinAxis axis, T[] values, int images, NearZero? near, in Tally before, int[] countsBefore)
    {
        T[] rectified = Array.ConvertAll(values, x => T.Max(T.Zero, x));
        int[] expectedCounts = new int[axis.Bins], counts = new int[axis.Bins];
        Tally expected = Tally.OfLanes<V, T>(rectified, images, axis, near, expectedCounts);
        Tally actual = Tally.OfRectified<V, T>(new GuardedBuffer<T>(rectified).Span, images, axis, near, before, countsBefore, counts);
        Assert.That(counts, Is.EqualTo(expectedCounts), "of max(0, x)");
        Assert.That(actual, Is.EqualTo(expected), "of max(0, x)");
    }

    // Some negative, some zero, some beyond every histogram; in empty lanes, too.
    private static T[] Values(int pixels, double high)
    {
        T[] values = RandomTensors.Values<T>(pixels * Lanes.Count, pixels, -high, high);
        for (int i = 0; i < values.Length; i += 7) values[i] = T.Zero;
        return values;
    }
}
