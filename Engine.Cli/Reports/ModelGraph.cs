using System.Globalization;
using System.Text;

namespace Scratch.Cli.Reports;

/// <summary>Draws a model as its layers in the order in which they run, one below the other; what skips layers goes round on the right.</summary>
internal static class ModelGraph
{
    private const int Width = 420, Left = 1, BoxWidth = 330, BoxHeight = 30, Row = 42, Top = 4;
    private const int NearestArc = 14, FurthestArc = 86;

    /// <summary>The picture.</summary>
    public static string Svg(SummaryReport summary)
    {
        int rows = summary.Layers.Count + 1;
        var text = new StringBuilder();
        void Add(FormattableString some) => text.Append(some.ToString(CultureInfo.InvariantCulture));
        Add($"""<svg class="graph" viewBox="0 0 {Width} {Top + rows * Row - Row + BoxHeight + 4}" role="img" """);
        Add($"""aria-label="The layers of the model and how they are wired"><defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" """);
        Add($"""markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" style="fill:var(--soft)"/></marker></defs>""");
        double most = summary.Layers.Select(layer => Numbers(layer.Output)).Append(Numbers(summary.Input)).Max();
        Box(Add, 0, "input", "", summary.Input, most, learns: false);
        for (int i = 0; i < summary.Layers.Count; i++)
        {
            LayerReport layer = summary.Layers[i];
            Box(Add, i + 1, layer.Path, layer.Type, layer.Output, most, layer.Weights + layer.Biases > 0);
            foreach (int from in layer.Reads.Select(read => Math.Max(read, -1) + 1).Distinct()) Wire(Add, from, i + 1, rows);
        }
        return text.Append("</svg>").ToString();
    }

    private static double Numbers(IReadOnlyList<int> shape) => shape.Aggregate(1.0, (product, size) => product * size);

    private static void Box(Action<FormattableString> add, int row, string path, string type, IReadOnlyList<int> output, double most, bool learns)
    {
        int y = Top + row * Row;
        double bar = most > 1 ? (BoxWidth - 8) * Math.Log(Numbers(output) + 1) / Math.Log(most + 1) : 0;
        add($"""<g class="{(learns ? "learns s0" : "plain")}"><rect x="{Left}" y="{y}" width="{BoxWidth}" height="{BoxHeight}" rx="6"/>""");
        add($"""<path d="M{Left + 4} {y + BoxHeight - 3}h{bar:0.#}" style="stroke:currentColor;stroke-width:2;opacity:.45"/>""");
        add($"""<text x="{Left + 10}" y="{y + 19}">""");
        add($"""<tspan class="strong">{Html.Text(Cut(type.Length == 0 ? path : type))}</tspan> """);
        add($"""{(type.Length == 0 ? "" : Html.Text(Cut(path)))}</text>""");
        add($"""<text x="{Left + BoxWidth - 10}" y="{y + 19}" class="end">{string.Join("×", output)}</text></g>""");
    }

    private static void Wire(Action<FormattableString> add, int from, int to, int rows)
    {
        int y0 = Top + from * Row + BoxHeight, y1 = Top + to * Row;
        if (to == from + 1)
        {
            add($"""<path class="flow" d="M{Left + BoxWidth / 2} {y0}V{y1 - 1}" marker-end="url(#arrow)"/>""");
            return;
        }
        double reach = NearestArc + (FurthestArc - NearestArc) * Math.Min(1, (to - from - 1) / Math.Min(rows, 12.0));
        int edge = Left + BoxWidth, start = y0 - BoxHeight / 2, end = y1 + BoxHeight / 2;
        add($"""<path class="skip" d="M{edge} {start}C{edge + reach:0.#} {start} {edge + reach:0.#} {end} {edge + 2} {end}" """);
        add($"""marker-end="url(#arrow)"/>""");
    }

    private static string Cut(string text) => text.Length <= 26 ? text : $"{text[..25]}…";
}
