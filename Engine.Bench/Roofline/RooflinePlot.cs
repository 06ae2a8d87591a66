using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;
using Scratch.Kernels.Simd;
using Scratch.Measuring;

namespace Scratch.Bench.Roofline;

/// <summary>Draws every convolution and matrix product of <c>scratch bench</c> under this machine's two bounds, on one thread.</summary>
/// <remarks>
/// To the right: operations for each byte that must be moved at least once. Upwards: operations in a second. A kernel cannot pass the slope (the
/// bytes come no faster) nor the ceiling (the sums go no faster), but for those that need fewer sums (Winograd). Both axes are logarithmic.
/// Source: Williams, Waterman and Patterson, "Roofline: an insightful visual performance model", 2009.
/// </remarks>
internal static class RooflinePlot
{
    private const int Memory = 16 << 20, SecondCache = 32 << 10;             // floats of each array; three of them are moved
    private const double Left = 1, Right = 1024, Bottom = 8, Top = 1024;
    private const double Names = 30, Bend = 42, NameWidth = 0.16;            // where names begin; where lines to them bend; octaves that one takes

    private static readonly (string Ending, string Name, OxyColor Color, MarkerType Shape, char Sign)[] _kinds =
    [
        ("/forward", "forward", OxyColors.RoyalBlue, MarkerType.Circle, '●'),
        ("/backward-input", "gradient of the input", OxyColors.DarkOrange, MarkerType.Triangle, '▲'),
        ("/backward-weight", "gradient of the weights", OxyColors.SeaGreen, MarkerType.Square, '■'),
        ("", "matrix product", OxyColors.Black, MarkerType.Diamond, '◆'),
    ];

    /// <summary>Measures, writes the picture and prints the figures; returns the exit code.</summary>
    /// <param name="file">An SVG file, replaced.</param>
    /// <param name="seconds">For how long to time each case, about.</param>
    public static int Draw(string file, double seconds)
    {
        double peak = ProcessorPeak.Measure(1), memory = MemoryBandwidth.Measure(1, Memory), cache = MemoryBandwidth.Measure(1, SecondCache);
        Console.WriteLine($"peak {peak:F0} GFLOP/s, memory {memory:F1} GB/s, second cache {cache:F0} GB/s; {Processor.Description}");
        var points = new List<Point>();
        foreach (BenchmarkCase which in BenchmarkCatalog.All.Where(which => which.Bytes > 0))
        {
            BenchmarkResult result = which.Measure(1, seconds);
            double intensity = result.Gflops * 1e9 * result.Median / which.Bytes;
            points.Add(new(which.Name, intensity, result.Gflops));
            Console.WriteLine($"{which.Name,-32} {intensity,7:F1} operations/byte {result.Gflops,7:F1} GFLOP/s");
        }
        PlotModel plot = Empty($"One thread against the bounds of the machine: {peak:F0} GFLOP/s, {memory:F0} GB/s");
        AddRoof(plot, peak, memory, "memory");
        AddRoof(plot, peak, cache, "second cache");
        AddPoints(plot, points);
        using (FileStream stream = File.Create(file)) new SvgExporter { Width = 1100, Height = 640, UseVerticalTextAlignmentWorkaround =
            true }.Export(plot, stream);
        Console.WriteLine($"wrote {file}");
        return 0;
    }

    private sealed record Point(string Name, double Intensity, double Gflops);

    private static PlotModel Empty(string title)
    {
        var plot = new PlotModel { Title = title, TitleFontSize = 16, TitleFontWeight = FontWeights.Normal, DefaultFont = "Arial", Background =
            OxyColors.White };
        plot.Axes.Add(Logarithmic(AxisPosition.Bottom, Left, Right, "operations for each byte of input, output and weights"));
        plot.Axes.Add(Logarithmic(AxisPosition.Left, Bottom, Top, "GFLOP/s"));
        return plot;
    }

    private static LogarithmicAxis Logarithmic(AxisPosition position, double from, double to, string title) => new()
    {
        Position = position, Minimum = from, Maximum = to, Base = 2, Title = title, StringFormat = "0.##", FontSize = 13, AxisTitleDistance = 12,
        MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = OxyColor.FromAColor(30, OxyColors.Black), MinorTickSize = 0,
    };

    private static void AddRoof(PlotModel plot, double peak, double bandwidth, string name)
    {
        var roof = new LineSeries { Color = OxyColors.Gray, StrokeThickness = 1.5 };
        roof.Points.AddRange([new(Left, Left * bandwidth), new(peak / bandwidth, peak), new(Right, peak)]);
        plot.Series.Add(roof);
        string label = $"{name}, {bandwidth:F0} GB/s";
        double at = Left * 1.1;                                              // along the slope, where there is enough of it
        plot.Annotations.Add(peak < 2 * bandwidth * Left ? Label(label, at, peak * 1.13, HorizontalAlignment.Left, rotation: 0)
            : Label(label, at, at * bandwidth * 1.17, HorizontalAlignment.Left, rotation: -38));
    }

    private static void AddPoints(PlotModel plot, List<Point> points)
    {
        AddNames(plot, points);
        var rest = new List<Point>(points);
        double height = Top / 1.15;                                          // of a line of the legend
        foreach (var (ending, name, color, shape, sign) in _kinds)
        {
            Point[] some = [.. rest.Where(point => point.Name.EndsWith(ending, StringComparison.Ordinal))];
            rest.RemoveAll(some.Contains);
            var markers = new ScatterSeries { MarkerType = shape, MarkerFill = color, MarkerSize = 4.5 };
            markers.Points.AddRange(some.Select(point => new ScatterPoint(point.Intensity, point.Gflops)));
            plot.Series.Add(markers);
            plot.Annotations.Add(Label($"{sign} {name}", Left * 1.1, height, HorizontalAlignment.Left, rotation: 0, color));
            height /= 1.15;
        }
    }

    // The directions of a layer lie on one vertical line, and so may two layers: a line leads from the lowest point down to one name. Names stand
    // beside each other, as far to the right as the one before asks for.
    private static void AddNames(PlotModel plot, List<Point> points)
    {
        double free = 0;
        foreach (IGrouping<int, Point> line in points.GroupBy(point => (int)Math.Round(Math.Log2(point.Intensity) * 20)).OrderBy(line => line.Key))
        {
            Point lowest = line.MinBy(point => point.Gflops)!;
            double octave = Math.Max(Math.Log2(lowest.Intensity), free), at = Math.Pow(2, octave);
            free = octave + NameWidth;
            var lead = new LineSeries { Color = OxyColor.FromAColor(110, OxyColors.Gray), StrokeThickness = 0.8 };
            lead.Points.AddRange([new(lowest.Intensity, lowest.Gflops), new(lowest.Intensity, Bend), new(at, Names * 1.03)]);
            plot.Series.Add(lead);
            string names = string.Join(", ", line.Select(point => point.Name.Split('/')[1]).Distinct());
            plot.Annotations.Add(Label(names, at, Names, HorizontalAlignment.Right, rotation: -90));
        }
    }

    private static TextAnnotation Label(string text, double x, double y, HorizontalAlignment alignment, double rotation,
        OxyColor? color = null) => new()
    {
        Text = text, TextPosition = new DataPoint(x, y), TextRotation = rotation, StrokeThickness = 0, FontSize = 12, TextColor = color
            ?? OxyColors.DimGray,
        TextHorizontalAlignment = alignment, TextVerticalAlignment = VerticalAlignment.Middle,
    };
}
