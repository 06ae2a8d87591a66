using System.Globalization;
using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;

namespace Scratch.Tests.Cli;

public sealed class FindLrCommandTests
{
    private static string[] Small => ["find-lr", "--data", CliRun.Mnist, "--batch-size", "64", "--steps", "40", "--from", "0.001", "--to", "50",
        "--threads", "1"];

    [Test]
    public void FindLr_Mnist_SuggestsRatesBetweenTheFirstAndTheBest()
    {
        CliRun run = CliRun.Of(Small);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        double valley = double.Parse(run.After("valley"), CultureInfo.InvariantCulture), steepest = double.Parse(run.After("steepest"),
            CultureInfo.InvariantCulture);
        Assert.That(valley, Is.InRange(0.001, 1));
        Assert.That(steepest, Is.InRange(0.001, 5));
        Assert.That(run.Output, Does.Contain("1.00E-03  ").And.Contains($"--batch-size 64 --momentum 0 --init kaiming-normal --seed 42 --data "
            + $"{ShellWord.Quoted(CliRun.Mnist)} --lr {run.After("valley")}"));
    }

    [Test]
    public void FindLr_Json_HasWhatTheTableHas()
    {
        CliRun table = CliRun.Of(Small);
        using JsonDocument json = JsonDocument.Parse(CliRun.Of([.. Small, "--json"]).Output);
        JsonElement root = json.RootElement;
        int rates = root.GetProperty("rates").GetArrayLength();
        Assert.That(rates, Is.InRange(10, 40));
        Assert.That((root.GetProperty("losses").GetArrayLength(), root.GetProperty("smoothedLosses").GetArrayLength()), Is.EqualTo((rates, rates)));
        Assert.That(root.GetProperty("valley").GetDouble().ToString("G3", CultureInfo.InvariantCulture), Is.EqualTo(table.After("valley")));
        Assert.That(table.Output.TrimEnd(), Does.EndWith(root.GetProperty("train").GetString()!));
    }

    [Test]
    public void Json_NotFinite_IsNull()
    {
        using JsonDocument json = JsonDocument.Parse(ReportJson.Text(new FindLrReport("lesson", [1], [double.NaN], [double.PositiveInfinity], 1, 1,
            "")));
        Assert.That(json.RootElement.GetProperty("losses")[0].ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(json.RootElement.GetProperty("smoothedLosses")[0].ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public void FindLr_LossIsNotFiniteAfterAStep_SaysToStartLower()
    {
        CliRun run = CliRun.Of("find-lr", "--data", CliRun.Mnist, "--batch-size", "64", "--from", "1e30", "--to", "1e38", "--threads", "1");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(run.Error, Does.Contain("the loss is not finite after the first step, with the rate --from 1E+30. Start lower."));
    }

    [TestCase("--steps", "1", "--steps is 1")]
    [TestCase("--from", "0", "--from is 0")]
    [TestCase("--to", "0.00000001", "--to 1E-08")]
    public void FindLr_RatesThatDoNotRise_SaysSo(string option, string value, string message)
    {
        CliRun run = CliRun.Of("find-lr", option, value);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.WrongUsage));
        Assert.That(run.Error, Does.Contain(message));
    }
}
