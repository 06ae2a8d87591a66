using Scratch.Kernels.Simd;
using Scratch.Measuring;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary>Prints the cases of <c>bench</c> for people, each as soon as it has been timed.</summary>
/// <param name="terminal">Where to print.</param>
/// <param name="cases">Those to come, for the width of the first column.</param>
/// <param name="peak">What the processor does at most, in GFLOP/s.</param>
internal sealed class BenchTable(Terminal terminal, IReadOnlyList<BenchmarkCase> cases, double peak)
{
    private readonly int _width = cases.Max(which => which.Name.Length);

    /// <summary>The bound, and the names of the columns.</summary>
    public void Begin(int threads)
    {
        terminal.WriteLine($"{Processor.Description}; peak of fused multiply-adds on {threads} {(threads == 1 ? "thread" : "threads")}: {peak:F1} GFLOP/s");
        terminal.Output.MarkupLineInterpolated($"[bold]{"case".PadRight(_width)}       best     median  GFLOP/s  of peak  algorithm[/]");
    }

    /// <summary>One line.</summary>
    public void Add(BenchmarkResult result) => terminal.WriteLine(
        $"{result.Case.PadRight(_width)} {Time(result.Best),10} {Time(result.Median),10} {result.Gflops,8:F1} {100 * result.Gflops / peak,6:F1} %  {result.Algorithm}{Others(result)}");

    private static string Others(BenchmarkResult result) => string.Concat(
        [.. (result.Alternatives ?? new Dictionary<string, double>()).Select(other => $"; {other.Key} {Time(other.Value)}"), result.Nchw is double nchw ? $"; NCHW to NCHW {Time(nchw)}" : ""]);

    // Always with four digits, in the unit that leaves one to three before the point.
    private static string Time(double seconds)
    {
        var (value, unit) = seconds < 1e-3 ? (seconds * 1e6, "µs") : seconds < 1 ? (seconds * 1e3, "ms") : (seconds, "s ");
        string digits = value < 10 ? $"{value:F3}" : value < 100 ? $"{value:F2}" : $"{value:F1}";
        return $"{digits} {unit}";
    }
}
