using Scratch.Measuring;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary>What <c>verify --accuracy</c> prints: the errors of convolutions in float as shares of the results.</summary>
internal sealed record AccuracyReport(long Seed, IReadOnlyList<ConvolutionError> Errors)
{
    /// <summary>A row for each number of channels, a pair of columns for each algorithm: root of the mean square, and largest.</summary>
    public void Print(Terminal terminal)
    {
        foreach (var direction in Errors.GroupBy(error => error.Direction))
        {
            var table = new Table { Border = TableBorder.Simple, UseSafeBorder = false };
            table.AddColumn(new TableColumn($"{direction.Key}, channels").NoWrap());
            foreach (string algorithm in direction.Select(error => error.Algorithm).Distinct())
                foreach (string measure in (ReadOnlySpan<string>)["rms", "largest"])
                    table.AddColumn(new TableColumn($"{algorithm}, {measure}").RightAligned());
            foreach (var channels in direction.GroupBy(error => error.Channels))
                table.AddRow([$"{channels.Key}", .. channels.SelectMany(error => new[] { Text(error.Rms), Text(error.Largest) })]);
            terminal.Output.Write(table);
        }
        terminal.WriteLine("errors against the definition in double, as shares of the root of the mean square of the results");
    }

    private static string Text(double share) => share.ToString("0.0e-0", System.Globalization.CultureInfo.InvariantCulture);
}
