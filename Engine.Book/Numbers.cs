using System.Globalization;

namespace Scratch.Book;

/// <summary>How the book writes numbers: the same on every machine.</summary>
internal static class Numbers
{
    private const int GroupedFrom = 10_000;                                  // the lesson writes 1240 and 15,496

    /// <summary>A count.</summary>
    public static string Grouped(long value) => value.ToString(Math.Abs(value) < GroupedFrom ? "0" : "#,0", CultureInfo.InvariantCulture);

    /// <summary>With so many digits behind the point, a true minus sign, and no minus before zero.</summary>
    public static string Fixed(double value, int digits)
    {
        string text = value.ToString($"F{digits}", CultureInfo.InvariantCulture);
        if (text.Trim('-', '0', '.').Length == 0) text = text.TrimStart('-');
        return text.Replace('-', '−');
    }

    /// <summary>A whole number with a true minus sign.</summary>
    public static string Whole(double value) => Fixed(value, 0);

    /// <summary>A share as percents; no line ends before the sign.</summary>
    public static string Percent(double share, int digits = 1) => $"{Fixed(100 * share, digits)}\u00a0%";

    /// <summary>A number of three significant digits: 13.4, 0.211, 42.4.</summary>
    public static string Short(double value)
    {
        double size = Math.Abs(value);
        return Fixed(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3);
    }
}
