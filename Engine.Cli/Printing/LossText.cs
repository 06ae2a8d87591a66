using System.Globalization;

namespace Scratch.Cli;

/// <summary>A loss for people, in ten letters at most: a training that diverges has large ones.</summary>
internal static class LossText
{
    private const double Largest = 99_999;                                   // with four digits after the point

    /// <summary>The number.</summary>
    public static string Of(double loss) =>
        loss.ToString(Math.Abs(loss) < Largest || !double.IsFinite(loss) ? "F4" : "0.000E+00", CultureInfo.InvariantCulture);
}
