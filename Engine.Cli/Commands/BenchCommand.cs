using System.CommandLine;
using System.Text.Json.Serialization;
using Scratch.Measuring;

namespace Scratch.Cli;

/// <summary>One case on one line, for programs; case and threads together say which one.</summary>
internal sealed record BenchLine(string Case, int Threads, double Best, double Median, double Gflops, double Peak, int Runs, string Algorithm,
    IReadOnlyDictionary<string, double>? Alternatives, double? Nchw, double? GigabytesPerSecond);

/// <summary><c>scratch bench</c>: how long the engine's work takes, and how much of the processor it uses.</summary>
internal static class BenchCommand
{
    private const string Explanation =
        "Time the engine: matrix products, convolutions in each direction, other layers, steps of optimisers, inference, training "
        + "steps. "
        + "Every case is warmed up for a quarter of a second, then runs as often as --seconds allows (5 to 2000 times); GFLOP/s is by the median. "
        + "What multiplies nothing has GB/s instead: all that it reads and writes. "
        + "The peak is what fused multiply-adds reach here, with as many threads, measured at the start. "
        + "Convolutions are in their algorithm's own layout: 32 images side by side, or for fewer images their channels side by side (--algorithms "
            + "adds the way from NCHW and back). "
        + "Operations on padding count, as they do for others, though the engine leaves them out: so a share may pass 100 %.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var threads = SharedOptions.Threads();
        var filter = new Option<string>("--filter") { HelpName = "TEXT",
            Description = "Only cases with this in their name, such as conv/lesson or /b512." };
        var seconds = SharedOptions.Number("--seconds", 0.6, "About how long to time each case.");
        var json = new Option<bool>("--json") { Description = "Print a JSON object for each case on a line of its own, for programs to read." };
        var algorithms = new Option<bool>("--algorithms") { Description =
            "Time the other algorithms of a convolution too, each in its own layout, and the way from NCHW to NCHW; each for a third of --seconds." };
        var convolution = SharedOptions.Convolution();
        var sweep = SweepReport.Option();
        var seed = SharedOptions.Seed(1, "Of the convolutions of --sweep.");
        var calibrate = new Option<bool>("--calibrate") { Description = "Instead of the cases: time convolutions in either layout for some minutes, "
            + "and write what things take on this machine into a file by which plans choose from then on." };
        var list = new Option<bool>("--list") { Description = "Print the names of the cases and time none." };
        var command = new Command("bench", Explanation) { threads, filter, seconds, json, algorithms, convolution, list, sweep, seed, calibrate };
        command.SetAction(parsed =>
        {
            if (parsed.GetResult(sweep) is { Implicit: false })
            {
                SweepReport.Run(terminal, parsed.GetValue(sweep), parsed.GetValue(seed), parsed.GetValue(seconds));
                return ExitCode.Done;
            }
            if (parsed.GetValue(calibrate))
            {
                CalibrationReport.Run(terminal, parsed.GetValue(seconds));
                return ExitCode.Done;
            }
            string text = parsed.GetValue(filter) ?? "";
            List<BenchmarkCase> cases = [.. BenchmarkCatalog.With(SharedOptions.Convolutions[parsed.GetValue(convolution)!]).Where(which =>
                which.Name.Contains(text, StringComparison.Ordinal))];
            if (cases.Count == 0) throw new UsageException($"--filter is '{text}', and no case has that in its name. See them with --list.");
            if (parsed.GetValue(list)) cases.ForEach(which => terminal.WriteText(which.Name));
            else Run(terminal, cases, parsed.GetValue(threads), parsed.GetValue(seconds), parsed.GetValue(algorithms), parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Run(Terminal terminal, List<BenchmarkCase> cases, int threads, double seconds, bool algorithms, bool json)
    {
        terminal.DescribeProcessor(threads);
        double peak = ProcessorPeak.Measure(threads);
        var table = new BenchTable(terminal, cases, peak);
        if (!json) table.Begin(threads);
        foreach (BenchmarkCase which in cases)
        {
            BenchmarkResult result = which.Measure(threads, seconds, algorithms);
            if (json)
                terminal.WriteText(ReportLine.Text(new BenchLine(result.Case, threads, result.Best, result.Median, result.Gflops, peak, result.Runs,
                    result.Algorithm, result.Alternatives, result.Nchw, result.GigabytesPerSecond)));
            else table.Add(result);
            GC.Collect();                                                    // the memory of this case, before the next one takes its own
        }
    }
}

/// <summary>Reports as JSON on a single line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BenchLine))]
internal sealed partial class ReportLine : JsonSerializerContext
{
    /// <summary>The line.</summary>
    public static string Text(BenchLine line) => System.Text.Json.JsonSerializer.Serialize(line, Default.BenchLine);
}
