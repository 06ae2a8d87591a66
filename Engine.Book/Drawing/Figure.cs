using System.Globalization;
using System.Text.RegularExpressions;
using Scratch.Cli.Reports;

namespace Scratch.Book.Drawing;

/// <summary>A picture: an SVG that takes its colours from classes, so that it follows light and dark wherever it stands.</summary>
/// <param name="Width">In pixels, as it is meant to be seen.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Content">What is inside the <c>svg</c> element.</param>
/// <param name="Description">What it shows, to who does not see it.</param>
internal sealed partial record Figure(double Width, double Height, string Content, string Description)
{
    private const double Phone = 460, LeastShare = 0.8, Margin = 14, Column = 720, Enlarged = 1.3, LegendHeight = 22;

    /// <summary>What a page shows in its place where scripts run, as HTML, and the script that moves it; empty for a picture that stands
    /// still.</summary>
    public (string Html, string Script) Live { get; init; } = ("", "");

    /// <summary>Whether its text would be too small on a phone: then it keeps most of its width and moves in a frame.</summary>
    public bool NeedsRoom => Width > Phone;

    /// <summary>A chart as a figure.</summary>
    public static Figure Of(LineChart chart)
    {
        Match svg = Svg().Match(chart.Svg());
        double width = Number(svg.Groups["width"].Value), height = Number(svg.Groups["height"].Value), x = 0;
        var legend = new Canvas();
        foreach (Line line in chart.Lines.Where(line => line.Name.Length > 0))
        {
            if (x > 0 && x + LegendWidth(line) > width) (x, height) = (0, height + LegendHeight);
            legend.Line(x, height + 12, x + 18, height + 12, $"line {line.Color}{(line.IsDashed ? " dashed" : "")}");
            legend.Text(x + 25, height + 16.5, line.Name, "label left");
            x += LegendWidth(line);
        }
        return legend.Done(width, x > 0 ? height + LegendHeight : height, chart.Title).After(svg.Groups["content"].Value);
    }

    private static double LegendWidth(Line line) => 25 + 7.5 * line.Name.Length + 16;

    private Figure After(string content) => this with { Content = content + Content };

    /// <summary>For a page that has the style sheets.</summary>
    public string Inline()
    {
        string least = NeedsRoom ? Text($";min-width:{LeastShare * Width:0}px") : "";
        return Text($"""<svg viewBox="0 0 {Width:0.#} {Height:0.#}" role="img" aria-label="{Html.Text(Description)}" """)
            + Text($"""style="max-width:{Math.Min(Math.Max(Width, Column), Enlarged * Width):0}px{least}">{Content}</svg>""");
    }

    /// <summary>For itself: with style sheets and a background of its own, so that it can be read on a page of any colour.</summary>
    public string File()
    {
        double width = Width + 2 * Margin, height = Height + 2 * Margin;
        return Text($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-Margin} {-Margin} {width:0.#} {height:0.#}" width="{width:0}" """)
            + Text($"""height="{height:0}" role="img" aria-label="{Html.Text(Description)}">""") + "\n"
            + $"<style>\n{StyleSheet.Figures}{Resources.Read("drawing.css")}</style>\n"
            + Text($"""<rect class="card" x="{-Margin}" y="{-Margin}" width="{width:0.#}" height="{height:0.#}" rx="10"/>""")
            + $"\n{Content}</svg>\n";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("""<svg viewBox="0 0 (?<width>\d+) (?<height>\d+)"[^>]*>(?<content>.*)</svg>""")]
    private static partial Regex Svg();
}
