using Scratch.Kernels;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary>Prints a summary for people: a table of 100 columns, totals, what to think of them, memory.</summary>
internal sealed class SummaryTable(SummaryReport report, Terminal terminal)
{
    private const int GroupedFrom = 10_000;                                  // the lesson writes 1240 and 15,496

    /// <summary>Prints it.</summary>
    public void Print()
    {
        terminal.Output.MarkupLineInterpolated($"[bold]{report.Model}[/]: {report.Description}");
        terminal.Output.Write(Layers());
        PrintTotals();
        PrintRemarks();
        PrintMemory();
        if (report.InitialWeights is not null) terminal.Output.Write(InitialWeights(report.InitialWeights));
    }

    private Table Layers()
    {
        var table = new Table { Border = TableBorder.Simple, UseSafeBorder = false };
        table.AddColumn(new TableColumn("layer").NoWrap().Padding(0, 0));
        foreach (string header in (ReadOnlySpan<string>)["output", "weights", "biases", "lesson's\ncount", "multiply-\nadds", "k·k·c_in : c_out",
            "field,\njump"])
            table.AddColumn(new TableColumn(header).RightAligned().NoWrap().Padding(0, 0));
        table.AddRow(Text("   input"), Text(Join(report.Input)));
        foreach (LayerReport layer in report.Layers)
        {
            table.AddRow(
                Name(layer), Text(Join(layer.Output)), Count(layer.Weights), Count(layer.Biases), Count(layer.LessonCount), Count(layer.MultiplyAdds),
                Text(layer.Ratio is { } ratio ? $"{layer.Inputs} : {layer.Outputs} = {ratio,4:F1}" : ""), Text(layer.ReceptiveField is { } field ? Size(field) + (layer.Jump is { } jump ? $", {Size(jump)}" : "") : ""));
        }
        table.AddEmptyRow();
        table.AddRow(
            new Markup("[bold]total[/]"), Text(""), Count(report.Weights), Count(report.Biases), Count(report.LessonCount), Count(report.MultiplyAdds),
            Text(""), Text(""));
        return table;
    }

    private static Markup Name(LayerReport layer) => new(layer.SizeFormula.Length == 0
        ? $"{layer.Path,2} {Markup.Escape(layer.Type)}"
        : $"{layer.Path,2} {Markup.Escape(layer.Type)}\n   [grey]{Markup.Escape(layer.SizeFormula)}[/]");

    private void PrintTotals()
    {
        Line("parameters", $"{Number(report.Weights)} + {Number(report.Biases)} = {Number(report.Parameters)}", "weights + biases");
        Line("lesson's count", Number(report.LessonCount), report.LessonCount == report.Weights
            ? "one kernel per output channel: here, every weight there is"
            : "one kernel per output channel, as if groups were in_channels");
        Line("multiply-adds", Number(report.MultiplyAdds), "for one image");
        Line("field, jump", "", "pixels of the input that one output sees; pixels from one output to the next");
    }

    private void PrintRemarks()
    {
        foreach (LayerReport layer in report.Layers.Where(layer => layer.RankRemark.Length > 0))
            Line($"layer {layer.Path}", layer.RankRemark, "");
    }

    private void PrintMemory()
    {
        MemoryReport memory = report.Memory;
        Line("memory", Bytes(memory.Total), $"predicted for a training step of {memory.BatchSize} images on {memory.Threads} {(memory.Threads == 1 ? "thread" : "threads")}");
        Line("", $"{Bytes(memory.Parameters)} parameters, {Bytes(memory.Gradients)} gradients, {Bytes(memory.Activations)} activations", "");
        Line("", $"{Bytes(memory.Working)} working, {Bytes(memory.Tables)} tables", "");
    }

    private Table InitialWeights(IReadOnlyList<WeightLine> weights)
    {
        var table = new Table { Border = TableBorder.Simple, UseSafeBorder = false, Title = new TableTitle($"weights started with {report.Init}") };
        table.AddColumn(new TableColumn("weight").NoWrap());
        foreach (string header in (ReadOnlySpan<string>)["shape", "fan in", "fan out", "expected deviation", "deviation"])
            table.AddColumn(new TableColumn(header).RightAligned().NoWrap());
        foreach (WeightLine line in weights)
            table.AddRow(Text($"{line.Name} {line.Type}"), Text(Join(line.Shape)), Text(Number(line.FanIn)), Text(Number(line.FanOut)), Text($"{line.Expected:F4}"), Text($"{line.Deviation:F4}"));
        return table;
    }

    private void Line(string label, string value, string remark) =>
        terminal.Output.MarkupLineInterpolated($" {label,-14}  [bold]{value}[/]{(value.Length == 0 || remark.Length == 0 ? "" : "  ")}{remark}");

    private static Text Text(string text) => new(text);

    private static Text Count(long count) => new(count == 0 ? "" : Number(count));

    private static string Number(long number) => number < GroupedFrom ? $"{number}" : $"{number:N0}";

    private static string Join(IReadOnlyList<int> sizes) => string.Join('x', sizes);

    private static string Size(Size2 size) => size.Height == size.Width ? $"{size.Height}" : $"{size}";

    private static string Bytes(long bytes) => bytes < 1 << 20 ? $"{bytes / 1024.0:N1} KiB" : $"{bytes / (1024.0 * 1024):N1} MiB";
}
