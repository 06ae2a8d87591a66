using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

[EveryVector]
public sealed class MomentsTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static double Tolerance => typeof(T) == typeof(float) ? 1e-5 : 1e-11;

    [TestCase(1, 32, 0)]
    [TestCase(49, 32, 0)]
    [TestCase(49, 5, 0)]
    [TestCase(196, 1, 3)]
    [TestCase(196, 31, 1_000_000)]
    [TestCase(9, 7, -1_000_000)]
    public void OfLanes_FilledLanes_EqualTwoPassesInDouble(int pixels, int images, double mean)
    {
        T[] values = Values(pixels, images, mean);
        double[] filled = Filled(values, images);
        double expectedMean = mean + filled.Average(x => x - mean), distances = filled.Sum(x => (x - expectedMean) * (x - expectedMean));
        Moments actual = Moments.OfLanes<V, T>(new GuardedBuffer<T>(values).Span, images);
        Assert.That(actual.Count, Is.EqualTo(filled.Length));
        Assert.That(actual.Mean, Is.EqualTo(expectedMean).Within(Math.Max(Tolerance, 1e-15 * Math.Abs(mean))));
        Assert.That(actual.SquaredDistances, Is.EqualTo(distances).Within(Tolerance * distances));
    }

    [Test]
    public void OfLanes_EqualNumbers_HaveNoDistances()
    {
        var values = new T[7 * Lanes.Count];
        Array.Fill(values, T.CreateChecked(0.1f));
        Assert.That(Moments.OfLanes<V, T>(values, 5), Is.EqualTo(new Moments(35, 0.1f, 0)));
    }

    [Test]
    public void OfLanes_EmptyLanesOfNaN_AreNotRead()
    {
        T[] values = Values(9, 7, 2), spoilt = [.. values.Select((x, i) => i % Lanes.Count < 7 ? x : T.NaN)];
        Assert.That(Moments.OfLanes<V, T>(spoilt, 7), Is.EqualTo(Moments.OfLanes<V, T>(values, 7)));
    }

    [Test]
    public void OfLanes_NoPixels_IsNothing() => Assert.That(Moments.OfLanes<V, T>([], 3), Is.EqualTo(default(Moments)));

    [TestCase(0)]
    [TestCase(1_000_000)]
    public void With_TwoParts_EqualsOnePassOverBoth(double mean)
    {
        T[] values = Values(40, 9, mean);
        Moments whole = Moments.OfLanes<V, T>(values, 9);
        Moments parts = Moments.OfLanes<V, T>(values.AsSpan(0, 13 * Lanes.Count), 9).With(Moments.OfLanes<V, T>(values.AsSpan(13 * Lanes.Count), 9));
        Assert.That(parts.Count, Is.EqualTo(whole.Count));
        Assert.That(parts.Mean, Is.EqualTo(whole.Mean).Within(Math.Max(Tolerance, 1e-15 * mean)));
        Assert.That(parts.SquaredDistances, Is.EqualTo(whole.SquaredDistances).Within(Tolerance * whole.SquaredDistances));
    }

    [Test]
    public void With_Nothing_ChangesNothing()
    {
        var some = new Moments(3, 2, 5);
        Assert.That((some.With(default), default(Moments).With(some)), Is.EqualTo((some, some)));
    }

    [Test]
    public void With_TwoPairs_IsWhatAPencilSays()
    {
        // 1 3 has mean 2 and distances 1 + 1; 6 10 has mean 8 and 4 + 4. Together 1 3 6 10: mean 5, 16 + 4 + 1 + 25 = 46; variances 46/4, 46/3.
        Moments both = new Moments(2, 2, 2).With(new(2, 8, 8));
        Assert.That((both.Count, both.Mean, both.SquaredDistances), Is.EqualTo((4.0, 5.0, 46.0)));
        Assert.That((both.BiasedVariance, both.UnbiasedVariance), Is.EqualTo((11.5, 46.0 / 3)));
    }

    [Test]
    public void UnbiasedVariance_OneNumber_IsNaN() => Assert.That(new Moments(1, 5, 0).UnbiasedVariance, Is.NaN);

    [TestCase(1, 32)]
    [TestCase(49, 5)]
    [TestCase(196, 31)]
    public void ProductOfLanes_FilledLanes_EqualsPlainSums(int pixels, int images)
    {
        T[] a = RandomTensors.Values<T>(pixels * Lanes.Count, 1), b = Values(pixels, images, 3);
        double[] x = Filled(a, images), y = [.. Filled(b, images).Select(v => v - 2.5)];
        (double sum, double product) = Moments.ProductOfLanes<V, T>(a, b, T.CreateChecked(2.5), images);
        Assert.That(sum, Is.EqualTo(x.Sum()).Within(Tolerance * x.Sum(Math.Abs)));
        Assert.That(product, Is.EqualTo(x.Zip(y, (p, q) => p * q).Sum()).Within(Tolerance * x.Zip(y, (p, q) => Math.Abs(p * q)).Sum()));
    }

    [Test]
    public void ProductOfLanes_AfterAnActivation_TakesTheGradientBack([Values(1, 5, 600)] int pixels, [Values] bool fromOutput, [Values] bool writes,
        [Values("Relu", "LeakyRelu", "Relu6", "Tanh")] string kind)
    {
        var activation = new Activation<T>(Enum.Parse<ActivationKind>(kind), T.CreateChecked(0.25));
        var line = new NormLine<T>(T.CreateChecked(2.5), T.CreateChecked(3), T.CreateChecked(-0.5));
        T[] b = Values(pixels, 31, 3), a = RandomTensors.Values<T>(b.Length, 2), output = new T[b.Length], before = new T[b.Length],
            to = new T[b.Length];
        BatchNormLanes.Forward<V, T>(b, line, [], activation, output);
        Elementwise.ActivateBackward<V, T>(activation, output, a, before);
        var expected = Moments.ProductOfLanes<V, T>(before, b, line.Mean, 31);
        Assert.That(Moments.ProductOfLanes<V, T>(activation, a, b, line, 31, fromOutput ? output : [], writes ? to : []), Is.EqualTo(expected));
        if (writes) Assert.That(to, Is.EqualTo(before));
    }

    // Uniform with deviation 1 around the mean, rounded to T; all lanes filled, so that an empty one that is read shows.
    private static T[] Values(int pixels, int images, double mean)
    {
        T[] values = RandomTensors.Values<T>(pixels * Lanes.Count, pixels + images, -1.7, 1.7);
        return Array.ConvertAll(values, x => x + T.CreateChecked(mean));
    }

    private static double[] Filled(T[] values, int images) => [.. RandomTensors.ToDouble<T>(values).Where((_, i) => i % Lanes.Count < images)];
}
