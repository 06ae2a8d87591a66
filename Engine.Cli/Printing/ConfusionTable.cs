using System.Text;
using Scratch.Cli.Reports;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary>Prints which class was taken for which: a row for every class, a column for every guess; in colours where there are.</summary>
/// <param name="confusion">[class, guess], counts.</param>
/// <param name="classes">What the classes are called.</param>
/// <param name="terminal">Where to print.</param>
internal sealed class ConfusionTable(IReadOnlyList<long[]> confusion, IReadOnlyList<string> classes, Terminal terminal)
{
    private const int LongestName = 12, LeastCell = 5, MostPairs = 5;

    /// <summary>Prints the matrix, if it fits, and the pairs that are confused most.</summary>
    public void Print()
    {
        int first = Math.Max("true".Length, classes.Max(name => Short(name).Length));
        int cell = Math.Max(LeastCell, Math.Max(classes.Max(name => Short(name).Length), $"{confusion.SelectMany(row => row).Max()}".Length) + 1);
        if (first + cell * classes.Count <= terminal.Columns) PrintMatrix(first, cell);
        (int Label, int Guess)[] pairs = MistakeFigures.Pairs([.. confusion]);
        if (pairs.Length == 0) return;
        terminal.WriteLine($"most confused: {string.Join(", ", pairs.Take(MostPairs).Select(Pair))}");
    }

    private void PrintMatrix(int first, int cell)
    {
        terminal.WriteLine($"{"true".PadRight(first)}{string.Concat(classes.Select(name => Short(name).PadLeft(cell)))}");
        for (int label = 0; label < classes.Count; label++)
        {
            var line = new StringBuilder(Markup.Escape(Short(classes[label]).PadRight(first)));
            double all = Math.Max(confusion[label].Sum(), 1);
            for (int guess = 0; guess < classes.Count; guess++)
            {
                long count = confusion[label][guess];
                line.Append(Styled(count == 0 ? "·".PadLeft(cell) : $"{count}".PadLeft(cell), count / all, label == guess));
            }
            terminal.Output.MarkupLine(line.ToString());
        }
    }

    // Blue on the diagonal, orange beside it, as in the report; the stronger, the larger the share of the class.
    private static string Styled(string text, double share, bool isRight)
    {
        if (share == 0) return $"[grey]{text}[/]";
        if (isRight) return share < 0.5 ? $"[white on #2b5b7d]{text}[/]" : $"[white on #00588c]{text}[/]";
        return share < 0.01 ? $"[#d08a4a]{text}[/]" : share < 0.05 ? $"[black on #e0a06a]{text}[/]" : $"[black on #f08030]{text}[/]";
    }

    private string Pair((int Label, int Guess) pair) =>
        $"{Short(classes[pair.Label])} for {Short(classes[pair.Guess])} {confusion[pair.Label][pair.Guess]}";

    private static string Short(string name) => FittedText.Short(name, LongestName);
}
