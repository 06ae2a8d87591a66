using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Tests.Cli;
using Scratch.Tests.Support;

namespace Scratch.Tests.Load;

/// <summary>Half an hour of training in little more memory than was predicted.</summary>
[Platform("Linux"), NonParallelizable]
public sealed class SoakTests
{
    private const double Room = 1.2, Growth = 1.05;
    private const string Model = "deep", Images = "4096";

    /// <summary>Thirty minutes, or as many as the test parameter <c>minutes</c> says; of a model whose step takes far more than all else.</summary>
    /// <remarks>In a group .NET's own limit is three quarters of the group's, unless it is told otherwise: here 95 %.</remarks>
    [Test]
    [Category("Slow"), Category("Long")]
    public void Train_InTwelveTenthsOfThePredictedMemory_EndsAndDoesNotGrow()
    {
        var time = TimeSpan.FromMinutes(double.Parse(TestContext.Parameters.Get("minutes", "30"), CultureInfo.InvariantCulture));
        string[] model = ["--model", Model, "--batch-size", Images, "--threads", "1"];
        long predicted = JsonDocument.Parse(CliRun.Of(["summary", .. model, "--json"]).Output).RootElement.GetProperty("memory").GetProperty("total")
            .GetInt64();
        using var limit = new MemoryLimit((long)(Room * predicted));
        using ChildProcess train = ChildProcess.Start(time + TimeSpan.FromHours(1), "sh", "-c",
            $"{limit.Enter}env DOTNET_GCHeapHardLimitPercent=5F dotnet {typeof(CommandLine).Assembly.Location} train {string.Join(' ', model)} "
                + "--train-size 8192 --epochs 10000");
        long start = Stopwatch.GetTimestamp(), first = 0, last = 0;
        int epochs = 0;
        while (Stopwatch.GetElapsedTime(start) < time && train.ReadLine() is string line)
        {
            if (!IsEpoch(line)) continue;
            last = train.WorkingSet;
            if (epochs++ == 0) first = last;
        }
        train.Signal(SignalDisposition.Terminate);
        long most = limit.Most;
        var (code, _, error) = train.Finish();
        TestContext.Out.WriteLine($"predicted {predicted / 1e6:F0} MB, limit {Room * predicted / 1e6:F0} MB, the group's most {most / 1e6:F0} MB; "
            + $"{epochs} epochs in {Stopwatch.GetElapsedTime(start).TotalMinutes:F0} minutes; working set {first / 1e6:F1} MB after the first, "
            + $"{last / 1e6:F1} MB after the last");
        Assert.That(code, Is.EqualTo(ExitCode.Terminated), error);
        Assert.That(epochs, Is.GreaterThan(1));
        Assert.That((double)last, Is.InRange(first / Growth, first * Growth));
    }

    // A row of the table: its first word is a number.
    private static bool IsEpoch(string line) => int.TryParse(line.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(), out _);
}
