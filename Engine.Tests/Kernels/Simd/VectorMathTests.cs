using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels.Simd;

/// <summary>The functions without an instruction, in units in the last place from the platform's, or from a series of our own.</summary>
[EveryVector(Pairs = true)]
public sealed class VectorMathTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [Test]
    public void Abs_EveryKindOfNumber_IsTheScalarOne() => WithinUlps(VectorMath.Abs<V, T>, Math.Abs, 0);

    [Test]
    public void Tanh_EveryKindOfNumber_IsWithinFourUlps() => WithinUlps(VectorMath.Tanh<V, T>, Math.Tanh, 4);

    [Test]
    public void Erf_EveryKindOfNumber_IsWithinFourUlps() => WithinUlps(VectorMath.Erf<V, T>, Erf, 4);

    // exp(-x) overflows where the result would be subnormal: 0 then, which is that near.
    [Test]
    public void Sigmoid_EveryKindOfNumber_IsWithinFourUlps() => WithinUlps(VectorMath.Sigmoid<V, T>, x => 1 / (1 + Math.Exp(-x)), 4,
        above: typeof(T) == typeof(float) ? -87 : -708);

    // In exp(-x²) the square's half unit counts x² times: 64 of them at 8.
    [Test]
    public void Erfc_UpToEight_IsWithinAHundredUlps() => WithinUlps(VectorMath.Erfc<V, T>, Erfc, 100, below: 8);

    [Test]
    public void Erfc_BeyondEight_IsNearZero()
    {
        foreach (double x in new[] { 8.5, 9, 12, 26, 28, 100, 1000, 1e30 })
        {
            double actual = double.CreateChecked(At(VectorMath.Erfc<V, T>, T.CreateChecked(x)));
            Assert.That(actual, Is.EqualTo(Erfc(x)).Within(1e-4 * Erfc(x) + 1e-38), $"{x}");
        }
    }

    [Test]
    public void Every_EndsOfTheRange_AreExact()
    {
        T infinity = T.PositiveInfinity;
        Assert.That((At(VectorMath.Tanh<V, T>, infinity), At(VectorMath.Erf<V, T>, infinity), At(VectorMath.Erfc<V, T>, infinity),
            At(VectorMath.Sigmoid<V, T>, infinity)),
            Is.EqualTo((T.One, T.One, T.Zero, T.One)));
        Assert.That((At(VectorMath.Tanh<V, T>, -infinity), At(VectorMath.Erf<V, T>, -infinity), At(VectorMath.Erfc<V, T>, -infinity),
            At(VectorMath.Sigmoid<V, T>, -infinity)),
            Is.EqualTo((-T.One, -T.One, T.One + T.One, T.Zero)));
    }

    [Test]
    public void Every_NaN_StaysNaN() => Assert.That(new[] { At(VectorMath.Tanh<V, T>, T.NaN), At(VectorMath.Erf<V, T>, T.NaN),
        At(VectorMath.Erfc<V, T>, T.NaN),
        At(VectorMath.Sigmoid<V, T>, T.NaN), At(VectorMath.Abs<V, T>, T.NaN) }, Has.All.NaN);

    [Test]
    public void TanhAndErf_NegativeZero_KeepItsSign() =>
        Assert.That(T.IsNegative(At(VectorMath.Tanh<V, T>, T.NegativeZero)) && T.IsNegative(At(VectorMath.Erf<V, T>, T.NegativeZero)));

    private static T At(Func<V, V> function, T x)
    {
        var numbers = new T[V.Count];
        V.Store(function(V.Splat(x)), numbers);
        return numbers[0];
    }

    // Around zero, in the middle, near the seams of the approximations and far out; subnormals, zeros and a thousand.
    private static IEnumerable<T> Numbers()
    {
        T[] special = [T.Zero, T.Epsilon, T.CreateChecked(1e-30), T.CreateChecked(0.625), T.BitIncrement(T.CreateChecked(0.625)), T.One,
            T.BitIncrement(T.One),
            T.CreateChecked(1000), T.CreateChecked(1e30)];
        return special.SelectMany(x => new[] { x, -x }).Concat(RandomTensors.Values<T>(400, 1, -1.5, 1.5)).Concat(RandomTensors.Values<T>(400, 2, -12,
            12))
            .Concat(RandomTensors.Values<T>(100, 3, -1000, 1000)).Concat(RandomTensors.Values<T>(100, 4, -1e-3, 1e-3));
    }

    private static void WithinUlps(Func<V, V> function, Func<double, double> scalar, double ulps, double above = double.NegativeInfinity,
        double below = double.PositiveInfinity)
    {
        foreach (T x in Numbers())
        {
            double at = double.CreateChecked(x), expected = scalar(at), actual = double.CreateChecked(At(function, x));
            if (!(at > above && at < below)) continue;
            T magnitude = T.Abs(T.CreateChecked(expected));
            double ulp = double.CreateChecked(T.BitIncrement(magnitude) - magnitude);
            Assert.That(Math.Abs(actual - expected) / ulp, Is.LessThanOrEqualTo(ulps), $"at {x}: {actual:R}, expected {expected:R}");
        }
    }

    private static double Erf(double x) => Math.Abs(x) < 1 ? Near(x) : Math.Sign(x) * (1 - Far(Math.Abs(x)));

    private static double Erfc(double x) => x < 0 ? 2 - Erfc(-x) : x < 0.5 ? 1 - Near(x) : Far(x);

    // 2/sqrt(pi) · exp(-x²) · sum of 2^n x^(2n+1) / (1·3·5···(2n+1)): all terms of one sign, nothing cancels. Up to 1, where exp(-x²) is exact
    // enough.
    private static double Near(double x)
    {
        double term = x, sum = x;
        for (int n = 1; n < 200; n++) sum += term *= 2 * x * x / (2 * n + 1);
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    // The continued fraction exp(-x²)/sqrt(pi) · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))), from its far end.
    private static double Far(double x)
    {
        double fraction = x;
        for (int n = 2000; n > 0; n--) fraction = x + n / 2.0 / fraction;
        double square = x * x, rest = Math.FusedMultiplyAdd(x, x, -square);
        return Math.Exp(-square) * (1 - rest) / Math.Sqrt(Math.PI) / fraction;
    }
}
