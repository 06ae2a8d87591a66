using NUnit.Framework;

namespace Scratch.Tests.Kernels;

/// <summary>Scalar products that an adjoint pair of kernels makes equal.</summary>
public static class Products
{
    /// <summary>Both scalar products agree, to a tolerance times the larger sum of magnitudes.</summary>
    public static void AssertEqual((double[] Left, double[] Right) a, (double[] Left, double[] Right) b, double tolerance = 1e-12)
    {
        double gap = Math.Abs(Sum(a, x => x) - Sum(b, x => x)), magnitude = Math.Max(Sum(a, Math.Abs), Sum(b, Math.Abs));
        Assert.That(gap, Is.LessThanOrEqualTo(tolerance * magnitude));
    }

    private static double Sum((double[] Left, double[] Right) pair, Func<double, double> each)
    {
        Assert.That(pair.Left, Has.Length.EqualTo(pair.Right.Length));
        return pair.Left.Zip(pair.Right, (x, y) => each(x * y)).Sum();
    }
}
