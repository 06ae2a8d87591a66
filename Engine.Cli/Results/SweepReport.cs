using System.CommandLine;
using System.Globalization;
using Scratch.Layers;
using Scratch.Measuring;

namespace Scratch.Cli;

/// <summary><c>scratch bench --sweep</c>: random convolutions by every algorithm, as a table for people and for docs/performance.md.</summary>
internal static class SweepReport
{
    private const int Usual = 200, Most = 100_000;
    private const double Allowed = 1.3;

    private static readonly ConvolutionAlgorithm[] _algorithms =
        [ConvolutionAlgorithm.Lanes, ConvolutionAlgorithm.Channels, ConvolutionAlgorithm.Im2Col, ConvolutionAlgorithm.Naive];

    /// <summary>How many convolutions; the number may be left out.</summary>
    public static Option<int> Option() => new("--sweep")
    {
        HelpName = "N",
        Description = $"Instead of the cases: N random convolutions ({Usual} if left out), forward and backward, on one thread, by every algorithm; "
            + "how near the chosen one is to the best.",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result =>
        {
            if (result.Tokens.Count == 0) return Usual;
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is >= 1 and <= Most) return count;
            result.AddError($"--sweep is '{text}', must be a whole number from 1 to {Most}.");
            return 0;
        },
    };

    /// <summary>Sweeps, and prints a line as soon as it is known, in Markdown.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="count">How many convolutions.</param>
    /// <param name="seed">Which.</param>
    /// <param name="seconds">For a case of the catalogue; a direction of a block takes a tenth of it.</param>
    public static void Run(Terminal terminal, int count, long seed, double seconds)
    {
        terminal.DescribeProcessor(threads: 1);
        terminal.WriteText($"| convolution | direction | {string.Join(" | ", _algorithms)} | chosen | to the best |");
        terminal.WriteText($"|---|---|{string.Concat(Enumerable.Repeat("--:|", _algorithms.Length))}---|--:|");
        List<double> ratios = [];
        foreach (SweepResult result in ConvolutionSweep.Run(count, seed, seconds / 10))
        {
            string times = string.Join(" | ", _algorithms.Select(which => result.Seconds.TryGetValue(which, out double time) ? $"{time * 1e6:F1}"
                : "–"));
            terminal.WriteText($"| {result.Shape} | {result.Direction} | {times} | {string.Join(", ", result.Chosen)} | {result.Ratio:F2} |");
            ratios.Add(result.Ratio);
        }
        terminal.WriteText("");
        terminal.WriteText($"Microseconds. Within {Allowed} of the best: {100.0 * ratios.Count(ratio => ratio <= Allowed) / ratios.Count:F1} % of "
            + $"{ratios.Count} "
            + $"(within 1.1: {100.0 * ratios.Count(ratio => ratio <= 1.1) / ratios.Count:F1} %; worst {ratios.Max():F2}), seed {seed}.");
    }
}
