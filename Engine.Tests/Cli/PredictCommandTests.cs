using System.Globalization;
using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Pictures;
using Scratch.Tensors;
using Scratch.Tests.Pictures;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli;

/// <summary><c>scratch predict</c>: names and probabilities of files, folders and what is piped in.</summary>
public sealed class PredictCommandTests
{
    private static readonly string[] _classes = ["ant", "bee, wild", "cow"];

    private TemporaryFolder _folder = null!;

    private string ModelPath => _folder["m.safetensors"];

    [SetUp]
    public void SetUp()
    {
        _folder = new();
        Save(new ModelNotes { Model = "lesson", Image = new Shape(1, 12, 12), Normalization = new Normalization(0.4, 0.2), Classes = _classes });
        Directory.CreateDirectory(_folder["in/deep"]);
        foreach (var (i, name) in ((string[])["b.png", "a.png", "deep/c.png"]).Index()) File.WriteAllBytes(_folder[$"in/{name}"], Png(i));
        File.WriteAllText(_folder["in/notes.txt"], "no picture");
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Predict_FilesAndFolders_OneRowForEachInOrder()
    {
        string[] paths = [_folder["in/b.png"], _folder["in/a.png"], _folder["in/b.png"], _folder["in/deep/c.png"]];
        CliRun run = CliRun.Of("predict", ModelPath, _folder["in/b.png"], _folder["in"], "--top", "2");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((ExitCode.Done, "")));
        string[] lines = run.Output.TrimEnd().Split('\n');
        Assert.That(lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(["file", "class", "probability"]));
        for (int i = 0; i < paths.Length; i++)
        {
            var top = Classifier.Load(ModelPath).Predict(paths[i]).Top(2);
            string file = paths[i].Length <= 60 ? paths[i] : $"…{paths[i][^59..]}";
            Assert.That(lines[i + 1], Does.StartWith(file).And.Contain($"  {top[0].Name} ").And.EndWith($"  {top[1]}")
                .And.Contain(top[0].Probability.ToString("F4", CultureInfo.InvariantCulture)));
        }
        Assert.That(lines, Has.Length.EqualTo(5));
    }

    [Test]
    public void Predict_Json_HasTheSameNumbers()
    {
        CliRun run = CliRun.Of("predict", ModelPath, _folder["in"], "--json", "--top", "5");
        using JsonDocument json = JsonDocument.Parse(run.Output);
        JsonElement pictures = json.RootElement.GetProperty("pictures");
        Assert.That(pictures.GetArrayLength(), Is.EqualTo(3));
        Prediction expected = Classifier.Load(ModelPath).Predict(_folder["in/a.png"]);
        JsonElement first = pictures[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.GetProperty("file").GetString(), Is.EqualTo(_folder["in/a.png"]));
            Assert.That(first.GetProperty("labels").EnumerateArray().Select(label => label.GetString()), Is.EqualTo([expected.Name]));
            Assert.That(first.GetProperty("error").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(first.GetProperty("classes").EnumerateArray().Select(one =>
                (one.GetProperty("name").GetString(), one.GetProperty("probability").GetDouble())),
                Is.EqualTo(expected.Classes.Select(one => (one.Name, one.Probability))));
        }
    }

