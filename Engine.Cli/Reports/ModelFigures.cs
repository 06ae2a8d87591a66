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
        var text = new StringBuilder("""<table class="wide"><thead><tr><th scope="col">layer</th><th scope="col">output</th>"""
            + """<th scope="col">weights</th><th scope="col">biases</th><th scope="col">lesson's count</th><th scope="col">multiply-adds</th>"""
            + """<th scope="col">ratio</th><th scope="col">field</th><th scope="col">jump</th></tr></thead><tbody>""");
        text.Append($"""<tr><th scope="row">input</th><td>{Shape(summary.Input)}</td><td colspan="7"></td></tr>""");
        foreach (LayerReport layer in summary.Layers)
        {
            string formula = layer.SizeFormula.Length == 0 ? "" : $"<span class=\"formula\">{Html.Text(layer.SizeFormula)}</span>";
            text.Append($"""<tr><th scope="row">{Html.Text($"{layer.Path} {layer.Type}")}{formula}</th><td>{Shape(layer.Output)}</td>"""
                + $"""<td>{Count(layer.Weights)}</td><td>{Count(layer.Biases)}</td><td>{Count(layer.LessonCount)}</td>"""
                + $"""<td>{Count(layer.MultiplyAdds)}</td><td>{Ratio(layer)}</td><td>{Size(layer.ReceptiveField)}</td><td>{Size(layer.Jump)}</td>"""
                + $"""</tr>""");
        }
        return text.Append($"""</tbody><tfoot><tr><td>total</td><td></td><td>{Count(summary.Weights)}</td><td>{Count(summary.Biases)}</td>"""
            + $"""<td>{Count(summary.LessonCount)}</td><td>{Count(summary.MultiplyAdds)}</td><td colspan="3"></td></tr></tfoot>"""
            + $"""</table>""").ToString();
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
