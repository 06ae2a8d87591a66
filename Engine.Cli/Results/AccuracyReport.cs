using Scratch.Measuring;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary>What <c>verify --accuracy</c> prints: the errors of convolutions in float as shares of the results.</summary>
internal sealed record AccuracyReport(long Seed, IReadOnlyList<ConvolutionError> Errors)
{
    /// <summary>A row for each number of channels, a pair of numbers for each algorithm: root of the mean square, and largest.</summary>
    public void Print(Terminal terminal)
    {
        foreach (var direction in Errors.GroupBy(error => error.Direction))
        {
            string Of(IEnumerable<ConvolutionError> channels, string algorithm)
            {
                ConvolutionError error = channels.Single(one => one.Algorithm == algorithm);
                return $"{Text(error.Rms)}, {Text(error.Largest)}";
            }
            Table table = FoldedTable.Of(terminal, ("channels", channels => $"{channels.Key}"),
                [.. direction.Select(error => error.Algorithm).Distinct().Select(algorithm =>
                    ($"{algorithm}\nrms, largest", (Func<IGrouping<int, ConvolutionError>, string>)(row => Of(row, algorithm))))],
                [.. direction.GroupBy(error => error.Channels)]);
            table.Title = new TableTitle(direction.Key);
            terminal.Output.Write(table);
        }
        terminal.WriteLine("errors against the definition in double, as shares of the root of the mean square of the results");
    }

    private static string Text(double share) => share.ToString("0.0e-0", System.Globalization.CultureInfo.InvariantCulture);
}
