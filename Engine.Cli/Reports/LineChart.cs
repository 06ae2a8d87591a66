using System.Globalization;
using System.Text;

namespace Scratch.Cli.Reports;

/// <summary>One line of a chart.</summary>
/// <param name="Name">What the legend calls it; empty: it is not in the legend.</param>
/// <param name="Color">A class of the style sheet: s0 to s7 for things that differ, d0 to d7 from first to last.</param>
/// <param name="X">Rising.</param>
/// <param name="Y">As many; what is not finite is a gap.</param>
internal sealed record Line(string Name, string Color, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>Whether it is only the background of another line.</summary>
    public bool IsFaint { get; init; }

    /// <summary>Whether it is broken into dashes.</summary>
    public bool IsDashed { get; init; }

    /// <summary>Whether its points are marked: there are few.</summary>
    public bool HasMarks { get; init; }

    /// <summary>At every so many steps from 0 on.</summary>
    public static Line OfSteps(string name, string color, IReadOnlyList<float> values, long every) =>
        new(name, color, [.. values.Select((_, i) => (double)i * every)], [.. values.Select(value => (double)value)]);

    /// <summary>The same, smoothed: each point the mean of those before, a tenth as heavy every so many points further back.</summary>
    /// <param name="points">How many points the smoothing spans, about.</param>
    public Line Smoothed(int points)
    {
        double keep = 1 - 1.0 / Math.Max(points, 1), sum = 0, weight = 0;
        double[] smooth = new double[Y.Count];
        for (int i = 0; i < smooth.Length; i++)
        {
            if (double.IsFinite(Y[i])) (sum, weight) = (keep * sum + (1 - keep) * Y[i], keep * weight + (1 - keep));
            smooth[i] = weight == 0 ? double.NaN : sum / weight;
        }
        return this with { Y = smooth };
    }
}

/// <summary>Lines over an axis, as an SVG that takes its colours from the page.</summary>
/// <remarks>
/// Drawn here and not by a plotting library: OxyPlot 2.2, compiled ahead of time, takes two to three times as long for the charts of one report, and
/// colours that follow light and dark would have to be put into its output afterwards (docs/report.md has the figures).
/// </remarks>
/// <param name="Title">What is said to who does not see it.</param>
/// <param name="X">What is to the right.</param>
/// <param name="Y">What is upwards.</param>
internal sealed record LineChart(string Title, string X, string Y)
{
    private const double Width = 420, Height = 242, Left = 46, Right = 10, Top = 26, Bottom = 38;
    private const double PlotWidth = Width - Left - Right, PlotHeight = Height - Top - Bottom;

    /// <summary>The lines, the last on top.</summary>
    public required IReadOnlyList<Line> Lines { get; init; }

    /// <summary>Whether upwards each power of ten takes as much room.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>The lowest and highest numbers upwards, where the data should not say.</summary>
    public (double? Low, double? High) Range { get; init; }

    /// <summary>Where epochs end, on the axis to the right.</summary>
    public IReadOnlyList<double> Marks { get; init; } = [];

    /// <summary>The picture.</summary>
    public string Svg()
    {
        var text = new StringBuilder();
        var (low, high) = YRange();
        var (first, last) = XRange();
        double ToX(double x) => Left + (last > first ? (x - first) / (last - first) : 0.5) * PlotWidth;
        double ToY(double y) => Top + (1 - (IsLogarithmic ? Math.Log10(y / low) / Math.Log10(high / low) : (y - low) / (high - low))) * PlotHeight;

        text.Append(Inv, $"""<svg viewBox="0 0 {Width:0} {Height:0}" role="img" aria-label="{Html.Text(Title)}"><g class="grid">""");
        double[] rows = IsLogarithmic ? Ticks.Logarithmic(low, high, 5) : Ticks.Linear(low, high, 5);
        foreach (double y in rows) text.Append(Inv, $"""<path d="M{Left:0} {ToY(y):0.#}h{PlotWidth:0}"/>""");
        foreach (double x in Marks.Where(x => x > first && x < last)) text.Append(Inv,
            $"""<path class="mark" d="M{ToX(x):0.#} {Top:0}v{PlotHeight:0}"/>""");
        text.Append("""</g><g class="tick">""");
        foreach (double y in rows) text.Append(Inv, $"""<text x="{Left - 6:0}" y="{ToY(y) + 4:0.#}" class="end">{Ticks.Text(y)}</text>""");
        foreach (double x in Ticks.Linear(first, last, 5).Where(x => IsWholeOrWide(x, last - first)))
            text.Append(Inv, $"""<text x="{ToX(x):0.#}" y="{Height - Bottom + 16:0}" class="mid">{Ticks.Text(x)}</text>""");
        text.Append(Inv, $"""<text x="{Left + PlotWidth / 2:0}" y="{Height - 5:0}" class="mid name">{Html.Text(X)}</text>""");
        text.Append(Inv, $"""<text x="0" y="11" class="name">{Html.Text(Y)}</text></g>""");
        text.Append(Inv, $"""<path class="axis" d="M{Left:0} {Height - Bottom:0}h{PlotWidth:0}"/>""");
        foreach (Line line in Lines) Draw(text, line, ToX, ToY, low, high);
        return text.Append("</svg>").ToString();
    }

