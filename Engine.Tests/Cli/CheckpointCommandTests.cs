using System.CommandLine;
using System.Text.Json.Nodes;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Cli;

/// <summary><c>train --checkpoint</c> and <c>--resume</c>: what was stopped goes on as if it had not been.</summary>
public sealed class CheckpointCommandTests
{
    private static readonly string[] _rich = ["--epochs", "3", "--batch-size", "64", "--schedule", "one-cycle", "--augment", "shift=0.1", "--dropout",
        "0.3",
        "--metrics", "top-3,roc-auc", "--ema", "0.9", "--patience", "9", "--accumulate", "2"];

    private TemporaryFolder _folder = null!;

    private string Checkpoints => _folder["c"];

    [SetUp]
    public void CreateFolder()
    {
        _folder = new();
        TinyMnist.WriteTo(_folder.Path);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Resume_AnInterruptedTraining_HasTheSameTableWeightsAndReport()
    {
        CliRun whole = Train(CancellationToken.None, [.. _rich, "--out", _folder["whole"]]);
        CliRun first = Interrupted(1, [.. _rich, "--out", _folder["out"], "--checkpoint", Checkpoints, "--every", "3b"]);
        Assert.That(first.ExitCode, Is.EqualTo(ExitCode.Interrupted), first.Error);
        Assert.That(first.Error, Does.Contain($"go on with: scratch train --resume {Checkpoints}"));
        CliRun second = CliRun.Of("train", "--resume", Checkpoints);
        Assert.That(second.ExitCode, Is.EqualTo(ExitCode.Done), second.Error);
        Assert.That(Timeless(second.Output), Is.EqualTo(Timeless(whole.Output)));
        foreach (string name in (string[])["train.json", "report.json"])
            Assert.That(Report(_folder[$"out/{name}"]), Is.EqualTo(Report(_folder[$"whole/{name}"])), name);
    }

    [Test]
    public void Resume_AFinishedTraining_SaysTheSameAgain()
    {
        CliRun whole = Train(CancellationToken.None, "--epochs", "1", "--checkpoint", Checkpoints);
        CliRun again = CliRun.Of("train", "--resume", Checkpoints);
        Assert.That(Timeless(again.Output), Is.EqualTo(Timeless(whole.Output)), again.Error);
    }

    [Test]
    public void Resume_OptionsThatChangeTheResult_AreNamed()
    {
        Train(CancellationToken.None, "--epochs", "1", "--checkpoint", Checkpoints);
        CliRun run = CliRun.Of("train", "--resume", Checkpoints, "--lr", "0.3", "--epochs", "1", "--seed", "7", "--threads", "1");
        WrongInputTests.Expect(run, ExitCode.WrongUsage, "--lr (not said there)");
        Assert.That(run.Error, Does.Contain("--seed").And.Not.Contains("--epochs").And.Not.Contains("--threads"));
    }

    /// <summary>An option is free, or is compared: there is none of which neither is so.</summary>
    [Test]
    public void Resume_EveryOption_IsFreeOrComparedWithWhatItWas()
    {
        string model = _folder["model.safetensors"];
        Train(CancellationToken.None, "--epochs", "1", "--out", _folder["out"]);
        File.Copy(_folder["out/model.safetensors"], model);
        string[] others =
        [
            "--recipe speedrun", "--task multi-label", "--model lesson-bn", "--dropout 0.5", "--epochs 3", "--batch-size 32", "--last-batch drop",
            "--optimizer rmsprop", "--lr 0.3", "--momentum 0.8", "--dampening 0.1", "--weight-decay 0.1", "--spare-norms", "--nesterov",
            "--clip-norm 1", "--schedule cosine", "--warm-up 1", "--label-smoothing 0.1", "--augment hflip", "--normalize channels",
            "--init default", "--seed 7", "--convolution im2col", "--size 20", "--resize pad", "--memory 5", "--coarse", "--train-size 50",
            "--canvases 5", "--no-telemetry", "--patience 2", "--monitor train-loss", "--class-weights balanced", "--metrics top-3", "--ema 0.9",
            "--swa 1", "--accumulate 2", "--folds 2", $"--from {model}", "--freeze 0.*", "--lr-factors 0.*=0.1", "--unfreeze 0.*=1",
        ];
        Command train = new CommandLine(new Terminal(TextWriter.Null, TextWriter.Null)).Commands(CancellationToken.None).Subcommands
            .Single(command => command.Name == "train");
        Assert.That(train.Options.Select(option => option.Name).Except(CheckpointOptions.Free),
            Is.EquivalentTo(others.Select(words => words.Split(' ')[0])), "give a value to the new option, or say that it is free");

        Train(CancellationToken.None, "--epochs", "2", "--momentum", "0.9", "--checkpoint", Checkpoints);
        foreach (string words in others)
        {
            CliRun run = CliRun.Of(["train", "--resume", Checkpoints, .. words.Split(' ')]);
            WrongInputTests.Expect(run, ExitCode.WrongUsage, words.Split(' ')[0]);
        }
    }

    [Test]
    public void Resume_ADifferentCache_GoesOn()
    {
        CliRun whole = Train(CancellationToken.None, "--epochs", "1", "--checkpoint", Checkpoints);
        CliRun again = CliRun.Of("train", "--resume", Checkpoints, "--cache", _folder.Path);
        Assert.That(again.After("weights"), Is.EqualTo(whole.After("weights")), again.Error);
    }

    [TestCase("[null]")]
    [TestCase("[\"--nothing\"]")]
    [TestCase("[\"--epochs\",\"0\"]")]
    [TestCase("[\"--nesterov\"]")]
    [TestCase("{}")]
    public void Resume_OptionsThatAreNone_NamesTheFile(string arguments)
    {
        string file = Path.Combine(Checkpoints, "checkpoint-000000001.safetensors");
        Directory.CreateDirectory(Checkpoints);
        CheckpointFile.Write(new SavedState(), file, ("arguments", arguments));
        WrongInputTests.Expect(CliRun.Of("train", "--resume", Checkpoints), ExitCode.Failed, Path.GetFileName(file));
    }

    [Test]
    public void Resume_OtherImages_IsAnErrorAndWritesNothing()
    {
        Train(CancellationToken.None, "--epochs", "1", "--checkpoint", Checkpoints, "--out", _folder["out"]);
        byte[] before = File.ReadAllBytes(_folder["out/model.safetensors"]), labels = File.ReadAllBytes(_folder["train-labels-idx1-ubyte"]);
        labels[^600] ^= 1;
        File.WriteAllBytes(_folder["train-labels-idx1-ubyte"], labels);
        CliRun run = CliRun.Of("train", "--resume", Checkpoints);
        Assert.That((run.ExitCode, run.Output.Split('\n').Length), Is.EqualTo((ExitCode.Failed, 2)), run.Error);
        Assert.That(run.ErrorLines[^1], Does.StartWith("error: ").And.Contains("the images"));
        Assert.That(File.ReadAllBytes(_folder["out/model.safetensors"]), Is.EqualTo(before));
    }

    [Test]
    public void Resume_DamagedNewest_WarnsAndUsesTheOneBefore()
    {
        CliRun whole = Train(CancellationToken.None, "--epochs", "2", "--checkpoint", Checkpoints, "--every", "1b");
        string newest = CheckpointFolder.Files(Checkpoints)[0];
        byte[] bytes = File.ReadAllBytes(newest);
        bytes[^1] ^= 4;
        File.WriteAllBytes(newest, bytes);
        CliRun run = CliRun.Of("train", "--resume", Checkpoints);
        Assert.That(run.Error, Does.Contain($"warning: {Path.GetFileName(newest)}: it is damaged"));
        Assert.That(run.After("weights"), Is.EqualTo(whole.After("weights")));
    }

    [TestCase("evaluate", true, "is a checkpoint, must be a model.")]
    [TestCase("predict", true, "is a checkpoint, must be a model.")]
    [TestCase("evaluate", false, "is a folder of checkpoints, must be a model.")]
    [TestCase("predict", false, "is a folder of checkpoints, must be a model.")]
    public void UseOfACheckpoint_SaysWhatToDo(string command, bool isFile, string message)
    {
        Train(CancellationToken.None, "--epochs", "1", "--checkpoint", Checkpoints);
        string path = isFile ? CheckpointFolder.Files(Checkpoints)[0] : Checkpoints;
        string[] arguments = command == "predict" ? ["x.png"] : ["--data", _folder.Path];
        CliRun run = CliRun.Of([command, path, .. arguments]);
        WrongInputTests.Expect(run, ExitCode.Failed, message);
        Assert.That(run.Error, Does.Contain($"'scratch train --resume {Checkpoints} --out DIR' goes on with the training"));
    }

    [Test]
    public void FineTuning_FromACheckpoint_TakesItsWeights()
    {
        Train(CancellationToken.None, "--epochs", "1", "--checkpoint", Checkpoints);
        CliRun run = Train(CancellationToken.None, "--epochs", "1", "--from", CheckpointFolder.Files(Checkpoints)[0]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Error, Does.Contain("kept 10 tensors").And.Contains("new none"));
    }

    [Test]
    public void Resume_ImagesReadFromDisk_HasTheSameTableAndWeights()
    {
        Drawings.WriteTo(_folder["drawings"], 90, seed: 3);
        string[] options = ["train", "--data", _folder["drawings"], "--memory", "0", "--epochs", "3", "--batch-size", "16", "--no-telemetry"];
        CliRun whole = CliRun.Of(options);
        using var source = new CancellationTokenSource();
        using var output = new CancelAt(2, source);
        CliRun first = CliRun.Of(output, source.Token, [.. options, "--checkpoint", Checkpoints]);
        Assert.That(first.ExitCode, Is.EqualTo(ExitCode.Interrupted), first.Error);
        Assert.That(Timeless(CliRun.Of("train", "--resume", Checkpoints).Output), Is.EqualTo(Timeless(whole.Output)));
    }

    [Test]
    public void Resume_NothingThere_IsAnError() =>
        WrongInputTests.Expect(CliRun.Of("train", "--resume", _folder["nowhere"]), ExitCode.Failed, "no sound checkpoint");

    [Test]
    public void Checkpoint_WhileAnotherWritesThere_Refuses()
    {
        using var other = new CheckpointFolder(Checkpoints);
        WrongInputTests.Expect(Train(CancellationToken.None, "--epochs", "1", "--checkpoint", Checkpoints), ExitCode.Failed, "another training does");
    }

    [TestCase("--every", "2e", "needs --checkpoint")]
    [TestCase("--checkpoint", "x", "--every", "0b", "--every is '0b'")]
    [TestCase("--checkpoint", "x", "--every", "1.5e", "--every is '1.5e'")]
    [TestCase("--checkpoint", "x", "--every", "", "--every is ''")]
    [TestCase("--checkpoint", "x", "--folds", "2", "--folds")]
    public void Checkpoint_WrongOptions_AreErrors(params string[] options) =>
        WrongInputTests.Expect(Train(CancellationToken.None, options[..^1]), ExitCode.WrongUsage, options[^1]);

    private CliRun Train(CancellationToken cancellation, params string[] more) => Train(new StringWriter(), cancellation, more);

    private CliRun Train(TextWriter output, CancellationToken cancellation, params string[] more) =>
        CliRun.Of(output, cancellation, ["train", "--data", _folder.Path, .. more]);

    // Asked to stop as the line of an epoch is printed: the next batch is the last.
    private CliRun Interrupted(int epoch, string[] more)
    {
        using var source = new CancellationTokenSource();
        using var output = new CancelAt(epoch + 1, source);
        return Train(output, source.Token, more);
    }

    // Speeds, and the times at the end of the table's lines, are no results.
    private static string Timeless(string output) =>
        string.Join('\n', output.Split('\n').Where(line => !line.StartsWith("speed", StringComparison.Ordinal))
        .Select(line => line.EndsWith(" s", StringComparison.Ordinal) ? line[..^10] : line));

    private static string Report(string path)
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText(path))!;
        Clean(json);
        return json.ToJsonString();
    }

    private static void Clean(JsonNode? node)
    {
        if (node is JsonArray array)
        {
            foreach (JsonNode? item in array) Clean(item);
        }
        if (node is not JsonObject fields) return;
        foreach (string name in fields.Select(field => field.Key).ToArray())
        {
            if (name is "speed" or "trainSeconds" or "seconds" or "threads" or "out" or "command" or "commandLine" or "name") fields.Remove(name);
            else Clean(fields[name]);
        }
    }

    private sealed class CancelAt(int lines, CancellationTokenSource source) : StringWriter
    {
        private int _lines;

        public override void Write(string? value)
        {
            base.Write(value);
            _lines += value!.Count(c => c == '\n');
            if (_lines >= lines) source.Cancel();
        }
    }
}
