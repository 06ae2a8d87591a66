using NUnit.Framework;
using Scratch.Cli;
using Scratch.Files;
using Scratch.Models;
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
        Assert.That(run.Output, Does.Contain("model lesson, 10000 test images").And.Contains("mean 0.1310, std 0.3085 (measured on the 50000 training images"));
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

    private static Sequential<float> Build(string name) => ModelCatalog.Build<float>(name, new Shape(1, 28, 28), 10);
}
