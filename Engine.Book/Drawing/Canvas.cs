using System.Globalization;
using System.Text;
using Scratch.Cli.Reports;

namespace Scratch.Book.Drawing;

/// <summary>A picture in the making: boxes, arrows and text by the classes of <c>figures.css</c> and <c>drawing.css</c>. Pixels, y
/// downwards.</summary>
internal sealed class Canvas
{
    private readonly StringBuilder _content = new();

    /// <summary>A box.</summary>
    public Canvas Rect(double x, double y, double width, double height, string style, double radius = 0)
    {
        string corner = radius > 0 ? Text($" rx=\"{radius:0.##}\"") : "";
        return Add($"""<rect class="{style}" x="{x:0.##}" y="{y:0.##}" width="{width:0.##}" height="{height:0.##}"{corner}/>""");
    }

    /// <summary>Text whose base line is at <paramref name="y"/>.</summary>
    public Canvas Text(double x, double y, string text, string style = "n") =>
        Add($"""<text class="{style}" x="{x:0.##}" y="{y:0.##}">{Html.Text(text)}</text>""");

    /// <summary>A line.</summary>
    public Canvas Line(double x1, double y1, double x2, double y2, string style) =>
        Add($"""<path class="{style}" d="M{x1:0.##} {y1:0.##}L{x2:0.##} {y2:0.##}"/>""");

    /// <summary>A line with a head at its end.</summary>
    public Canvas Arrow(double x1, double y1, double x2, double y2, string style = "arrow")
    {
        const double Head = 6, Half = 3.5;
        double length = Math.Sqrt((x2 - x1) * (x2 - x1) + (y2 - y1) * (y2 - y1)), dx = (x2 - x1) / length, dy = (y2 - y1) / length;
        double x = x2 - Head * dx, y = y2 - Head * dy;
        return Add($"""<path class="{style}" d="M{x1:0.##} {y1:0.##}L{x2:0.##} {y2:0.##}M{x - Half * dy:0.##} {y + Half * dx:0.##}""")
            .Add($"""L{x2:0.##} {y2:0.##}L{x + Half * dy:0.##} {y - Half * dx:0.##}"/>""");
    }

    /// <summary>Any path.</summary>
    public Canvas Path(string d, string style) => Add($"""<path class="{style}" d="{d}"/>""");

    /// <summary>A disc or a ring.</summary>
    public Canvas Circle(double x, double y, double radius, string style) =>
        Add($"""<circle class="{style}" cx="{x:0.##}" cy="{y:0.##}" r="{radius:0.##}"/>""");

    /// <summary>A box with text in its middle.</summary>
    public Canvas Cell(double x, double y, double width, double height, string text, string style, string textStyle = "n") =>
        Rect(x, y, width, height, style).Text(x + width / 2, y + height / 2 + 4.5, text, textStyle);

    /// <summary>Boxes in rows and columns, each with text.</summary>
    /// <param name="x">Left.</param>
    /// <param name="y">Top.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">How many columns.</param>
    /// <param name="side">Of a box.</param>
    /// <param name="of">What stands at a row and a column, and the class of its box.</param>
    public Canvas Cells(double x, double y, int rows, int columns, double side, Func<int, int, (string Text, string Style)> of)
    {
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
            {
                var (text, style) = of(row, column);
                Cell(x + column * side, y + row * side, side, side, text, style);
            }
        return this;
    }

    /// <summary>A picture of pixels.</summary>
    /// <param name="x">Left.</param>
    /// <param name="y">Top.</param>
    /// <param name="width">As it is shown.</param>
    /// <param name="height">As it is shown.</param>
    /// <param name="source">Its address.</param>
    public Canvas Image(double x, double y, double width, double height, string source) =>
        Add($"""<image class="pixels" x="{x:0.##}" y="{y:0.##}" width="{width:0.##}" height="{height:0.##}" """)
            .Add($"""preserveAspectRatio="none" href="{source}"/>""");

    /// <summary>The picture.</summary>
    /// <param name="width">Of all of it.</param>
    /// <param name="height">Of all of it.</param>
    /// <param name="description">What it shows, to who does not see it.</param>
    public Figure Done(double width, double height, string description) => new(width, height, _content.ToString(), description);

    private Canvas Add(FormattableString element)
    {
        _content.Append(element.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
