using System.CommandLine;
using Scratch.Measuring;

namespace Scratch.Cli;

/// <summary><c>scratch verify</c>: whether every fast kernel computes on this machine what its definition says.</summary>
internal static class VerifyCommand
{
    private const string Explanation =
        "Compare every fast kernel with its naive twin on this machine, in float and double, at fixed and at seeded random shapes. "
        + "Errors are in units in the last place of the largest value that the twin computes (or of 1, if that is more). "
        + "Orders of additions differ, so some units are rounding; exit code 1 over 64, as a wrong index is off by millions.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var seed = SharedOptions.Seed(1, "Of the random shapes and numbers.");
        var cases = SharedOptions.Count("--cases", new VerificationOptions().Cases, 1_000_000,
            "Random shapes for every kernel, beside the fixed ones.");
        var threads = SharedOptions.Threads();
        var accuracy = new Option<bool>("--accuracy") { Description =
            "Instead, how far 3x3 convolutions in float are off: direct and by Winograd's method, for 32 to 512 channels." };
        var json = SharedOptions.Json();
        var command = new Command("verify", Explanation) { seed, cases, threads, accuracy, json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(accuracy))
            {
                AccuracyReport report = new(parsed.GetValue(seed), [.. ConvolutionAccuracy.Run(parsed.GetValue(seed))]);
                if (parsed.GetValue(json)) terminal.WriteText(ReportJson.Text(report));
                else report.Print(terminal);
                return ExitCode.Done;
            }
            int count = parsed.GetValue(threads);
            terminal.DescribeProcessor(count);
            return Verify(terminal, new() { Seed = parsed.GetValue(seed), Cases = parsed.GetValue(cases), Threads = count }, parsed.GetValue(json));
        });
        return command;
    }

    /// <summary>Verifies and prints what came of it.</summary>
    internal static int Verify(Terminal terminal, VerificationOptions options, bool json)
    {
        VerifyReport report = VerifyReport.Of(options, KernelVerification.Run(options));
        if (json) terminal.WriteText(ReportJson.Text(report));
        else Print(terminal, report);
        return report.Passed ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Print(Terminal terminal, VerifyReport report)
    {
        string Of(IEnumerable<KernelComparison> kernel, string precision) => Error(kernel.Single(one => one.Precision == precision), report);
        terminal.Output.Write(FoldedTable.Of(terminal, ("kernel", kernel => kernel.Key), [("shapes", kernel => $"{kernel.Max(one => one.Cases)}"),
            ("float", kernel => Of(kernel, "float")), ("double", kernel => Of(kernel, "double"))], [.. report.Kernels.GroupBy(one => one.Kernel)]));
        KernelComparison worst = report.Kernels.MaxBy(one => one.WorstError)!;
        string where = $"{worst.WorstError:0.0} units in the last place of the largest value ({worst.Kernel}, {worst.Precision}, "
            + $"{worst.WorstShape}), allowed {report.Tolerance:0}";
        terminal.WriteLine($"{(report.Passed ? "passed" : "failed")}: {report.Processor}, seed {report.Seed}, {report.Cases} random shapes");
        terminal.WriteLine($"worst: {where}");
    }

    private static string Error(KernelComparison kernel, VerifyReport report)
    {
        string style = kernel.WorstError <= report.Tolerance ? "default" : "red";
        return $"[{style}]{kernel.WorstError:0.0}[/]";
    }
}
