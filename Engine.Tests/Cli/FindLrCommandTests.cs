using System.Globalization;
using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Tests.Data;
using Scratch.Tests.Pictures;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli;

public sealed class FindLrCommandTests
{
    private static string[] Small => ["find-lr", "--data", CliRun.Mnist, "--batch-size", "64", "--steps", "40", "--from", "0.001", "--to", "50",
        "--trial-steps", "30", "--threads", "1"];

    [Test]
    public void FindLr_Mnist_SuggestsRatesBetweenTheFirstAndTheBest()
    {
        CliRun run = CliRun.Of(Small);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        double valley = double.Parse(run.After("valley"), CultureInfo.InvariantCulture), steepest = double.Parse(run.After("steepest"),
            CultureInfo.InvariantCulture);
        Assert.That(valley, Is.InRange(0.001, 1));
        Assert.That(steepest, Is.InRange(0.001, 5));
        Assert.That(double.Parse(run.After("suggested"), CultureInfo.InvariantCulture), Is.InRange(0.02, 1));
        Assert.That(run.Output, Does.Contain("1.00E-03  ").And.Contains("--batch-size 64 --optimizer sgd --momentum 0 --init kaiming-normal "
            + $"--seed 42 --data {ShellWord.Quoted(CliRun.Mnist)} --lr {run.After("suggested")}"));
    }

    [Test]
    public void FindLr_Normalize_ChangesTheInputsAndIsInTheCommand()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 24; i++)
        {
            byte[] pixels = [.. IdxBytes.Elements(3 * 8 * 8, seed: i).Select((value, p) => (byte)(value / (1 + p % 3)))];
            Directory.CreateDirectory(folder[$"in/{i % 2}"]);
            File.WriteAllBytes(folder[$"in/{i % 2}/{i}.png"], PngBytes.Of(pixels, 8, 8, channels: 3));
        }
        CliRun Run(string word) => CliRun.Of("find-lr", "--data", folder["in"], "--steps", "12", "--trial-steps", "10", "--threads", "1",
            "--normalize", word);
        CliRun all = Run("all"), channels = Run("channels");
        Assert.That(channels.Output, Does.Contain(" --normalize channels --lr "));
        Assert.That(all.Output, Does.Not.Contain("--normalize"));
        Assert.That(channels.Output.Split('\n')[1], Is.Not.EqualTo(all.Output.Split('\n')[1]));
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
        Assert.That(root.GetProperty("suggested").GetDouble().ToString("G3", CultureInfo.InvariantCulture), Is.EqualTo(table.After("suggested")));
        Assert.That(root.GetProperty("trials")[0].GetProperty("steps").GetInt32(), Is.EqualTo(30));
        Assert.That(table.Output.TrimEnd(), Does.EndWith(root.GetProperty("train").GetString()!));
    }

    // What train would choose for these pictures, with an adaptive optimiser: the suggestion trains.
    [Test]
    public void FindLr_OwnPicturesAndAdam_SuggestsForTheModelAndBatchesOfTrain()
    {
        using var folder = new TemporaryFolder();
        Drawings.WriteTo(folder["shapes"], 300, 3);
        CliRun run = CliRun.Of("find-lr", "--data", folder["shapes"], "--optimizer", "adamw", "--trial-steps", "60", "--threads", "1");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(double.Parse(run.After("suggested"), CultureInfo.InvariantCulture), Is.InRange(0.003, 0.1));
        Assert.That(run.Output, Does.Contain("scratch train --model lesson-bn --batch-size 16 --optimizer adamw --momentum 0.9 --init"));
    }

    [Test]
    public void Json_NotFinite_IsNull()
    {
        using JsonDocument json = JsonDocument.Parse(ReportJson.Text(new FindLrReport("lesson", [1], [double.NaN], [double.PositiveInfinity], 1, 1,
            [], 1, "")));
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
    [TestCase("--trial-steps", "5", "--trial-steps is 5, must be at least 6.")]
    [TestCase("--from", "0", "--from is 0")]
    [TestCase("--to", "0.00000001", "--to 1E-08")]
    public void FindLr_RatesThatDoNotRise_SaysSo(string option, string value, string message)
    {
        CliRun run = CliRun.Of("find-lr", option, value);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.WrongUsage));
        Assert.That(run.Error, Does.Contain(message));
    }
}
