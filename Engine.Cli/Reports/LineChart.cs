using System.Globalization;
using System.Text;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

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

/// <summary>Lines over an axis, as an SVG that takes its colours from the page. OxyPlot draws them.</summary>
/// <param name="Title">What is said to who does not see it.</param>
/// <param name="X">What is to the right.</param>
/// <param name="Y">What is upwards.</param>
internal sealed record LineChart(string Title, string X, string Y)
{
    private const double Padding = 0.05, NearZero = 0.3, DotSize = 3;

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
        bool isWhole = Lines.All(line => line.X.All(double.IsInteger));
        var right = new LinearAxis { MinimumMajorStep = isWhole ? 1 : 0, AxislineStyle = LineStyle.Solid };
        double first = Lines.Where(line => line.X.Count > 0).Select(line => line.X[0]).DefaultIfEmpty().Min();
        double last = Lines.Where(line => line.X.Count > 0).Select(line => line.X[^1]).DefaultIfEmpty().Max();
        if (first < last) (right.Minimum, right.Maximum) = (first, last);    // also where lines end in what is no number
        Axis up = IsLogarithmic ? new LogarithmicAxis { PowerPadding = false } : new LinearAxis();
        (up.Minimum, up.Maximum) = (Range.Low ?? Floor(), Range.High ?? double.NaN);
        (up.MinimumPadding, up.MaximumPadding, up.MajorGridlineStyle) = (Padding, Padding, LineStyle.Solid);
        var plot = new Plot(Title, right, X, up, Y);
        up.MajorGridlineColor = plot.Color("grid");
        right.AxislineColor = plot.Color("axis");
        (right.ExtraGridlines, right.ExtraGridlineColor) = ([.. Marks], plot.Color("mark"));
        foreach (Line line in Lines) Add(plot, line);
        return plot.Svg();
    }

    /// <summary>Draws two that nobody sees: the first of a process takes longer than all others of a page together.</summary>
    public static void GetReady()
    {
        Line line = new("", "s0", [1, 2], [1, 2]) { HasMarks = true };
        foreach (bool isLogarithmic in new[] { false, true }) new LineChart("", "", "") { Lines = [line], IsLogarithmic = isLogarithmic }.Svg();
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

    // Where numbers come near to zero, as losses do, the axis begins there.
    private double Floor()
    {
        if (IsLogarithmic) return double.NaN;
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (Line line in Lines)
        {
            foreach (double y in line.Y)
                if (double.IsFinite(y)) (low, high) = (Math.Min(low, y), Math.Max(high, y));
        }
        return low >= 0 && low <= NearZero * (high - low) ? 0 : double.NaN;
    }

    private void Add(Plot plot, Line line)
    {
        string style = $"{line.Color}{(line.IsFaint ? " faint" : "")}{(line.IsDashed ? " dashed" : "")}";
        var series = new LineSeries { Color = plot.Color($"line {style}"), LineStyle = LineStyle.Solid, MinimumSegmentLength = 0 };
        OxyColor dot = plot.Color($"dot {line.Color}");
        var (low, high) = (Range.Low ?? double.MinValue, Range.High ?? double.MaxValue);
        for (int i = 0; i < line.Y.Count; i++)
        {
            bool shows = double.IsFinite(line.Y[i]) && (!IsLogarithmic || line.Y[i] > 0);
            var point = new DataPoint(line.X[i], shows ? Math.Clamp(line.Y[i], low, high) : double.NaN);
            series.Points.Add(point);
            if (!line.HasMarks || !shows) continue;
            plot.Model.Annotations.Add(new PointAnnotation
            {
                X = point.X, Y = point.Y, Size = DotSize, Fill = dot,
                ToolTip = string.Create(Inv, $"{line.Name} {Plot.NumberText(point.X)}: {line.Y[i]:G4}"),
            });
        }
        plot.Model.Series.Add(series);
    }
}
