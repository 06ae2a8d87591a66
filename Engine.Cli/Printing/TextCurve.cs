using System.Globalization;

namespace Scratch.Cli;

/// <summary>Draws a curve with letters: each is two dots wide and four high.</summary>
/// <remarks>The dots are those of Braille, U+2800 to U+28FF.</remarks>
internal static class TextCurve
{
    private const int DotsWide = 2, DotsHigh = 4, LabelWidth = 9;
    private const char NoDots = '\u2800';

    private static readonly int[,] _bits = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    /// <summary>The lines of the picture: values upwards, over a logarithmic axis with a mark.</summary>
    /// <param name="x">Rising, above 0.</param>
    /// <param name="y">As many; what is not finite or above <paramref name="most"/> is left out.</param>
    /// <param name="most">The highest value to show.</param>
    /// <param name="mark">A place on the axis to point to.</param>
    /// <param name="columns">Letters of a line, with labels.</param>
    /// <param name="rows">Lines of the curve.</param>
    public static IReadOnlyList<string> Lines(IReadOnlyList<double> x, IReadOnlyList<double> y, double most, double mark, int columns, int rows)
    {
        int width = columns - LabelWidth - 1;
        double[] seen = [.. y.Where(value => value <= most)];
        double low = seen.DefaultIfEmpty(0).Min(), high = seen.DefaultIfEmpty(1).Max();
        int[,] dots = new int[rows, width];
        int Column(double at) => (int)Math.Round((width * DotsWide - 1) * (x[^1] > x[0] ? Math.Log(at / x[0]) / Math.Log(x[^1] / x[0]) : 0));
        for (int i = 0; i < x.Count; i++)
        {
            if (!(y[i] <= most)) continue;
            int column = Column(x[i]), row = (int)Math.Round((rows * DotsHigh - 1) * (high > low ? (high - y[i]) / (high - low) : 0));
            dots[row / DotsHigh, column / DotsWide] |= _bits[row % DotsHigh, column % DotsWide];
        }
        List<string> lines = [];
        for (int row = 0; row < rows; row++)
        {
            string label = row == 0 ? Number(high) : row == rows - 1 ? Number(low) : "";
            lines.Add($"{label,LabelWidth}│{string.Concat(Enumerable.Range(0, width).Select(column => (char)(NoDots + dots[row, column])))}");
        }
        lines.Add($"{"",LabelWidth}└{new string('─', width)}");
        string first = Rate(x[0]), last = Rate(x[^1]), name = Rate(mark);
        int place = Column(Math.Clamp(mark, x[0], x[^1])) / DotsWide;
        lines.Add($"{"",LabelWidth} {(place + name.Length + 2 <= width ? $"{"".PadRight(place)}▲ {name}" : $"{$"{name} ▲".PadLeft(place + 1)}")}");
        lines.Add($"{"",LabelWidth} {first}{last.PadLeft(Math.Max(width - first.Length, 0))}");
        return lines;
    }

    private static string Number(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    private static string Rate(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}
