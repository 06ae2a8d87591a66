using System.Globalization;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;

namespace Scratch.Cli.Reports;

/// <summary>A plot by OxyPlot in the dress of these pages, and how it becomes an SVG.</summary>
/// <remarks>Numbers to the left and below get the room that they take; what is upwards is named above its numbers.</remarks>
internal sealed class Plot
{
    private const double Width = 420, Height = 242, Top = 26, Right = 20, Edge = 2;
    private const double Columns = 60, Rows = 30, UnevenRows = 40;           // from a number to the next, about
    private const double NumbersBelow = 4, NumbersLeft = 6;                  // from the axis to them

    private readonly string _title;
    private readonly PageRenderContext _page = new();

    /// <summary>A plot without lines.</summary>
    /// <param name="title">What is said to who does not see it.</param>
    /// <param name="right">The axis below.</param>
    /// <param name="x">Its name.</param>
    /// <param name="up">The axis to the left.</param>
    /// <param name="y">Its name.</param>
    public Plot(string title, Axis right, string x, Axis up, string y)
    {
        _title = title;
        (right.Position, right.Title, right.IntervalLength, right.AxisTickToLabelDistance) = (AxisPosition.Bottom, x, Columns, NumbersBelow);
        (up.Position, up.IntervalLength, up.AxisTickToLabelDistance) = (AxisPosition.Left, up.IsLogarithmic() ? UnevenRows : Rows, NumbersLeft);
        foreach (Axis axis in new[] { up, right })                           // the line of the second lies over the grid of the first
        {
            axis.TickStyle = TickStyle.None;
            axis.AxisTitleDistance = 0;
            axis.LabelFormatter = NumberText;
            Model.Axes.Add(axis);
        }
        Model.Annotations.Add(new NameAbove(y));
    }

    /// <summary>What lies on it, in the order in which it is drawn; annotations are on top.</summary>
    public PlotModel Model { get; } = new()
    {
        PlotMargins = new(double.NaN, Top, Right, double.NaN), Padding = new(0, 0, 0, Edge), PlotAreaBorderColor = OxyColors.Undefined,
        AxisTierDistance = 0,
    };

    /// <summary>A colour for the library, which stands for classes of the style sheet.</summary>
    public OxyColor Color(string classes) => _page.Color(classes);

    /// <summary>The picture.</summary>
    public string Svg()
    {
        IPlotModel model = Model;
        model.Update(updateData: true);
        model.Render(_page, new(0, 0, Width, Height));
        if (Model.GetLastPlotException() is { } exception) throw new InvalidOperationException($"The plot '{_title}' cannot be drawn.", exception);
        return string.Create(CultureInfo.InvariantCulture,
            $"""<svg viewBox="0 0 {Width:0} {Height:0}" role="img" aria-label="{Html.Text(_title)}">{_page.Content()}</svg>""");
    }

    /// <summary>A number with as few digits as it needs: 0.25, 1,500, 10k, 2M, 1e-5.</summary>
    public static string NumberText(double number)
    {
        double size = Math.Abs(number);
        if (size == 0) return "0";
        if (size is >= 1e9 or < 1e-3) return number.ToString("0.##e0", CultureInfo.InvariantCulture);
        if (size >= 1e6) return $"{Digits(number / 1e6)}M";
        if (size >= 1e4) return $"{Digits(number / 1e3)}k";
        return Digits(number);
    }

    private static string Digits(double number) => Math.Round(number, 6).ToString("#,0.######", CultureInfo.InvariantCulture);

    /// <summary>The name of the axis upwards. The library would turn it on its side.</summary>
    private sealed class NameAbove(string name) : Annotation
    {
        public override void Render(IRenderContext rc) => rc.DrawText(new(0, 0), name, OxyColors.Undefined);
    }
}
