using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Tests.Cli;
using Scratch.Tests.Support;

namespace Scratch.Tests.Load;

/// <summary>A long training in little more memory than was predicted for it.</summary>
[Platform("Linux")]
[NonParallelizable]
public sealed class SoakTests
{
    private const string Group = "/sys/fs/cgroup/memory", Second = "/sys/fs/cgroup";

    /// <summary>Half an hour, or as many minutes as the test parameter <c>minutes</c> says. The limit is a control group's where one can be made,
    /// else that of the heap.</summary>
    [Test]
    [Category("Slow")]
    public void Train_InTwelveTenthsOfThePredictedMemory_EndsAndDoesNotGrow()
    {
        double minutes = double.Parse(TestContext.Parameters.Get("minutes", "30"), CultureInfo.InvariantCulture);
        string[] model = ["--model", "wide", "--batch-size", "512"];
        using JsonDocument summary = JsonDocument.Parse(CliRun.Of(["summary", .. model, "--json"]).Output);
        long predicted = summary.RootElement.GetProperty("memory").GetProperty("total").GetInt64(), limit = predicted + predicted / 5;
        var (prepare, how, group) = Limit(limit);
        string train = string.Join(' ', ["train", .. model, "--train-size", "4096", "--epochs", "10000", "--no-telemetry"]);
        using ChildProcess process = ChildProcess.Start(TimeSpan.FromMinutes(minutes + 5), "sh", "-c",
            $"{prepare} exec dotnet {typeof(CommandLine).Assembly.Location} {train}");
        long start = Stopwatch.GetTimestamp(), first = 0, last = 0;
        int epochs = -1;                                                     // the first line is the table's head
        while (process.ReadLine() is not null)
        {
            last = process.WorkingSet;
            if (++epochs == 1) first = last;
            if (Stopwatch.GetElapsedTime(start).TotalMinutes >= minutes) break;
        }
        process.Signal(SignalDisposition.Terminate);
        var (code, output, error) = process.Finish();
        if (group is not null) Directory.Delete(group);
        TestContext.Out.WriteLine($"predicted {predicted / 1e6:F0} MB, limit {limit / 1e6:F0} MB by {how}; {epochs} epochs in {minutes} minutes; "
            + $"working set {first / 1e6:F1} MB after the first, {last / 1e6:F1} MB at the end");
        Assert.That(code, Is.EqualTo(ExitCode.Terminated), error);
        Assert.That(output, Does.Contain("weights "));
        Assert.That((double)last, Is.EqualTo((double)first).Within(5).Percent);
    }

    private static (string Prepare, string How, string? Group) Limit(long bytes)
    {
        foreach (var (folder, file) in new[] { (Group, "memory.limit_in_bytes"), (Second, "memory.max") })
        {
            string group = Path.Combine(folder, $"scratch-soak-{Environment.ProcessId}");
            try
            {
                if (!File.Exists(Path.Combine(folder, "cgroup.procs"))) continue;
                Directory.CreateDirectory(group);
                File.WriteAllText(Path.Combine(group, file), $"{bytes}");
                return ($"echo $$ > {group}/cgroup.procs &&", "a control group", group);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // not ours to make: the next
            }
        }
        return ($"DOTNET_GCHeapHardLimit=0x{bytes:X}", "the limit of the heap", null);
    }
}
