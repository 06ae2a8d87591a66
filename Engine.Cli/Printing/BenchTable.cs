using Scratch.Kernels.Simd;
using Scratch.Measuring;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary>Prints the cases of <c>bench</c> for people, each as soon as it has been timed.</summary>
/// <remarks>The best time is left to <c>--json</c>.</remarks>
/// <param name="terminal">Where to print.</param>
/// <param name="cases">Those to come, for the width of the first column.</param>
/// <param name="peak">What the processor does at most, in GFLOP/s.</param>
internal sealed class BenchTable(Terminal terminal, IReadOnlyList<BenchmarkCase> cases, double peak)
{
    private readonly int _width = cases.Max(which => which.Name.Length);

    /// <summary>The bound, and the names of the columns.</summary>
    public void Begin(int threads)
    {
        terminal.WriteLine(Processor.Description);
        terminal.WriteLine($"peak of fused multiply-adds on {Amount.Of(threads, "thread")}: {peak:F1} GFLOP/s");
        terminal.Output.MarkupLineInterpolated($"[bold]{"case".PadRight(_width)}   median  GFLOP/s  of peak  algorithm[/]");
    }

    /// <summary>One line, and what does not fit on it beneath.</summary>
    public void Add(BenchmarkResult result)
    {
        string speed = result.GigabytesPerSecond is { } bytes ? $"{bytes,12:F1} GB/s" : $"{result.Gflops,8:F1} {100 * result.Gflops / peak,6:F1} %";
        string line = $"{result.Case.PadRight(_width)} {Time(result.Median)} {speed} ";
        foreach (string part in Others(result).Prepend(result.Algorithm))
        {
            if (line.Length + 1 + part.Length > terminal.TextWidth)
            {
                terminal.WriteLine(line.TrimEnd());
                line = "   ";
            }
            line += $" {part}";
        }
        terminal.WriteLine(line);
    }

    private static IEnumerable<string> Others(BenchmarkResult result)
    {
        foreach (var (name, seconds) in result.Alternatives ?? new Dictionary<string, double>()) yield return $"; {name} {Time(seconds).Trim()}";
        if (result.Nchw is { } nchw) yield return $"; NCHW to NCHW {Time(nchw).Trim()}";
    }

    // Always with four digits, in the unit that leaves one to three before the point.
    private static string Time(double seconds)
    {
        var (value, unit) = seconds < 1e-3 ? (seconds * 1e6, "µs") : seconds < 1 ? (seconds * 1e3, "ms") : (seconds, "s ");
        string digits = value < 10 ? $"{value:F3}" : value < 100 ? $"{value:F2}" : $"{value:F1}";
        return $"{digits} {unit}".PadLeft(8);
    }
}
