using System.Globalization;
using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Files;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Tests.Cli;

public sealed class TrainCommandTests
{
    private static readonly string[] Small = ["train", "--data", CliRun.Mnist, "--train-size", "2000"];

    [Category("Slow")]
    [Test]
    public void Train_Out_WritesLoadableWeightsAndEverythingPrinted()
    {
        using var folder = new TemporaryFolder();
        CliRun run = CliRun.Of([.. Small, "--epochs", "2", "--out", folder["new/folder"]]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);

        Model<float> model = ModelCatalog.Build<float>("lesson", new Shape(1, 28, 28), 10);
        ModelFile.Load(model, folder["new/folder/model.safetensors"]);
        Assert.That(run.After("weights"), Is.EqualTo(model.Hash()));
        Assert.That(SafetensorsFile.Read(folder["new/folder/model.safetensors"]).Metadata,
            Does.ContainKey("mean").WithValue(Mean(folder)).And.ContainKey("model"));

        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["new/folder/train.json"]));
        JsonElement root = json.RootElement;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(root.GetProperty("weights").GetString(), Is.EqualTo(model.Hash()));
            Assert.That(root.GetProperty("interrupted").GetBoolean(), Is.False);
            Assert.That(root.GetProperty("epochs").GetArrayLength(), Is.EqualTo(2));
            Assert.That(run.Output, Does.Contain(root.GetProperty("epochs")[1].GetProperty("validLoss").GetDouble().ToString("F4",
                CultureInfo.InvariantCulture)));
            Assert.That(root.GetProperty("telemetry").GetArrayLength(), Is.EqualTo(11));
            Assert.That(root.GetProperty("telemetry").EnumerateArray().Select(layer => layer.GetProperty("passes").GetArrayLength()),
                Is.All.EqualTo(18), "all of the first 16 passes, then every eighth");
            Assert.That(run.Output, Does.Contain("telemetry 18 of 28 = 2 x (4 + 10) entries per layer"));
        }
        CliRun evaluated = CliRun.Of("evaluate", folder["new/folder/model.safetensors"], "--data", CliRun.Mnist);
        Assert.That(evaluated.After("test"), Is.EqualTo(run.After("test")));
        Assert.That(evaluated.After("weights"), Is.EqualTo(run.After("weights")));
        Assert.That(evaluated.Output, Does.Contain("(from the file)"));
    }

    [Category("Slow")]
    [Test]
    public void Train_OtherNumberOfThreads_SameWeights()
    {
        List<string> hashes = [];
        foreach (int threads in (ReadOnlySpan<int>)[1, 2, 3, 8]) hashes.Add(CliRun.Of([.. Small, "--epochs", "1", "--threads",
            $"{threads}"]).After("weights"));
        Assert.That(hashes, Is.All.EqualTo(hashes[0]));
        Assert.That(hashes[0], Does.Match("^[0-9a-f]{16}$"));
    }

    [Category("Slow")]
    [Test]
    public void Train_OtherSettings_OtherWeights()
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        string Weights(params string[] settings) => CliRun.Of(["train", "--data", folder.Path, "--batch-size", "100", "--epochs", "1",
            .. settings]).After("weights");
        string[][] variants =
        [
            [], ["--seed", "43"], ["--seed", "-1"], ["--lr", "0.1"], ["--momentum", "0.5"], ["--momentum", "0.5", "--nesterov"],
                ["--momentum", "0.5", "--dampening", "0.5"],
            ["--weight-decay", "0.01"], ["--init", "default"], ["--init", "kaiming-uniform"], ["--train-size", "400"], ["--model", "grouped"],
                ["--model", "lesson-bn"],
        ];
        Assert.That(variants.Select(Weights), Is.Unique);
        Assert.That(Weights("--init", "kaiming"), Is.EqualTo(Weights()));
    }

    [Test]
    public void Train_OtherFolder_ValidatesWithASixth()
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        CliRun run = CliRun.Of("train", "--data", folder.Path, "--batch-size", "20", "--epochs", "2");
        Assert.That(run.Output, Does.Contain("telemetry 56 = 2 x (25 + 3) entries per layer"), run.Error);
        Assert.That(run.Output, Does.Contain(": 1,000 in "));
    }

    [Category("Slow")]
    [Test]
    public void Train_InterruptedInTheSecondEpoch_WritesTheFirst()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        using var output = new Listener("    1  ", stop);
        CliRun run = CliRun.Of(output, stop.Token, [.. Small, "--epochs", "500", "--out", folder.Path]);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["train.json"]));
        Model<float> model = ModelCatalog.Build<float>("lesson", new Shape(1, 28, 28), 10);
        ModelFile.Load(model, folder["model.safetensors"]);
        string expected = CliRun.Of([.. Small, "--epochs", "1"]).After("weights");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Interrupted));
            Assert.That(run.Error, Does.Contain("interrupted in epoch 2 of 500"));
            Assert.That(model.Hash(), Is.EqualTo(expected));
            Assert.That(run.After("weights"), Is.EqualTo(expected));
            Assert.That(json.RootElement.GetProperty("interrupted").GetBoolean(), Is.True);
            Assert.That(json.RootElement.GetProperty("test").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(json.RootElement.GetProperty("epochs").GetArrayLength(), Is.EqualTo(1));
            Assert.That(json.RootElement.GetProperty("telemetry")[0].GetProperty("passes").GetArrayLength(), Is.EqualTo(14));
        }
    }

    [Test]
    public void Train_InterruptedBeforeTheFirstEpoch_WritesNothingAndSaysSo()
    {
        using var folder = new TemporaryFolder();
        CliRun run = CliRun.Of(new StringWriter(), new CancellationToken(canceled: true), [.. Small, "--out", folder["new/folder"]]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Interrupted));
        Assert.That(run.Error, Does.Contain("interrupted").And.Contains("nothing is written"));
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.Empty);
    }

    [Category("Slow")]
    [Test]
    public void Train_Diverging_StopsAndSaysWhere()
    {
        using var folder = new TemporaryFolder();
        CliRun run = CliRun.Of([.. Small, "--epochs", "1", "--lr", "1e30", "--out", folder["new"]]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(run.Error, Does.Contain("no epoch was finished, so nothing is written").And.Contains(" at step ").And.Contains("learning rate "
            + "1E+30"));
        Assert.That(Directory.Exists(folder["new"]), Is.False);
    }

    private static string Mean(TemporaryFolder folder)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["new/folder/train.json"]));
        return json.RootElement.GetProperty("data").GetProperty("mean").GetRawText();
    }

    /// <summary>Cancels as soon as a line begins with some text.</summary>
    private sealed class Listener(string beginning, CancellationTokenSource stop) : StringWriter
    {
        public override void Write(string? value)
        {
            base.Write(value);
            if ($"{this}".Contains($"\n{beginning}", StringComparison.Ordinal)) stop.Cancel();
        }
    }
}