    /// <summary>What the lines are called, for above the picture.</summary>
    public string Legend()
    {
        Line[] named = [.. Lines.Where(line => line.Name.Length > 0)];
        if (named.Length < 2) return "";
        var text = new StringBuilder("""<ul class="legend">""");
        foreach (Line line in named)
            text.Append(Inv, $"""<li><i class="{line.Color}{(line.IsDashed ? " broken" : "")}"></i>{Html.Text(line.Name)}</li>""");
        return text.Append("</ul>").ToString();
    }

    private static CultureInfo Inv => CultureInfo.InvariantCulture;

    private static bool IsWholeOrWide(double x, double span) => span < 1 || Math.Abs(x - Math.Round(x)) < 1e-9;

    private IEnumerable<double> Finite => Lines.SelectMany(line => line.Y).Where(y => double.IsFinite(y) && (!IsLogarithmic || y > 0));

    private (double Low, double High) YRange()
    {
        double low = Range.Low ?? Finite.DefaultIfEmpty(0).Min(), high = Range.High ?? Finite.DefaultIfEmpty(1).Max();
        if (IsLogarithmic)
        {
            if (!(low > 0)) (low, high) = (0.1, 1);                          // there is nothing to show
            (low, high) = (Math.Pow(10, Math.Floor(Math.Log10(low) * 4) / 4), Math.Pow(10, Math.Ceiling(Math.Log10(high) * 4) / 4));
            return high > low ? (low, high) : (low / 2, high * 2);
        }
        double room = high > low ? 0.05 * (high - low) : Math.Max(Math.Abs(high) * 0.1, 1e-3);
        return (Range.Low ?? (low >= 0 && low - room < 0.25 * (high - low) ? 0 : low - room), Range.High ?? high + room);
    }

    private (double First, double Last) XRange()
    {
        IEnumerable<double> all = Lines.SelectMany(line => line.X);
        return (all.DefaultIfEmpty(0).Min(), all.DefaultIfEmpty(1).Max());
    }

    private static void Draw(StringBuilder text, Line line, Func<double, double> toX, Func<double, double> toY, double low, double high)
    {
        string style = $"line {line.Color}{(line.IsFaint ? " faint" : "")}{(line.IsDashed ? " dashed" : "")}";
        text.Append(Inv, $"<path class=\"{style}\" d=\"");
        bool pen = false;
        for (int i = 0; i < line.Y.Count; i++)
        {
            double y = line.Y[i];
            bool shows = double.IsFinite(y) && (low <= 0 || y > 0);
            if (shows) text.Append(Inv, $"{(pen ? 'L' : 'M')}{toX(line.X[i]):0.#} {toY(Math.Clamp(y, low, high)):0.#}");
            pen = shows;
        }
        text.Append("\"/>");
        for (int i = 0; i < line.Y.Count && line.HasMarks; i++)
        {
            if (!double.IsFinite(line.Y[i])) continue;
            text.Append(Inv, $"""<circle class="dot {line.Color}" cx="{toX(line.X[i]):0.#}" cy="{toY(Math.Clamp(line.Y[i], low, high)):0.#}" """
                + $"""r="3">""");
            text.Append(Inv, $"<title>{Html.Text(line.Name)} {Ticks.Text(line.X[i])}: {line.Y[i]:G4}</title></circle>");
        }
    }
}
