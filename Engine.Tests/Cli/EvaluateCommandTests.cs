using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Files;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Pictures;
using Scratch.Tensors;

namespace Scratch.Tests.Cli;

public sealed class EvaluateCommandTests
{
    [Test]
    public void Evaluate_FileWithoutMetadata_IsLessonWithMeasuredNormalization()
    {
        using var folder = new TemporaryFolder();
        ModelFile.Save(Build("lesson"), folder["m.safetensors"]);
        CliRun run = CliRun.Of("evaluate", folder["m.safetensors"], "--data", CliRun.Mnist);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Output, Does.Contain("model lesson, 10000 test images").And.Contains("mean 0.1310, std 0.3085 (measured on the training "
            + "images; the file does not say)"));
        Assert.That(run.After("weights"), Is.EqualTo(Build("lesson").Hash()));
    }

    [Test]
    public void Evaluate_OtherModel_NamesEveryTensorInOneLine()
    {
        using var folder = new TemporaryFolder();
        ModelFile.Save(Build("grouped"), folder["m.safetensors"], ("model", "grouped"));
        Assert.That(CliRun.Of("evaluate", folder["m.safetensors"], "--data", CliRun.Mnist).Output, Does.Contain("model grouped"));
        CliRun run = CliRun.Of("evaluate", folder["m.safetensors"], "--model", "lesson", "--data", CliRun.Mnist);
        WrongInputTests.Expect(run, ExitCode.Failed, "m.safetensors");
        Assert.That(run.Error, Does.Contain("missing: 0.bias [8], 2.bias [16]").And.Contains("2.weight [16, 1, 3, 3] instead of [16, 8, 3, 3]"));
    }

    [Test]
    public void Evaluate_TruncatedFile_OneLineAndOne()
    {
        using var folder = new TemporaryFolder();
        ModelFile.Save(Build("lesson"), folder["m.safetensors"]);
        byte[] whole = File.ReadAllBytes(folder["m.safetensors"]);
        File.WriteAllBytes(folder["m.safetensors"], whole[..(whole.Length - 100)]);
        WrongInputTests.Expect(CliRun.Of("evaluate", folder["m.safetensors"], "--data", CliRun.Mnist), ExitCode.Failed, "m.safetensors");
    }

    [TestCase("model", "invented", "invented")]
    [TestCase("mean", "NaN", "mean")]
    [TestCase("std", "0", "std")]
    [TestCase("std", "wide", "std")]
    public void Evaluate_ImpossibleMetadata_OneLineAndOne(string key, string value, string named)
    {
        using var folder = new TemporaryFolder();
        var metadata = new Dictionary<string, string> { ["model"] = "lesson", ["mean"] = "0.1", ["std"] = "0.3", [key] = value };
        ModelFile.Save(Build("lesson"), folder["m.safetensors"], [.. metadata.Select(pair => (pair.Key, pair.Value))]);
        WrongInputTests.Expect(CliRun.Of("evaluate", folder["m.safetensors"], "--data", CliRun.Mnist), ExitCode.Failed, named);
    }

    [Test]
    public void Evaluate_OneBitOfTheWeightsTurned_OneLineAndOne()
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        Model<float> model = Build("lesson");
        model.Initialize(Initialization.KaimingNormal, 3);
        ModelFile.Save(model, folder["m.safetensors"], ("model", "lesson"));
        byte[] bytes = File.ReadAllBytes(folder["m.safetensors"]);
        bytes[^40] ^= 1;
        File.WriteAllBytes(folder["m.safetensors"], bytes);
        CliRun run = CliRun.Of("evaluate", folder["m.safetensors"], "--data", folder.Path);
        WrongInputTests.Expect(run, ExitCode.Failed, "m.safetensors: its metadata says weights ");
        Assert.That(run.Error, Does.Contain(model.Hash()));
    }

    [Test]
    public void Evaluate_WeightsThatAreNotFinite_OneLineAndOne()
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        Model<float> model = Build("lesson");
        model.State().First().Value.Span[7] = float.NaN;
        Write(model, folder["m.safetensors"]);
        WrongInputTests.Expect(CliRun.Of("evaluate", folder["m.safetensors"], "--data", folder.Path), ExitCode.Failed,
            "not finite: 0.weight has 1 of 200");
    }

    // A running variance below zero is finite, and its square root is not.
    [Test]
    public void Evaluate_FiniteWeightsWithoutAnswers_OneLineAndOne()
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        Model<float> model = Build("lesson-bn");
        model.State().First(entry => entry.Name.EndsWith("running_var", StringComparison.Ordinal)).Value.Span[0] = -3;
        Write(model, folder["m.safetensors"]);
        CliRun run = CliRun.Of("evaluate", folder["m.safetensors"], "--model", "lesson-bn", "--data", folder.Path);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((ExitCode.Failed, "")));
        Assert.That(run.Error, Does.Contain("error: m.safetensors: the loss on the test images is NaN"));
    }

    [Test]
    public void Evaluate_Json_HasWhatTheLinesSay()
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        Model<float> model = Build("lesson");
        model.Initialize(Initialization.KaimingNormal, 3);
        ModelFile.Save(model, folder["m.safetensors"], ("mean", "0.25"), ("std", "0.5"));
        CliRun lines = CliRun.Of("evaluate", folder["m.safetensors"], "--data", folder.Path);
        using JsonDocument json = JsonDocument.Parse(CliRun.Of("evaluate", folder["m.safetensors"], "--data", folder.Path, "--json").Output);
        JsonElement root = json.RootElement, test = root.GetProperty("test"), normalization = root.GetProperty("normalization");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((root.GetProperty("model").GetString(), root.GetProperty("testImages").GetInt32()), Is.EqualTo(("lesson", 60)));
            Assert.That((normalization.GetProperty("mean").GetDouble(), normalization.GetProperty("std").GetDouble()), Is.EqualTo((0.25, 0.5)));
            Assert.That(normalization.GetProperty("fromFile").GetBoolean(), Is.True);
            Assert.That(lines.After("test"),
                Is.EqualTo($"loss {test.GetProperty("loss").GetDouble():F4}, accuracy {test.GetProperty("accuracy").GetDouble():F4}"));
            Assert.That(root.GetProperty("weights").GetString(), Is.EqualTo(lines.After("weights")).And.EqualTo(model.Hash()));
        }
    }

    [Test]
    public void Evaluate_Folder_OneLineAndOne()
    {
        using var folder = new TemporaryFolder();
        WrongInputTests.Expect(CliRun.Of("evaluate", folder.Path), ExitCode.Failed, "is a folder");
    }

    [Test]
    public void Evaluate_NormalizationInTheFile_IsUsed()
    {
        using var folder = new TemporaryFolder();
        new SafetensorsWriter().AddMetadata("mean", "0.5").AddMetadata("std", "0.25").Write(folder["empty.safetensors"]);
        Assert.That(ModelNotes.Read(folder["empty.safetensors"]).Normalization, Is.EqualTo(new Scratch.Data.Normalization(0.5, 0.25)));
    }

    private static void Write(Model<float> model, string path)
    {
        var writer = new SafetensorsWriter();
        foreach (var (name, value, isCount) in model.State())
            if (!isCount) writer.Add(name, value);
        writer.Write(path);
    }

    private static Model<float> Build(string name) => ModelCatalog.Build<float>(name, new Shape(1, 28, 28), 10);
}
