using NUnit.Framework;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Tests.Data;

public sealed class NormalizationTests
{
    [Test]
    public void Of_FourPixels_IsWhatAPencilSays()
    {
        // 0, 51, 102, 255 are 0, 0.2, 0.4, 1: mean 0.4, squares 0.16 + 0.04 + 0 + 0.36 = 0.56, over 3.
        var measured = Normalization.Of(new Dataset(new Shape(1, 2, 2), new byte[] { 0, 51, 102, 255 }, new int[1]));
        Assert.That(measured.Mean, Is.EqualTo(0.4).Within(1e-15));
        Assert.That(measured.StandardDeviation, Is.EqualTo(Math.Sqrt(0.56 / 3)).Within(1e-15));
    }

    [Test]
    public void Of_EqualPixels_SaysSo()
    {
        byte[] pixels = new byte[8];
        Array.Fill(pixels, (byte)7);
        var constant = new Dataset(new Shape(2, 2, 2), pixels, new int[2]);
        Assert.That(() => Normalization.Of(constant), Throws.TypeOf<ArgumentException>()
            .With.Message.Contains("the 8 pixels of 2 images [1, 2, 2], 1 classes do not differ"));
    }

    [Test]
    public void Of_NoImage_Throws() =>
        Assert.That(() => Normalization.Of(new Dataset(new Shape(0, 2, 2), default, Array.Empty<int>())), Throws.TypeOf<ArgumentException>());

    [TestCase(0.1, 0)]
    [TestCase(0.1, -1)]
    [TestCase(0.1, double.NaN)]
    [TestCase(double.PositiveInfinity, 1)]
    public void Table_NoDivision_Throws(double mean, double deviation) =>
        Assert.That(() => new Normalization(mean, deviation).Table<float>(),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("Normalization: "));

    [Test]
    public void Table_EveryValue_IsScaledThenShifted()
    {
        double[] table = new Normalization(0.25, 0.5).Table<double>();
        Assert.That(table, Is.EqualTo(Enumerable.Range(0, 256).Select(value => (value / 255.0 - 0.25) / 0.5).ToArray()));
    }
}
