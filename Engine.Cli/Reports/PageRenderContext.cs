using System.Text;
using OxyPlot;

namespace Scratch.Cli.Reports;

/// <summary>What OxyPlot draws on: an SVG in which colours are classes of the page's style sheet.</summary>
/// <remarks>
/// So light and dark, paper and phone stay matters of the style sheet, widths and dashes of lines and the size of letters too. OxyPlot's own exporter
/// writes colours and sizes into every element, and measures text by making a PDF.
/// </remarks>
internal sealed class PageRenderContext : ClippingRenderContext
{
    private const int RoomOfSigns = 5;                                       // so that plots with short numbers begin at one line
    private const double SignWidth = 8, LetterHeight = 16;                   // of the largest letters that the style sheet has for plots
    private const double FromTop = 12, FromMiddle = 4, FromBottom = 3;       // to where letters stand
    private const double Far = 1e6;                                          // where numbers of any size end that no axis can hold

    private readonly StringBuilder _text = new();
    private readonly List<string> _classes = [];
    private OxyColor _line = OxyColors.Undefined;                            // what the path is drawn with to which lines are being added
    private string? _toolTip;

    /// <summary>A colour for the library, which stands for classes of the style sheet.</summary>
    public OxyColor Color(string classes)
    {
        int known = _classes.IndexOf(classes);
        if (known < 0)
        {
            known = _classes.Count;
            _classes.Add(classes);
        }
        return OxyColor.FromAColor(byte.MaxValue, OxyColor.FromUInt32((uint)known));
    }

    /// <summary>What was drawn, for within an <c>svg</c> element.</summary>
    public string Content()
    {
        EndLine();
        return _text.ToString();
    }

    /// <inheritdoc/>
    public override void SetToolTip(string? text) => _toolTip = text;

    /// <inheritdoc/>
    /// <remarks>Lines of one colour that follow each other are one path.</remarks>
    public override void DrawLine(IList<ScreenPoint> points, OxyColor stroke, double thickness, EdgeRenderingMode edgeRenderingMode,
        double[]? dashArray, LineJoin lineJoin)
    {
        if (stroke.IsInvisible()) return;
        if (!stroke.Equals(_line)) BeginPath(stroke);
        _line = stroke;
        Draw(points);
    }

    /// <inheritdoc/>
    public override void DrawPolygon(IList<ScreenPoint> points, OxyColor fill, OxyColor stroke, double thickness, EdgeRenderingMode edgeRenderingMode,
        double[]? dashArray, LineJoin lineJoin)
    {
        OxyColor color = fill.IsInvisible() ? stroke : fill;
        if (color.IsInvisible()) return;
        BeginPath(color);
        Draw(points);
        _text.Append("Z\"");
        End("path");
    }

    /// <inheritdoc/>
    public override void DrawEllipse(OxyRect rect, OxyColor fill, OxyColor stroke, double thickness, EdgeRenderingMode edgeRenderingMode)
    {
        Begin("circle", Classes(fill));
        Attribute("cx", rect.Center.X);
        Attribute("cy", rect.Center.Y);
        Attribute("r", rect.Width / 2);
        End("circle");
    }

    /// <inheritdoc/>
    public override void DrawText(ScreenPoint p, string text, OxyColor fill, string fontFamily, double fontSize, double fontWeight, double rotate,
        HorizontalAlignment halign, VerticalAlignment valign, OxySize? maxSize)
    {
        Begin("text", halign switch { HorizontalAlignment.Center => "mid", HorizontalAlignment.Right => "end", _ => "" });
        Attribute("x", p.X);
        Attribute("y", p.Y + valign switch { VerticalAlignment.Top => FromTop, VerticalAlignment.Middle => FromMiddle, _ => -FromBottom });
        _text.Append('>').Append(Html.Text(text)).Append("</text>");
    }

    /// <inheritdoc/>
    public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight) =>
        string.IsNullOrEmpty(text) ? OxySize.Empty : new(SignWidth * Math.Max(text.Length, RoomOfSigns), LetterHeight);

    /// <inheritdoc/>
    public override void DrawImage(OxyImage source, double srcX, double srcY, double srcWidth, double srcHeight, double destX, double destY,
        double destWidth, double destHeight, double opacity, bool interpolate)
    {
        Begin("image", "pixels");
        Attribute("x", destX);
        Attribute("y", destY);
        Attribute("width", destWidth);
        Attribute("height", destHeight);
        _text.Append(" preserveAspectRatio=\"none\" href=\"").Append(PngImage.Address(source.GetData())).Append('"');
        End("image");
    }

    /// <inheritdoc/>
    protected override void SetClip(OxyRect clippingRectangle)
    {
        // Nothing reaches beyond it but points on the edge.
    }

    /// <inheritdoc/>
    protected override void ResetClip()
    {
        // Nothing was cut.
    }

    private void BeginPath(OxyColor color)
    {
        Begin("path", Classes(color));
        _text.Append(" d=\"");
    }

    private void Begin(string element, string classes)
    {
        EndLine();
        _text.Append('<').Append(element);
        if (classes.Length > 0) _text.Append(" class=\"").Append(classes).Append('"');
    }

    private string Classes(OxyColor color) => _classes[(int)(color.ToUint() & 0xFFFFFF)];

    private void End(string element)
    {
        if (_toolTip is null) _text.Append("/>");
        else _text.Append("><title>").Append(Html.Text(_toolTip)).Append("</title></").Append(element).Append('>');
    }

    private void EndLine()
    {
        if (_line.IsUndefined()) return;
        _line = OxyColors.Undefined;
        _text.Append('"');
        End("path");
    }

    private void Draw(IList<ScreenPoint> points)
    {
        for (int i = 0; i < points.Count; i++)
        {
            _text.Append(i == 0 ? 'M' : 'L');
            Number(points[i].X);
            _text.Append(' ');
            Number(points[i].Y);
        }
        if (points.Count == 1) _text.Append("h0");                           // a point alone is one, too
    }

    private void Attribute(string name, double number)
    {
        _text.Append(' ').Append(name).Append("=\"");
        Number(number);
        _text.Append('"');
    }

    // To a tenth of a pixel; by whole numbers, for a page has ten thousand of them and more.
    private void Number(double number)
    {
        long tenths = (long)Math.Round(10 * Math.Clamp(number, -Far, Far));
        if (tenths < 0) _text.Append('-');
        tenths = Math.Abs(tenths);
        _text.Append(tenths / 10);
        if (tenths % 10 != 0) _text.Append('.').Append((char)('0' + tenths % 10));
    }
}
