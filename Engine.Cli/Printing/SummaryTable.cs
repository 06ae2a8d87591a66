using Scratch.Kernels;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary>Prints a summary for people: a table as wide as the terminal lets it be, totals, what to think of them, memory.</summary>
/// <param name="report">The summary.</param>
/// <param name="terminal">Where to print.</param>
/// <param name="chosen">Which columns, in which order: words of <see cref="Words"/>. Those that fit, if empty.</param>
internal sealed class SummaryTable(SummaryReport report, Terminal terminal, params IReadOnlyList<string> chosen)
{
    private const int GroupedFrom = 10_000;                                  // the lesson writes 1240 and 15,496
    private const int Indent = 17, LeastName = 12, EasyName = 20;
    private const string NameHeader = "layer";

    /// <summary>What columns are called on the command line, in the order of the table.</summary>
    public static List<string> Words { get; } = ["layer", "output", "weights", "biases", "count", "adds", "ratio", "field"];

    /// <summary>Prints it.</summary>
    public void Print()
    {
        foreach (string line in FittedText.Wrapped($"{report.Model}: {report.Description}", terminal.TextWidth)) terminal.WriteLine(line);
        List<Column> all = Columns(), columns = [.. chosen.Select(word => all[Words.IndexOf(word)])];
        List<string> leftOut = [];
        if (columns.Count == 0) columns = Fitting(all, out leftOut);
        terminal.WriteWhole(Layers(columns));
        PrintTotals();
        if (leftOut.Count > 0) Line("left out", "", $"{string.Join(", ", leftOut)}: no room in {terminal.TableWidth} columns; --json has all");
        PrintRemarks();
        PrintMemory();
        if (report.InitialWeights is not null) terminal.Output.Write(InitialWeights(report.InitialWeights));
    }

    private List<Column> Columns() =>
    [
        new(NameHeader, null, layer => Name(layer), ["   input", "total"]),
        new("output", null, layer => Join(layer.Output), [Join(report.Input), ""]),
        new("weights", 3, layer => Count(layer.Weights), ["", Count(report.Weights)]),
        new("biases", 1, layer => Count(layer.Biases), ["", Count(report.Biases)]),
        new("lesson's\ncount", 2, layer => Count(layer.LessonCount), ["", Count(report.LessonCount)]),
        new("multiply-\nadds", null, layer => Count(layer.MultiplyAdds), ["", Count(report.MultiplyAdds)]),
        new("k·k·c_in\n: c_out", 4, layer => layer.Ratio is { } ratio ? $"{layer.Inputs}:{layer.Outputs}={ratio:F1}" : "", ["", ""]),
        new("field,\njump", 5, layer => layer.ReceptiveField is { } field ? Size(field) + (layer.Jump is { } jump ? $",{Size(jump)}" : "") : "",
            ["", ""]),
    ];

    /// <summary>Leaves out columns, the least missed first (their totals are told below), until the rest fits.</summary>
    private List<Column> Fitting(List<Column> columns, out List<string> leftOut)
    {
        leftOut = [];
        while (columns.Sum(column => column.WidthFor(report.Layers) + 1) + 1 > terminal.TableWidth
            && columns.Where(column => column.Rank is not null).MinBy(column => column.Rank) is { } least)
        {
            columns.Remove(least);
            leftOut.Add(least.Header.Replace('\n', ' '));
        }
        return columns;
    }

    private Table Layers(List<Column> columns)
    {
        var table = new Table { Border = TableBorder.Simple, UseSafeBorder = false };
        int others = columns.Skip(1).Sum(column => column.WidthFor(report.Layers) + 1);
        int room = chosen.Count == 0 ? Math.Max(terminal.TableWidth - 2 - others, LeastName) : terminal.ListWidth - 2 - others;
        if (room < LeastName) room = int.MaxValue;                           // more columns than fit were asked for: the terminal breaks the lines
        foreach (Column column in columns)
        {
            var made = new TableColumn(column.Header).NoWrap().Padding(0, 0);
            table.AddColumn(column == columns[0] ? made : made.RightAligned());
        }
        table.AddRow(columns.Select(column => Text(column.Ends[0])));
        foreach (LayerReport layer in report.Layers) table.AddRow(columns.Select((column, i) =>
            Text(i == 0 && column.Header == NameHeader ? string.Join('\n', FittedText.Folded(column.Of(layer), room)) : column.Of(layer))));
        table.AddEmptyRow();
        table.AddRow(columns.Select(column => Text(column.Ends[1])));
        return table;
    }

    private static string Name(LayerReport layer) => layer.SizeFormula.Length == 0
        ? $"{layer.Path,2} {layer.Type}"
        : $"{layer.Path,2} {layer.Type}\n   {layer.SizeFormula.Replace(" ", "", StringComparison.Ordinal)}";

