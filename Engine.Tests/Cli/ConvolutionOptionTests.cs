using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Measuring;

namespace Scratch.Tests.Cli;

/// <summary>How convolutions are computed, as the command line says it, and how exact that is.</summary>
public sealed class ConvolutionOptionTests
{
    [TestCase("auto", true)]
    [TestCase("winograd", true)]
    [TestCase("direct", false)]
    public void Plan_Convolution_ShowsWhichLayersRunSo(string how, bool winograd)
    {
        CliRun run = CliRun.Of("plan", "--model", "resnet18", "--image", "3x64x64", "--batch-size", "32", "--convolution", how);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Output);
        Assert.That(run.Output.Contains("(winograd ", StringComparison.Ordinal), Is.EqualTo(winograd), run.Output);
    }

    [Test]
    public void Plan_UnknownConvolution_IsWrongUsage() => Assert.That(CliRun.Of("plan", "--convolution", "fft").ExitCode,
        Is.EqualTo(ExitCode.WrongUsage));

    [Test]
    public void Verify_Accuracy_ErrorsAreThoseOfFloatAndGrowWithTheTile()
    {
        using JsonDocument json = JsonDocument.Parse(CliRun.Of("verify", "--accuracy", "--seed", "3", "--json").Output);
        var errors = json.RootElement.GetProperty("errors").EnumerateArray().Select(error => (Channels: error.GetProperty("channels").GetInt32(),
            Algorithm: error.GetProperty("algorithm").GetString(), Direction: error.GetProperty("direction").GetString(),
                Rms: error.GetProperty("rms").GetDouble())).ToList();
        Assert.That(errors, Has.Count.EqualTo(ConvolutionAccuracy.Channels.Count * 9));
        Assert.That(errors.Select(error => error.Rms), Has.All.InRange(1e-8, 3e-6));
        foreach (var same in errors.GroupBy(error => (error.Channels, error.Direction)))
            Assert.That(same.Single(error => error.Algorithm == "winograd 4x4").Rms,
                Is.GreaterThan(same.Single(error => error.Algorithm == "direct").Rms), $"{same.Key}");
    }

    [Test]
    public void Verify_AccuracyAsText_HasATableForEachDirection()
    {
        string text = CliRun.Of("verify", "--accuracy").Output;
        foreach (string direction in new[] { "forward", "backward-input", "backward-weight" }) Assert.That(text,
            Does.Match($@"{direction}\s+channels\s+direct\s+winograd 2x2\s+winograd 4x4"));
    }
}
