using System.Globalization;

namespace Scratch.Cli.Reports;

/// <summary>Round numbers along an axis, and how they are written.</summary>
internal static class Ticks
{
    private static readonly double[] _steps = [1, 2, 2.5, 5, 10];

    /// <summary>Multiples of 1, 2, 2.5 or 5 times a power of ten within a range: about so many, never none where the range holds one.</summary>
    public static double[] Linear(double low, double high, int about)
    {
        if (!(high > low)) return [low];
        double raw = (high - low) / about, power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double step = _steps.First(factor => factor * power >= raw * (1 - 1e-9)) * power;
        double first = Math.Ceiling(low / step - 1e-9), last = Math.Floor(high / step + 1e-9);
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
    }

    /// <summary>Powers of ten within a range; every so many of them where there are more than fit.</summary>
    public static double[] Logarithmic(double low, double high, int about)
    {
        int first = (int)Math.Ceiling(Math.Log10(low) - 1e-9), last = (int)Math.Floor(Math.Log10(high) + 1e-9);
        int stride = Math.Max(1, (last - first) / Math.Max(about, 1));
        return [.. Enumerable.Range(0, Math.Max(last - first + 1, 0)).Where(i => i % stride == 0).Select(i => Math.Pow(10, first + i))];
    }

    /// <summary>A number with as few digits as it needs: 0.25, 1,500, 10k, 2M, 1e-5.</summary>
    public static string Text(double number)
    {
        double size = Math.Abs(number);
        if (size == 0) return "0";
        if (size >= 1e6) return $"{Digits(number / 1e6)}M";
        if (size >= 1e4) return $"{Digits(number / 1e3)}k";
        if (size < 1e-3) return number.ToString("0.##e0", CultureInfo.InvariantCulture);
        return Digits(number);
    }

    private static string Digits(double number) => Math.Round(number, 6).ToString("#,0.######", CultureInfo.InvariantCulture);
}
