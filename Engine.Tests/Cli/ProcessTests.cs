using System.Diagnostics;
using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;

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
        Assert.That(run.Output.Split('\n')[0], Is.EqualTo("epoch  train loss  train accuracy  valid loss  valid accuracy       time"));
        Assert.That(run.After("weights"), Does.Match("^[0-9a-f]{16}$"));
        Assert.That(run.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(run.Output + run.Error, Does.Not.Contain("\u001b"));
    }

    [Test]
    public void Process_WrongUsage_Two() => WrongInputTests.Expect(CliRun.OfProcess("train", "--batch-size", "0"), ExitCode.WrongUsage, "--batch-size");

    [Test]
    public void Process_NoData_One() => WrongInputTests.Expect(CliRun.OfProcess("train", "--data", "nowhere"), ExitCode.Failed, "nowhere");

    [Test]
    public void Process_NoArguments_Help()
    {
        CliRun run = CliRun.OfProcess();
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(run.Output, Does.Contain("train").And.Contains("evaluate").And.Contains("summary").And.Contains("gradcheck"));
    }

    [TestCase("INT")]
    [TestCase("TERM")]
    [Platform(Exclude = "Win")]
    public void Process_Signal_StopsWithinASecondAndWritesTheFinishedEpochs(string signal)
    {
        using var folder = new TemporaryFolder();
        using Process process = CliRun.Start("train", "--train-size", "1000", "--epochs", "5000", "--out", folder["out"]);
        Task<string> error = process.StandardError.ReadToEndAsync();
        for (int line = 0; line < 3; line++) process.StandardOutput.ReadLine();          // the head of the table and two epochs
        using (var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"])) kill.WaitForExit();
        long sent = Stopwatch.GetTimestamp();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Stopwatch.GetElapsedTime(sent), Is.LessThan(TimeSpan.FromSeconds(1)));
            Assert.That(process.ExitCode, Is.EqualTo(ExitCode.Interrupted));
            Assert.That(error.Result, Does.Contain("interrupted in epoch"));
        }
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["out/train.json"]));
        Assert.That(json.RootElement.GetProperty("interrupted").GetBoolean(), Is.True);
        Assert.That(json.RootElement.GetProperty("epochs").GetArrayLength(), Is.AtLeast(2));
        Assert.That(CliRun.Of("evaluate", folder["out/model.safetensors"], "--data", CliRun.Mnist).ExitCode, Is.EqualTo(ExitCode.Done));
    }
}