    private void PrintTotals()
    {
        Line("parameters", $"{Number(report.Weights)} + {Number(report.Biases)} = {Number(report.Parameters)}", "weights + biases");
        Line("lesson's count", Number(report.LessonCount), report.LessonCount == report.Weights
            ? "one kernel per output channel: here, every weight there is"
            : "one kernel per output channel, as if groups were in_channels");
        Line("multiply-adds", Number(report.MultiplyAdds), "for one image");
        Line("field, jump", "", "pixels of the input that one output sees, and from one output to the next");
    }

    private void PrintRemarks()
    {
        foreach (LayerReport layer in report.Layers.Where(layer => layer.RankRemark.Length > 0))
            Line($"layer {layer.Path}", "", layer.RankRemark);
    }

    private void PrintMemory()
    {
        MemoryReport memory = report.Memory;
        string step = $"a step of {Amount.Of(memory.BatchSize, "image")} on {Amount.Of(memory.Threads, "thread")}";
        Line("memory", Amount.OfBytes(memory.Total), $"predicted for {step}");
        Parts((memory.Parameters, "parameters"), (memory.Gradients, "gradients"));
        Parts((memory.Activations, "activations"), (memory.Working, "working"), (memory.Tables, "tables"));
    }

    // A line, or more where not all of them fit.
    private void Parts(params (long Bytes, string Name)[] parts)
    {
        string text = "";
        foreach (var (bytes, name) in parts)
        {
            string part = $"{Amount.OfBytes(bytes)} {name}", longer = text.Length == 0 ? part : $"{text}, {part}";
            if (Indent + longer.Length < terminal.TextWidth) text = longer;
            else
            {
                Line("", $"{text},", "");
                text = part;
            }
        }
        Line("", text, "");
    }

    private Table InitialWeights(IReadOnlyList<WeightLine> weights)
    {
        List<(string Header, Func<WeightLine, string> Of)> columns =
        [
            ("shape", line => Join(line.Shape)), ("fan in", line => Number(line.FanIn)), ("fan out", line => Number(line.FanOut)),
            ("expected\ndeviation", line => $"{line.Expected:F4}"), ("deviation", line => $"{line.Deviation:F4}"),
        ];
        while (FoldedTable.Room(terminal, columns, weights) < EasyName && columns.Count > 3) columns.RemoveAt(1);    // the fans: the shape has them
        Table table = FoldedTable.Of(terminal, ("weight", line => $"{line.Name} {line.Type}"), columns, weights);
        table.Title = new TableTitle($"weights started with {report.Init}");
        return table;
    }

    private void Line(string label, string value, string remark)
    {
        string[] lines = FittedText.Wrapped(remark, terminal.TextWidth - Indent - (value.Length == 0 ? 0 : value.Length + 2));
        string beginning = $" {label,-14}  ";
        if (beginning.Length > Indent)                                       // a long name has a line of its own
        {
            foreach (string line in FittedText.Folded($" {label}", terminal.TextWidth)) terminal.Output.MarkupLineInterpolated($"{line}");
            beginning = "".PadLeft(Indent);
        }
        for (int i = 0; i < lines.Length; i++)
        {
            string gap = value.Length == 0 || remark.Length == 0 ? "" : "  ";
            (string start, string middle) = i == 0 ? (beginning, value) : ("".PadLeft(Indent), "".PadLeft(value.Length));
            terminal.Output.MarkupLineInterpolated($"{start}[bold]{middle}[/]{gap}{lines[i]}");
        }
    }

    private static Text Text(string text) => new(text);

    private static string Count(long count) => count == 0 ? "" : Number(count);

    private static string Number(long number) => number < GroupedFrom ? $"{number}" : $"{number:N0}";

    private static string Join(IReadOnlyList<int> sizes) => string.Join('x', sizes);

    private static string Size(Size2 size) => size.Height == size.Width ? $"{size.Height}" : $"{size}";

    /// <summary>One column of the layers.</summary>
    /// <param name="Header">On one line or two.</param>
    /// <param name="Rank">The lower, the sooner it is left out; never if null.</param>
    /// <param name="Of">What it says of a layer, on one line or two.</param>
    /// <param name="Ends">What it says of the input, and of all layers together.</param>
    private sealed record Column(string Header, int? Rank, Func<LayerReport, string> Of, string[] Ends)
    {
        /// <summary>How wide it is.</summary>
        public int WidthFor(IReadOnlyList<LayerReport> layers) =>
            layers.Select(Of).Concat([Header, .. Ends]).SelectMany(cell => cell.Split('\n')).Max(line => line.Length);
    }
}
