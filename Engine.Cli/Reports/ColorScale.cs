namespace Scratch.Cli.Reports;

/// <summary>256 colours for numbers, to be told apart with any kind of sight.</summary>
internal static class ColorScale
{
    private const int Levels = 256;

    /// <summary>From dark violet over green to yellow: more is lighter. [256, 3].</summary>
    /// <remarks>Viridis, by the polynomials of M. Zucker (shadertoy.com/view/WlfXRN) through the table of S. van der Walt and N. Smith.</remarks>
    public static byte[] Viridis { get; } = Table(t =>
    [
        Polynomial(t, 0.2777273, 0.1050930, -0.3308618, -4.6342305, 6.2282699, 4.7763850, -5.4354559),
        Polynomial(t, 0.0054073, 1.4046135, 0.2148476, -5.7991010, 14.1799334, -13.7451454, 4.6458526),
        Polynomial(t, 0.3340998, 1.3845902, 0.0950952, -19.3324410, 56.6905526, -65.3530326, 26.3124352),
    ]);

    /// <summary>From blue over nearly white, in the middle, to orange: below and above zero. [256, 3].</summary>
    public static byte[] Diverging { get; } = Table(t =>
    {
        double[] end = t < 0.5 ? [0.02, 0.33, 0.62] : [0.75, 0.33, 0.02];
        double share = Math.Pow(Math.Abs(2 * t - 1), 0.8);
        return [.. end.Select(part => 0.96 + (part - 0.96) * share)];
    });

    private static double Polynomial(double t, params ReadOnlySpan<double> factors)
    {
        double sum = 0;
        for (int i = factors.Length - 1; i >= 0; i--) sum = sum * t + factors[i];
        return sum;
    }

    private static byte[] Table(Func<double, double[]> of) => [.. Enumerable.Range(0, Levels).SelectMany(level => of(level / (Levels - 1.0)))
        .Select(part => (byte)Math.Clamp(Math.Round(part * byte.MaxValue), 0, byte.MaxValue))];
}
