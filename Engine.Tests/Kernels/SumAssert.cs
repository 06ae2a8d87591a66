using System.Numerics;
using NUnit.Framework;

namespace Scratch.Tests.Kernels;

/// <summary>Compares sums of many terms: their rounding errors are small against the summed magnitudes of the terms, not against the sum.</summary>
public static class SumAssert
{
    /// <summary>What a sum in this precision may be off by, relative to its summed magnitudes.</summary>
    public static double Tolerance<T>() => typeof(T) == typeof(float) ? 1e-6 : 1e-12;

    /// <summary>These very numbers, as worked out by hand.</summary>
    public static void Exactly<T>(T[] actual, params T[] expected) => Assert.That(actual, Is.EqualTo(expected));

    /// <summary>Every number within the tolerance of T; the worst one is named.</summary>
    /// <param name="actual">Sums in T.</param>
    /// <param name="expected">The same in double.</param>
    /// <param name="magnitudes">For each the sum of its terms' magnitudes.</param>
    public static void Close<T>(ReadOnlySpan<T> actual, double[] expected, double[] magnitudes) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Assert.That(actual.Length, Is.EqualTo(expected.Length));
        int worst = -1;
        double excess = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            double gap = Math.Abs(double.CreateChecked(actual[i]) - expected[i]), allowed = Tolerance<T>() * magnitudes[i];
            if (gap <= allowed) continue;                                    // a NaN does not continue
            if (double.IsNaN(gap)) (worst, excess) = (i, double.NaN);
            else if (!double.IsNaN(excess) && gap - allowed > excess) (worst, excess) = (i, gap - allowed);
        }
        if (worst >= 0)
            Assert.Fail(
                $"element {worst} of {expected.Length}: is {actual[worst]}, expected {expected[worst]}, summed magnitudes {magnitudes[worst]}");
    }
}
