using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Pictures;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli;

/// <summary><c>train --from</c>: a model of three shapes is trained on with two, whose pictures have another size.</summary>
public sealed class FineTuningCommandTests
{
    private readonly TemporaryFolder _folder = new();

    private string Before => _folder["before/model.safetensors"];

    [OneTimeSetUp]
    public void TrainBefore()
    {
        Drawings.WriteTo(_folder["three"], 90, 3);
        Drawings.WriteTo(_folder["two"], 60, 4, _ => (32, 32));
        Directory.Delete(_folder["two/circle"], recursive: true);
        CliRun run = CliRun.Of("train", "--data", _folder["three"], "--epochs", "2", "--threads", "1", "--out", _folder["before"]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
    }

    [OneTimeTearDown]
    public void Clear() => _folder.Dispose();

    private CliRun Tune(params string[] options) =>
        CliRun.Of(["train", "--data", _folder["two"], "--from", Before, "--epochs", "2", "--threads", "1", .. options]);

    [Test]
    public void From_OtherClasses_KeepsAllButTheLastLayerAndWritesTheNewOnes()
    {
        CliRun run = Tune("--freeze", "0.*,1.*", "--lr-factors", "3.*=0.1,*.bias=2", "--unfreeze", "6.*=2", "--out", _folder["after"]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Error, Does.Contain("from model.safetensors: kept "));
        Assert.That(run.Error, Does.Contain("new 14.weight, 14.bias; frozen 0.weight, 1.weight, 1.bias"));
        ModelNotes notes = ModelNotes.Read(_folder["after/model.safetensors"]);
        Assert.That(notes.Classes, Is.EqualTo(["square", "triangle"]));
        Assert.That(notes.Image!.Value.Sizes.ToArray(), Is.EqualTo([1, 28, 28]), "the size of the model before");
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(_folder["after/train.json"]));
        Assert.That(report.RootElement.GetProperty("tuned").GetProperty("new").GetArrayLength(), Is.EqualTo(2));
        Assert.That(Classifier.Load(_folder["after/model.safetensors"]).Predict(Directory.GetFiles(_folder["two/square"])[0]).Classes,
            Has.Count.EqualTo(2));
    }

    [TestCase("--freeze", "*", "--freeze leaves nothing to learn. Freeze less.")]
    [TestCase("--freeze", "luck", "--freeze: Sequential: no parameter is called 'luck'. There are: 0.weight, 1.weight,")]
    [TestCase("--lr-factors", "0.*=-1", "--lr-factors is '0.*=-1', must be names and finite numbers of at least 0")]
    [TestCase("--unfreeze", "0.*=3", "--unfreeze: 0.*=3, must be an epoch from 2 to 2.")]
    [TestCase("--unfreeze", "*=2", "--unfreeze leaves nothing to learn in epoch 1. Name fewer parameters.")]
    public void WrongOption_SaysWhatIsWrong(string option, string value, string message)
    {
        CliRun run = Tune(option, value);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.WrongUsage), run.Output);
        Assert.That(run.Error, Does.Contain(message));
    }

    [Test]
    public void Unfreeze_EpochsChosen_MayBeAnyOfThem()
    {
        string[] line = ["train", "--data", _folder["two"], "--from", Before, "--threads", "1", "--patience", "1", "--unfreeze"];
        CliRun run = CliRun.Of([.. line, "0.*=9"]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(CliRun.Of([.. line, "0.*=101"]).Error, Does.Contain("--unfreeze: 0.*=101, must be an epoch from 2 to 100."));
    }

    [Test]
    public void Freeze_WithoutFrom_SaysWhatItNeeds() =>
        Assert.That(CliRun.Of("train", "--data", _folder["two"], "--freeze", "0.*").Error, Does.Contain("--freeze needs --from"));

    [Test]
    public void From_OtherModel_SaysWhatFits()
    {
        CliRun run = Tune("--model", "unet-mini");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(run.Error, Does.Contain("model.safetensors has nothing that fits the model."));
    }
}
