using System.Globalization;
using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Telemetry;
using Scratch.Training;

namespace Scratch.Tests.Kernels;

/// <summary>Where numbers at and beside edges go, against <c>numpy.histogram(x, bins, (low, high))</c> of NumPy 1.24 on arrays of either
/// precision.</summary>
public sealed class BinAxisTests
{
    // Each edge as one writes it, once; twice what comes just before it, three times what comes just after.
    private static IEnumerable<T> AroundEdges<T>(decimal low, decimal high, int bins) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int k = 0; k <= bins; k++)
        {
            var edge = T.CreateTruncating(double.Parse((low + (high - low) * k / bins).ToString(CultureInfo.InvariantCulture),
                CultureInfo.InvariantCulture));
            T before = T.BitDecrement(edge), after = T.BitIncrement(edge);
            foreach (T x in (T[])[edge, before, before, after, after, after]) yield return x;
        }
    }

    [TestCase("0.9", "1.1", 10, "6 6 6 6 6 6 6 6 6 7")]
    [TestCase("-7", "7", 40, "6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 7")]
    [TestCase("0", "1", 15, "6 6 6 6 6 6 6 6 6 6 6 6 6 6 7")]
    [TestCase("-0.3", "0.9", 12, "6 6 6 6 6 6 6 6 6 6 6 7")]
    [TestCase("1000.1", "1000.7", 6, "6 6 6 6 6 7")]
    [TestCase("-2.2", "-1.1", 11, "6 6 6 6 6 6 6 6 6 6 7")]
    [TestCase("0", "0.3", 3, "6 6 7")]
    public void Of_FloatsAroundEdges_IsNumPys(string low, string high, int bins, string expected) => Compare<float>(low, high, bins, expected);

    [TestCase("0.9", "1.1", 10, "6 7 6 6 5 6 6 6 6 7")]
    [TestCase("-7", "7", 40, "6 6 6 6 6 6 4 8 6 6 4 6 8 4 8 4 6 6 6 8 4 6 6 6 8 4 6 6 6 8 4 6 6 6 8 6 4 6 6 9")]
    [TestCase("0", "1", 15, "6 6 6 6 6 6 6 6 6 6 6 6 6 6 7")]
    [TestCase("-0.3", "0.9", 12, "6 6 6 4 6 8 4 6 6 8 4 9")]
    [TestCase("1000.1", "1000.7", 6, "6 7 6 5 6 7")]
    [TestCase("-2.2", "-1.1", 11, "6 6 4 6 6 8 6 4 6 6 9")]
    [TestCase("0", "0.3", 3, "4 6 9")]
    public void Of_DoublesAroundEdges_IsNumPys(string low, string high, int bins, string expected) => Compare<double>(low, high, bins, expected);

    private static void Compare<T>(string low, string high, int bins, string expected) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (from, to) = (decimal.Parse(low, CultureInfo.InvariantCulture), decimal.Parse(high, CultureInfo.InvariantCulture));
        T[] values = [.. AroundEdges<T>(from, to, bins)];
        var histogram = new Histogram(bins, (double)from, (double)to);
        histogram.Add<T>(values);
        Assert.That(string.Join(" ", histogram.Counts.ToArray()), Is.EqualTo(expected));
        var (axis, counts, lanes) = (new BinAxis((double)from, (double)to, bins), new int[bins], new T[values.Length * Lanes.Count]);
        for (int i = 0; i < values.Length; i++) lanes[i * Lanes.Count] = values[i];
        for (int pixel = 0; pixel < values.Length; pixel += BinCounter.MostPixels)
            BinCounter.Count<Scratch.Kernels.Simd.Simd256<T>, T>(lanes.AsSpan(pixel * Lanes.Count, Math.Min(BinCounter.MostPixels,
                values.Length - pixel) * Lanes.Count), 1, axis, counts);
        Assert.That(string.Join(" ", counts), Is.EqualTo(expected), "of telemetry");
    }

    // The two usual histograms are counted many numbers at a time, the lesson's by the product alone.
    [TestCase(0, 10, 40, true)]
    [TestCase(-7, 7, 40, false)]
    [TestCase(0.9, 1.1, 10, false)]
    [TestCase(-1e6, 1e6, 130, false)]
    public void Floats_UsualBins_AreThere(double low, double high, int bins, bool byProductAlone) =>
        Assert.That(new BinAxis(low, high, bins).Floats is { } floats && (floats.Above is null || !byProductAlone));

    [Test]
    public void Floats_BinsThatFloatsCannotTellApart_AreNot() => Assert.That(new BinAxis(1, 1 + 1e-7, 10).Floats, Is.Null);

    // Of 15 bins from 0 to 1 the fourth begins at 0.2: 0.2 itself is sure by 0.2 and always wrong, the number before it never.
    [Test]
    public void ExpectedCalibrationError_ProbabilityAtAnEdge_BelongsToTheBinAboveIt()
    {
        var probabilities = new Scratch.Tensors.Tensor<double>(new(2, 1), [0.2, Math.BitDecrement(0.2)]);
        Assert.That(TemperatureScaling.ExpectedCalibrationError(probabilities, new(new(2, 1), [1, 0])), Is.EqualTo((0.8 + 0.2) / 2).Within(1e-12));
        probabilities.Span[1] = double.NaN;
        Assert.That(TemperatureScaling.ExpectedCalibrationError(probabilities, new(new(2, 1), [1, 0])), Is.NaN);
    }
}
