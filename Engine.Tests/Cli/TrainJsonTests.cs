using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;

namespace Scratch.Tests.Cli;

/// <summary><c>train --json</c>: one object on a line as each epoch ends, one for the run.</summary>
public sealed class TrainJsonTests
{
    private readonly TemporaryFolder _folder = new();

    [OneTimeSetUp]
    public void WriteData() => TinyMnist.WriteTo(_folder.Path);

    [OneTimeTearDown]
    public void CleanUp() => _folder.Dispose();

    [Test]
    public void Json_OfTrain_IsALineForEachEpochAndOneForTheRun()
    {
        string output = _folder["out"];
        CliRun run = Train("--epochs", "2", "--metrics", "f1", "--out", output);
        JsonElement[] lines = Objects(run);
        Assert.That(lines, Has.Length.EqualTo(3));
        JsonElement report = lines[^1];
        using JsonDocument written = JsonDocument.Parse(File.ReadAllText(Path.Combine(output, "train.json")));
        Assert.That(JsonElement.DeepEquals(report, written.RootElement), "what is printed of the run is what is written");
        Assert.That(report.GetProperty("telemetry")[0].GetProperty("passes").GetArrayLength(), Is.Positive);
        for (int epoch = 0; epoch < 2; epoch++)
        {
            JsonElement line = lines[epoch], same = report.GetProperty("epochs")[epoch], f1 = report.GetProperty("metrics")[0];
            foreach (JsonProperty number in same.EnumerateObject())
                Assert.That(line.GetProperty(number.Name).GetDouble(), Is.EqualTo(number.Value.GetDouble()), number.Name);
            Assert.That(line.GetProperty("epochs").GetInt32(), Is.EqualTo(2));
            JsonElement metric = line.GetProperty("metrics")[0];
            Assert.That(metric.GetProperty("name").GetString(), Is.EqualTo("f1"));
            Assert.That(metric.GetProperty("train").GetDouble(), Is.EqualTo(f1.GetProperty("train")[epoch].GetDouble()));
            Assert.That(metric.GetProperty("valid").GetDouble(), Is.EqualTo(f1.GetProperty("valid")[epoch].GetDouble()));
        }
        Assert.That(run.Error, Does.Contain("epoch  train loss"), "who watches has the table");
    }

    [Test]
    public void Json_Quiet_IsTheRunAlone()
    {
        CliRun run = Train("--epochs", "2", "--quiet", "--no-telemetry");
        Assert.That(Objects(run).Single().GetProperty("epochs").GetArrayLength(), Is.EqualTo(2));
        Assert.That(run.Error, Is.Empty);
    }

    [Test]
    public void Json_OfFolds_IsEachFoldsEpochsAndThenTheMeans()
    {
        JsonElement[] lines = Objects(Train("--epochs", "1", "--folds", "2", "--no-telemetry"));
        Assert.That(lines.SkipLast(1).Select(line => line.GetProperty("epoch").GetInt32()), Is.EqualTo([1, 1]));
        Assert.That(lines[^1].GetProperty("numbers").GetArrayLength(), Is.EqualTo(2));
    }

    [Test]
    public void Json_OfATrainingThatGoesOn_HasItsFinishedEpochsToo()
    {
        string state = _folder["state"];
        using var stop = new CancellationTokenSource();
        using var output = new Stopping(stop);
        CliRun first = CliRun.Of(output, stop.Token, Arguments("--epochs", "3", "--no-telemetry", "--checkpoint", state));
        Assert.That(first.ExitCode, Is.EqualTo(ExitCode.Interrupted), first.Error);
        JsonElement[] lines = Objects(CliRun.Of("train", "--data", _folder.Path, "--resume", state, "--json"));
        Assert.That(lines.SkipLast(1).Select(line => line.GetProperty("epoch").GetInt32()), Is.EqualTo([1, 2, 3]));
        JsonElement before = Object(first.Output.Split('\n')[0]);
        Assert.That(lines[0].GetProperty("trainLoss").GetDouble(), Is.EqualTo(before.GetProperty("trainLoss").GetDouble()));
    }

    private CliRun Train(params string[] options) => CliRun.Of(Arguments(options));

    private string[] Arguments(params string[] options) => ["train", "--data", _folder.Path, "--batch-size", "100", "--json", .. options];

    private static JsonElement[] Objects(CliRun run)
    {
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        return [.. run.Output.TrimEnd().Split('\n').Select(Object)];
    }

    private static JsonElement Object(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    /// <summary>Stops the training as soon as its first line is printed.</summary>
    private sealed class Stopping(CancellationTokenSource stop) : StringWriter
    {
        public override void Write(string? value)
        {
            base.Write(value);
            stop.Cancel();
        }
    }
}
