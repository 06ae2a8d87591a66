using System.Globalization;
using System.Text;
using Scratch.Kernels;

namespace Scratch.Cli.Reports;

/// <summary>The model: how its layers are wired, and what they come to.</summary>
internal static class ModelFigures
{
    private const int RowsInSight = 40;

    /// <summary>Adds a section.</summary>
    public static void Add(PageWriter page, SummaryReport summary)
    {
        page.Section("model", "The model", $"{PageWriter.Number(summary.Layers.Count, 0)} layers, {PageWriter.Number(summary.Weights, 0)} weights "
            + $"and {PageWriter.Number(summary.Biases, 0)} biases; "
            + $"by the lesson's count, of one kernel for each output channel, {PageWriter.Number(summary.LessonCount, 0)}. An image takes "
            + $"{PageWriter.Number(summary.MultiplyAdds, 0)} multiplications with an addition.");
        bool isLong = summary.Layers.Count > RowsInSight;
        string Folded(string what, string content) => isLong ? $"<details><summary>Show {what}</summary>{content}</details>" : content;
        page.Figure("layers", "Layer by layer", Folded("the table", PageWriter.Scrolling("Layer by layer", Table(summary))),
            "Under each layer the output-size formula with its numbers. Ratio: the numbers that go into one output, to the outputs made from them; "
                + "near 1 nothing needs to be condensed, and the calculation is wasted. "
            + "Field: how many pixels of the image one output sees; jump: pixels from one output to the next.");
        page.BeginGrid();
        page.Figure("graph", "The graph", Folded("the graph", ModelGraph.Svg(summary)),
            "From the image at the top to the answer at the bottom. Framed in colour is what learns; curves on the right are shortcuts past layers. "
                + "The bar shows how many numbers a layer puts out, by their logarithm.");
        page.BeginGrid("stack");
        page.Figure("shares", "Where the weights are, and the work", Folded("the bars", Shares(summary)), "Of every layer that has any. Early "
            + "layers have few weights and much work, for they look at many pixels; late ones the other way round.");
        page.Figure("memory", "Memory", Memory(summary.Memory), $"As planned for a step of {Amount.Of(summary.Memory.BatchSize, "image")} on "
            + $"{Amount.Of(summary.Memory.Threads, "thread")}, beside the images and what the optimiser remembers.");
        page.EndGrid();
        page.EndGrid();
    }

    private static string Shares(SummaryReport summary)
    {
        LayerReport[] layers = [.. summary.Layers.Where(layer => layer.Weights + layer.MultiplyAdds > 0)];
        string Bar(string color, long part, long all)
        {
            double share = all == 0 ? 0 : (double)part / all;
            return string.Create(CultureInfo.InvariantCulture, $"<td><div><i class=\"{color}\" aria-hidden=\"true\" "
                + $"style=\"width:{60 * share:F1}%\"></i><span>{share:P0}</span></div></td>");
        }
        string rows = string.Concat(layers.Select(layer => $"<tr><th scope=\"row\">{Html.Text($"{layer.Path} {layer.Type}")}</th>"
            + Bar("s0", layer.Weights, summary.Weights) + Bar("s1", layer.MultiplyAdds, summary.MultiplyAdds) + "</tr>"));
        return """<table class="bars words"><thead><tr><th scope="col">layer</th><th scope="col">weights</th><th scope="col">multiply-adds</th>"""
            + """</tr></thead>"""
            + $"<tbody>{rows}</tbody></table>";
    }

    private static string Table(SummaryReport summary)
    {
        (string Name, Func<LayerReport, string> Of, string Total)[] columns =
        [
            ("output", layer => Shape(layer.Output), ""), ("weights", layer => Count(layer.Weights), Count(summary.Weights)),
            ("biases", layer => Count(layer.Biases), Count(summary.Biases)),
            ("lesson's count", layer => Count(layer.LessonCount), Count(summary.LessonCount)),
            ("multiply-adds", layer => Count(layer.MultiplyAdds), Count(summary.MultiplyAdds)), ("ratio", Ratio, ""),
            ("field", layer => Size(layer.ReceptiveField), ""), ("jump", layer => Size(layer.Jump), ""),
        ];
        string Cells(Func<(string Name, Func<LayerReport, string> Of, string Total), string> of) =>
            string.Concat(columns.Select(column => PageWriter.Cell(column.Name, of(column))));
        var text = new StringBuilder("""<table class="wide stacked"><thead><tr><th scope="col">layer</th>""");
        foreach (var (name, _, _) in columns) text.Append($"""<th scope="col">{name}</th>""");
        string input = Cells(column => column.Name == "output" ? Shape(summary.Input) : "");
        text.Append($"""</tr></thead><tbody><tr><th scope="row">input</th>{input}</tr>""");
        foreach (LayerReport layer in summary.Layers)
        {
            string formula = layer.SizeFormula.Length == 0 ? "" : $"<span class=\"formula\">{Html.Text(layer.SizeFormula)}</span>";
            text.Append($"""<tr><th scope="row">{Html.Text($"{layer.Path} {layer.Type}")}{formula}</th>{Cells(column => column.Of(layer))}</tr>""");
        }
        return text.Append($"""</tbody><tfoot><tr><th scope="row">total</th>{Cells(column => column.Total)}</tr></tfoot></table>""").ToString();
    }

    private static string Memory(MemoryReport memory) => PageWriter.Words(
    [
        ("Parameters", Amount.OfBytes(memory.Parameters)), ("Gradients", Amount.OfBytes(memory.Gradients)), ("Activations",
            Amount.OfBytes(memory.Activations)),
        ("Working", Amount.OfBytes(memory.Working)), ("Tables", Amount.OfBytes(memory.Tables)), ("All", Amount.OfBytes(memory.Total)),
    ]);

    private static string Shape(IReadOnlyList<int> sizes) => string.Join("×", sizes);

    private static string Count(long count) => count == 0 ? "" : PageWriter.Number(count, 0);

    private static string Ratio(LayerReport layer) =>
        layer.Ratio is { } ratio ? string.Create(CultureInfo.InvariantCulture, $"{layer.Inputs}:{layer.Outputs} = {ratio:F1}") : "";

    private static string Size(Size2? size) => size is not { } known ? "" : known.Height == known.Width ? $"{known.Height}"
        : $"{known.Height}×{known.Width}";
}
