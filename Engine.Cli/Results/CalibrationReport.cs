using Scratch.Measuring;

namespace Scratch.Cli;

/// <summary><c>scratch bench --calibrate</c>: what the engine's work takes on this machine, for its plans and as a table.</summary>
internal static class CalibrationReport
{
    private const int Share = 20, Step = 25;

    /// <summary>Calibrates, says now and then how far it is, and prints the prices.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="seconds">For a case of the catalogue; a layout and direction of a convolution takes a twentieth of it.</param>
    public static void Run(Terminal terminal, double seconds)
    {
        terminal.DescribeProcessor(threads: 1);
        CalibrationResult result = Calibration.Run(seconds / Share, (done, all) =>
        {
            if (done % Step == 0 || done == all) terminal.Diagnose($"{done} of {all} convolutions timed");
        });
        terminal.WriteText("| nanoseconds for | shipped | here |");
        terminal.WriteText("|---|--:|--:|");
        foreach (var (name, shipped, measured) in result.Prices) terminal.WriteText($"| {name} | {shipped:0.####} | {measured:0.####} |");
        terminal.WriteText("");
        terminal.WriteText($"Of {result.Samples} times, half are predicted within {result.ErrorAfter * 100:F0} % (by the shipped prices "
            + $"{result.ErrorBefore * 100:F0} %).");
        terminal.WriteText($"Written to {result.File}; delete that file to go back.");
    }
}