    [Test]
    public void Predict_Csv_HasARowForEachClassAndQuotesCommas()
    {
        CliRun run = CliRun.Of("predict", ModelPath, _folder["in/a.png"], "--csv");
        string[] lines = run.Output.TrimEnd().Split('\n');
        Assert.That(lines[0], Is.EqualTo("file,rank,class,probability"));
        ClassProbability[] expected = [.. Classifier.Load(ModelPath).Predict(_folder["in/a.png"]).Classes];
        Assert.That(lines[1..], Is.EqualTo(expected.Select((one, i) => string.Create(CultureInfo.InvariantCulture,
            $"{_folder["in/a.png"]},{i + 1},{(one.Name.Contains(',') ? $"\"{one.Name}\"" : one.Name)},{one.Probability:R}"))));
    }

    [Test]
    public void Predict_Pipe_IsOnePicture()
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        using var input = new MemoryStream(Png(1));
        int code = new CommandLine(new Terminal(output, error, input)).Run(["predict", ModelPath, "-", "--csv"]);
        Assert.That((code, $"{error}"), Is.EqualTo((ExitCode.Done, "")));
        Assert.That($"{output}".TrimEnd(), Is.EqualTo(CliRun.Of("predict", ModelPath, _folder["in/a.png"], "--csv").Output.TrimEnd()
            .Replace(_folder["in/a.png"], "-", StringComparison.Ordinal)));
        CliRun empty = CliRun.Of("predict", ModelPath, "-");
        WrongInputTests.Expect(empty, ExitCode.Failed, "'standard input' is no picture");
    }

    [TestCase("--json"), TestCase("--csv"), TestCase("--top")]
    public void Predict_UnreadablePictures_AreNamedAndDoNotStopTheOthers(string option)
    {
        File.WriteAllBytes(_folder["in/a.png"], Png(1)[..50]);
        CliRun run = CliRun.Of(["predict", ModelPath, _folder["in"], _folder["none.png"], option, .. option == "--top" ? ["1"]
            : Array.Empty<string>()]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(run.ErrorLines, Has.Length.EqualTo(2));
        Assert.That(run.ErrorLines[0], Does.StartWith("error: ").And.Contain("a.png' is no picture that can be read"));
        Assert.That(run.ErrorLines[1], Does.StartWith("error: ").And.Contain("none.png"));
        Assert.That(run.Output, Does.Contain("b.png").And.Contain("c.png"));
    }

    // Numbers of a file may be finite, and their sums not.
    [Test]
    public void Predict_SumsThatOverflow_AreSaidOfEachPicture()
    {
        ModelNotes notes = ModelNotes.Read(ModelPath);
        Model<float> model = notes.Build<float>();
        model.ParameterVector.Values.Fill(1e38f);
        ModelFile.Save(model, ModelPath, notes.ToMetadata());
        CliRun run = CliRun.Of("predict", ModelPath, _folder["in/a.png"], _folder["in/b.png"]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(run.ErrorLines, Has.Length.EqualTo(2));
        foreach (var (line, name) in run.ErrorLines.Zip(["in/a.png", "in/b.png"]))
            Assert.That(line, Does.StartWith($"error: '{_folder[name]}': Classifier: an output of the model is "));
    }

    [Test]
    public void Predict_ManyLabels_NamesThoseThatReachTheirThreshold()
    {
        Save(new ModelNotes
        {
            Model = "lesson", Image = new Shape(1, 12, 12), Normalization = new Normalization(0.4, 0.2), Classes = _classes, HasManyLabels = true,
                Thresholds = [0, 1, 0],
        });
        Assert.That(CliRun.Of("predict", ModelPath, _folder["in/a.png"]).Output, Does.Contain("labels").And.Match(" (ant \\+ cow|cow \\+ ant)  "));
        string[] rows = CliRun.Of("predict", ModelPath, _folder["in/a.png"], "--csv", "--top", "1").Output.TrimEnd().Split('\n');
        Assert.That(rows[0], Is.EqualTo("file,rank,label,probability,said"));
        Assert.That(rows[1].Split(',')[1], Is.EqualTo("1"));
        string[] said = [.. rows[1..].Where(row => row.EndsWith(",1", StringComparison.Ordinal)).Select(row => row.Split(',')[2])];
        Assert.That(said, Is.EquivalentTo(["ant", "cow"]), "though they are not the most probable");
        Save(ModelNotes.Read(ModelPath) with { Thresholds = [1] });
        Assert.That(CliRun.Of("predict", ModelPath, _folder["in/a.png"]).Output, Does.Contain("  (none)  "));
    }

    [Test]
    public void Predict_Wrong_OneLine()
    {
        Directory.CreateDirectory(_folder["empty"]);
        WrongInputTests.Expect(CliRun.Of("predict", ModelPath), ExitCode.WrongUsage, "FILE|FOLDER");
        WrongInputTests.Expect(CliRun.Of("predict", ModelPath, _folder["in"], "--json", "--csv"), ExitCode.WrongUsage, "--json and --csv");
        WrongInputTests.Expect(CliRun.Of("predict", ModelPath, "-", "-"), ExitCode.WrongUsage, "- stands twice");
        WrongInputTests.Expect(CliRun.Of("predict", ModelPath, _folder["in"], "--top", "0"), ExitCode.WrongUsage, "--top");
        WrongInputTests.Expect(CliRun.Of("predict", ModelPath, _folder["empty"]), ExitCode.Failed, "holds no picture");
        WrongInputTests.Expect(CliRun.Of("predict", _folder["none"], _folder["in"]), ExitCode.Failed, "none");
        WrongInputTests.Expect(CliRun.Of("predict", _folder["in/notes.txt"], _folder["in"]), ExitCode.Failed, "notes.txt");
    }

    /// <summary>From a folder of mixed sizes through training to the same answers in evaluation and prediction.</summary>
    [Test]
    public void Predict_WhatWasTrained_TellsAsEvaluationDoes()
    {
        for (int i = 0; i < 40; i++) // dark or bright, of any size
        {
            byte[] pixels = [.. RandomTensors.Values<float>((16 + i % 5) * (20 - i % 7), i + 1, 0, 90).Select(value => (byte)(value + i % 2 * 140))];
            string path = _folder[$"set/{(i % 4 < 2 ? "train" : "test")}/{(i % 2 == 0 ? "dark" : "bright")}/{i}.png"];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, PngBytes.Of(pixels, 16 + i % 5, 20 - i % 7, channels: 1));
        }
        CliRun train = CliRun.Of("train", "--data", _folder["set"], "--size", "16x14", "--resize", "squish", "--epochs", "20", "--batch-size", "4",
            "--lr", "0.05",
            "--optimizer", "sgd", "--schedule", "constant", "--model", "lesson", "--out", _folder["out"]);
        Assert.That(train.ExitCode, Is.EqualTo(ExitCode.Done), train.Error);
        ModelNotes notes = ModelNotes.Read(_folder["out/model.safetensors"]);
        Assert.That((notes.Image, notes.Resize), Is.EqualTo((new Shape(1, 16, 14), ResizeMethod.Squish)));
        CliRun evaluated = CliRun.Of("evaluate", _folder["out/model.safetensors"], "--data", _folder["set"]);
        Assert.That(evaluated.After("test"), Is.EqualTo(train.After("test")).And.EndsWith("accuracy 1.0000"));
        CliRun predicted = CliRun.Of("predict", _folder["out/model.safetensors"], _folder["set/test"], "--csv", "--top", "1");
        string[] lines = predicted.Output.TrimEnd().Split('\n')[1..];
        Assert.That(lines, Has.Length.EqualTo(20).And.All.Matches<string>(line =>
            line!.Contains($"/{line.Split(',')[2]}/", StringComparison.Ordinal)));
    }

    private void Save(ModelNotes notes)
    {
        Model<float> model = notes.Build<float>();
        model.Initialize(Initialization.KaimingNormal, 5);
        ModelFile.Save(model, ModelPath, notes.ToMetadata());
    }

    private static byte[] Png(int seed) =>
        PngBytes.Of([.. RandomTensors.Values<float>(15 * 18, seed + 1, 0, 255).Select(value => (byte)value)], 15, 18, channels: 1);
}
