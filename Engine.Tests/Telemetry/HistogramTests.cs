using NUnit.Framework;
using Scratch.Telemetry;

namespace Scratch.Tests.Telemetry;

public sealed class HistogramTests
{
    [Test]
    public void Add_EdgesAndOutside_CountsAsHistc()
    {
        var histogram = new Histogram(4, -1, 1);
        histogram.Add<float>([-1, -0.75f, -0.5f, 0, 0.49f, 0.5f, 1, 1.01f, -1.01f, float.NaN, float.PositiveInfinity, float.NegativeInfinity]);
        Assert.That(histogram.Counts.ToArray(), Is.EqualTo(new long[] { 2, 1, 2, 2 }));
    }

    [Test]
    public void Add_Twice_AddsUp()
    {
        var histogram = new Histogram();
        histogram.Add<double>([0, 9.75]);
        histogram.Add<double>([0.1, 10]);
        Assert.That((histogram.Counts.Length, histogram.Counts[0], histogram.Counts[^1]), Is.EqualTo((40, 2, 2)));
    }

    [TestCase(0, 0.0, 1.0, "bins")]
    [TestCase(4, double.NaN, 1.0, "low")]
    [TestCase(4, 1.0, 1.0, "high")]
    [TestCase(4, 0.0, double.PositiveInfinity, "high")]
    public void Constructor_WrongNumber_ThrowsWithItsName(int bins, double low, double high, string name) =>
        Assert.That(Assert.Throws<ArgumentOutOfRangeException>(() => _ = new Histogram(bins, low, high))!.ParamName, Is.EqualTo(name));
}
