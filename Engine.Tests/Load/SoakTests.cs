using System.Diagnostics;
using System.Globalization;
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

    /// <summary>Thirty minutes, or as many as the test parameter <c>minutes</c> says: of a model whose step takes far more than all else, of one
    /// whose weights take much, and of one that takes little beside the program.</summary>
    [TestCase("--model deep --batch-size 4096 --train-size 8192", false)]
    [TestCase("--model resnet18 --batch-size 16 --train-size 64", true)]
    [TestCase("--model lesson", false)]
    [Category("Slow"), Category("Long")]
    public void Train_InTwelveTenthsOfThePredictedMemory_EndsAndDoesNotGrow(string words, bool ofFewImages)
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        var time = TimeSpan.FromMinutes(double.Parse(TestContext.Parameters.Get("minutes", "30"), CultureInfo.InvariantCulture));
        string[] options = [.. words.Split(' '), "--data", ofFewImages ? folder.Path : CliRun.Mnist, "--threads", "1", "--epochs", "10000"];
        long predicted = Predicted(options);
        using var limit = ControlGroup.OfMemory((long)(Room * predicted));
        using ChildProcess train = ChildProcess.Start(time + TimeSpan.FromHours(1), "sh", "-c",
            $"{limit.Enter}dotnet {typeof(CommandLine).Assembly.Location} train {string.Join(' ', options)}");
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

    // It is said before the head of the table.
    private static long Predicted(string[] options)
    {
        using ChildProcess train = CliRun.Start(["train", .. options]);
        train.ReadLine();
        train.Signal(SignalDisposition.Terminate);
        return TrainingMemoryTests.Expected(train.Finish().Error);
    }

    // A row of the table: its first word is a number.
    private static bool IsEpoch(string line) => int.TryParse(line.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(), out _);
}
