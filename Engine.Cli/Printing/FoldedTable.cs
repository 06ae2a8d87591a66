using Spectre.Console;

namespace Scratch.Cli;

/// <summary>A table of names and numbers, as wide as the terminal lets it be: long names are folded.</summary>
internal static class FoldedTable
{
    private const int LeastName = 12, Gap = 2, Ends = 2;                     // letters; the last: a space at either end of a line

    /// <summary>Makes one.</summary>
    /// <param name="terminal">For the width.</param>
    /// <param name="names">What stands over the names, and the name of a row.</param>
    /// <param name="columns">What stands over the numbers, on one line or several, and the number of a row, as markup.</param>
    /// <param name="rows">The rows.</param>
    public static Table Of<T>(Terminal terminal, (string Header, Func<T, string> Of) names,
        IReadOnlyList<(string Header, Func<T, string> Of)> columns, IReadOnlyList<T> rows)
    {
        int room = Math.Max(Room(terminal, columns, rows), LeastName);
        var table = new Table { Border = TableBorder.Simple, UseSafeBorder = false };
        string Folded(string text) => string.Join('\n', FittedText.Folded(text, room));
        table.AddColumn(new TableColumn(Folded(names.Header)).NoWrap().Padding(0, 0));
        foreach (var (header, _) in columns) table.AddColumn(new TableColumn(header).RightAligned().NoWrap().Padding(Gap - 1, 0, 0, 0));
        foreach (T row in rows) table.AddRow([new Text(Folded(names.Of(row))), .. columns.Select(column => new Markup(column.Of(row)))]);
        return table;
    }

    /// <summary>How many letters are left for the names.</summary>
    public static int Room<T>(Terminal terminal, IReadOnlyList<(string Header, Func<T, string> Of)> columns, IReadOnlyList<T> rows) =>
        terminal.TableWidth - Ends - columns.Sum(column => Gap + column.Header.Split('\n').Concat(rows.Select(row => Markup.Remove(column.Of(row))))
            .Max(text => text.Length));
}
