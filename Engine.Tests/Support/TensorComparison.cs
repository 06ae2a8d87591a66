using System.Globalization;
using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>How far numbers are from what they should be: the worst element, and how many are too far.</summary>
/// <remarks>
/// The gap of an element is measured in double. A NaN where none is expected, or none where one is, is infinitely far; so is a difference where
/// nothing is allowed. Equal infinities, and 0 and -0, are equal.
/// </remarks>
/// <param name="Share">How much of what is allowed the worst element uses: at most 1 if all are close.</param>
/// <param name="TooFar">Elements above 1.</param>
/// <param name="Report">The worst element: index by axis, both values, gap.</param>
public readonly record struct TensorComparison(double Share, int TooFar, string Report)
{
    /// <summary>Whether every element is close enough.</summary>
    public bool IsClose => TooFar == 0;

    /// <summary>Compares element by element.</summary>
    /// <param name="actual">[shape].</param>
    /// <param name="expected">[shape].</param>
    /// <param name="shape">How to read both.</param>
    /// <param name="tolerance">How large the gap may be.</param>
    public static TensorComparison Of<T>(ReadOnlySpan<T> actual, ReadOnlySpan<T> expected, Shape shape, Tolerance tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (actual.Length != shape.Length || expected.Length != shape.Length)
            return new(double.PositiveInfinity, int.MaxValue,
                $"{actual.Length} actual and {expected.Length} expected values do not fill shape {shape}.");
        double largest = Largest(expected), worst = -1;
        int at = -1, tooFar = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            double share = ShareOf(double.CreateTruncating(actual[i]), double.CreateTruncating(expected[i]), largest, tolerance);
            if (share > 1) tooFar++;
            if (share > worst) (worst, at) = (share, i);
        }
        return at < 0 ? new(0, 0, $"{shape} holds nothing.") : new(worst, tooFar, Describe(actual[at], expected[at], at, shape, largest, tolerance,
            tooFar));
    }

    private static double ShareOf(double actual, double expected, double largest, Tolerance tolerance)
    {
        if (actual == expected || (double.IsNaN(actual) && double.IsNaN(expected))) return 0;
        double share = Math.Abs(actual - expected) / tolerance.Allowed(expected, largest);
        return double.IsNaN(share) ? double.PositiveInfinity : share;
    }

    private static double Largest<T>(ReadOnlySpan<T> values) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double largest = 0;
        foreach (T value in values)
            if (T.IsFinite(value)) largest = Math.Max(largest, Math.Abs(double.CreateTruncating(value)));
        return largest;
    }

    private static string Describe<T>(T actual, T expected, int position, Shape shape, double largest, Tolerance tolerance, int tooFar)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double wanted = double.CreateTruncating(expected), gap = Math.Abs(double.CreateTruncating(actual) - wanted);
        string where = string.Join(", ", Indices(position, shape));
        return string.Create(CultureInfo.InvariantCulture, $"{tooFar} of {shape.Length} elements of {shape} are too far. ")
            + string.Create(CultureInfo.InvariantCulture,
                $"The worst at [{where}]: actual {actual}, expected {expected}, gap {gap:g3}, allowed {tolerance.Allowed(wanted, largest):g3}.");
    }

    private static int[] Indices(int position, Shape shape)
    {
        int[] indices = new int[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; axis--) (position, indices[axis]) = Math.DivRem(position, shape[axis]);
        return indices;
    }
}
