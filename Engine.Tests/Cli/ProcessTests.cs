using System.Diagnostics;
using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Cli.Reports;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli;

/// <summary>What only a real process shows: its exit code, its streams, signals.</summary>
[Category("Slow")]
public sealed class ProcessTests
{
    [Test]
    public void Process_Redirected_ResultsOnOneStreamDiagnosticsOnTheOtherBothPlain()
    {
        CliRun run = CliRun.OfProcess("train", "--train-size", "500", "--epochs", "1");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Output.Split('\n')[0], Is.EqualTo("epoch  train loss  accuracy  valid loss  accuracy       time"));
        Assert.That(run.After("weights"), Does.Match("^[0-9a-f]{16}$"));
        Assert.That(run.ErrorLines, Has.Length.EqualTo(5), "three of what was loaded, one of the processor, one of the memory");
        Assert.That(run.Output + run.Error, Does.Not.Contain("\u001b"));
    }

    [Test]
    public void Process_WrongUsage_Two() => WrongInputTests.Expect(CliRun.OfProcess("train", "--batch-size", "0"), ExitCode.WrongUsage,
        "--batch-size");

    [Test]
    public void Process_NoData_One() => WrongInputTests.Expect(CliRun.OfProcess("train", "--data", "nowhere"), ExitCode.Failed, "nowhere");

    [Test]
    public void Process_NoArguments_Help()
    {
        CliRun run = CliRun.OfProcess();
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(run.Output, Does.Contain("train").And.Contains("evaluate").And.Contains("summary").And.Contains("gradcheck"));
    }

    [TestCase(SignalDisposition.Interrupt, false)]
    [TestCase(SignalDisposition.Interrupt, true)]
    [TestCase(SignalDisposition.Terminate, false)]
    [TestCase(SignalDisposition.HangUp, true)]
    [Platform(Exclude = "Win")]
    public void Process_Signal_StopsWithinASecondAndWritesTheFinishedEpochs(int signal, bool isIgnoredAround)
    {
        using var folder = new TemporaryFolder();
        ChildProcess Start() => CliRun.Start("train", "--train-size", "1000", "--epochs", "5000", "--out", folder["out"]);
        using ChildProcess process = isIgnoredAround ? SignalDisposition.WithIgnored(signal, Start) : Start();
        for (int line = 0; line < 3; line++) process.ReadLine();             // the head of the table and two epochs
        process.Signal(signal);
        if (signal == SignalDisposition.HangUp) process.Signal(signal);      // once by the terminal, once by the shell
        long sent = Stopwatch.GetTimestamp();
        var (code, _, error) = process.Finish();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Stopwatch.GetElapsedTime(sent), Is.LessThan(TimeSpan.FromSeconds(1)));
            Assert.That(code, Is.EqualTo(signal == SignalDisposition.Terminate ? ExitCode.Terminated : ExitCode.Interrupted));
            Assert.That(error, Does.Contain("interrupted in epoch"));
        }
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["out/train.json"]));
        Assert.That(json.RootElement.GetProperty("interrupted").GetBoolean(), Is.True);
        Assert.That(json.RootElement.GetProperty("epochs").GetArrayLength(), Is.AtLeast(2));
        Assert.That(CliRun.Of("evaluate", folder["out/model.safetensors"], "--data", CliRun.Mnist).ExitCode, Is.EqualTo(ExitCode.Done));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void Process_Killed_FinishedEpochsAreThere_AndTheNextRunCleansUp()
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        string[] arguments = ["train", "--data", folder.Path, "--model", "lesson-bn", "--no-telemetry", "--out", folder["out"]];
        using ChildProcess process = CliRun.Start([.. arguments, "--epochs", "5000"]);
        for (int line = 0; line < 3; line++) process.ReadLine();
        process.Signal(SignalDisposition.Kill);
        process.Finish();
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["out/train.json"]));
        Assert.That(json.RootElement.GetProperty("interrupted").GetBoolean(), Is.True);
        Assert.That(json.RootElement.GetProperty("epochs").GetArrayLength(), Is.AtLeast(2));
        Assert.That(CliRun.Of("evaluate", folder["out/model.safetensors"], "--data", folder.Path).ExitCode, Is.EqualTo(ExitCode.Done));

        File.WriteAllText(folder[$"out/model.safetensors.{Path.GetRandomFileName()}.tmp"], "half of a model");
        Assert.That(CliRun.Of([.. arguments, "--epochs", "1", "--overwrite"]).ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(Directory.GetFiles(folder["out"]).Select(Path.GetFileName),
            Is.EquivalentTo([OutputFolder.Model, OutputFolder.Report, RunFile.Data, RunFile.Page]));
    }

    [TestCase(">/dev/full", "No space left on device")]
    [TestCase(">&-", "standard output is lost")]
    [Platform("Linux")]
    public void Process_OutputLost_TrainsAndWritesAndSaysSo(string redirection, string said)
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        using ChildProcess process = OfShell($"train --data {folder.Path} --epochs 2 --out {folder["out"]} {redirection}");
        var (code, _, error) = process.Finish();
        Assert.That(code, Is.EqualTo(ExitCode.Failed), error);
        string[] complaints = [.. error.Split('\n').Where(line => line.StartsWith("error: standard output is lost", StringComparison.Ordinal))];
        Assert.That(complaints, Has.Length.EqualTo(1).And.All.Contains(said), error);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["out/train.json"]));
        Assert.That(json.RootElement.GetProperty("epochs").GetArrayLength(), Is.EqualTo(2));
        Assert.That(File.Exists(folder["out/model.safetensors"]), Is.True);
    }

    [TestCase("summary 2>/dev/full", ExitCode.Done)]
    [TestCase("train --data nowhere 2>/dev/full", ExitCode.Failed)]
    [TestCase("trian 2>&-", ExitCode.WrongUsage)]
    [Platform("Linux")]
    public void Process_ErrorsLost_ExitCodeStays(string arguments, int expected)
    {
        using ChildProcess process = OfShell(arguments);
        Assert.That(process.Finish().ExitCode, Is.EqualTo(expected));
    }

    [Test]
    public void ChildProcess_DoesNotEnd_IsKilledInTime()
    {
        using ChildProcess process = ChildProcess.Start(
            TimeSpan.FromSeconds(1), "dotnet", typeof(CommandLine).Assembly.Location, "train", "--train-size", "500", "--epochs", "10000");
        Assert.That(() => process.Finish(), Throws.TypeOf<TimeoutException>());
    }

    private static ChildProcess OfShell(string arguments) =>
        ChildProcess.Start("sh", "-c", $"exec dotnet {typeof(CommandLine).Assembly.Location} {arguments}");
}
