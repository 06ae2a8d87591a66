namespace Scratch.Tests.Support;

/// <summary>How far a number may be from what is expected: relative · |expected| + absolute, or relative · the largest |expected| of its
/// tensor.</summary>
/// <param name="Relative">The share of the magnitude.</param>
/// <param name="Absolute">What is allowed besides.</param>
/// <param name="OfLargest">Whether the magnitude is the tensor's largest, not the element's own.</param>
public readonly record struct Tolerance(double Relative, double Absolute, bool OfLargest = false)
{
    private const double FloatRounding = 1.0 / (1 << 24);                   // half a unit in the last place, relative
    private const double SmallestFloatRounding = float.Epsilon / 2.0;       // half the smallest subnormal

    /// <summary>2^-53 / 2^-24, of double's and float's units in the last place.</summary>
    public const double DoubleOverFloat = 1.0 / (1 << 29);

    /// <summary>Nothing: the very same value.</summary>
    public static Tolerance Exact => default;

    /// <summary>FORMAT.md's rule S: |got - ref| ≤ t · max|ref|, the maximum over the tensor.</summary>
    public static Tolerance S(double t) => new(t, 0, OfLargest: true);

    /// <summary>FORMAT.md's rule E: |got - ref| ≤ r · |ref| + a.</summary>
    public static Tolerance E(double r, double a) => new(r, a);

    /// <summary>What the gap may be for one element.</summary>
    /// <param name="expected">Its expected value.</param>
    /// <param name="largest">The largest magnitude expected in its tensor.</param>
    public double Allowed(double expected, double largest) => Relative * (OfLargest ? largest : Math.Abs(expected)) + Absolute;

    /// <summary>The same rule for the same source run in double, against expected values that were rounded to float32.</summary>
    /// <remarks>
    /// What float is allowed shrinks by 2^-29, the ratio of the two precisions; the one rounding of the expected value, 2^-24 of it, is added. About
    /// 6e-8 whatever the rule, so a constant that is right in float only would show.
    /// </remarks>
    public Tolerance InDouble() =>
        this == Exact ? Exact : this with { Relative = Relative * DoubleOverFloat + FloatRounding, Absolute = Absolute * DoubleOverFloat
            + SmallestFloatRounding };
}
