using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Pictures;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli;

/// <summary><c>--model FILE.json</c>: trained, shown, saved, loaded without code.</summary>
public sealed class ModelFileOptionTests
{
    private readonly TemporaryFolder _folder = new();

    private string Definition => _folder["net.json"];

    [OneTimeSetUp]
    public void WriteFiles()
    {
        Drawings.WriteTo(_folder["shapes"], 60, 3);
        File.WriteAllText(Definition, """
            { "layers": [ { "Conv2d": { "outChannels": 8, "kernelSize": 5, "stride": 2, "padding": 2 } }, "BatchNorm2d", "Relu",
              "GlobalAvgPool", "Flatten", { "Linear": { "outFeatures": "classes" } } ] }
            """);
    }

    [OneTimeTearDown]
    public void Clear() => _folder.Dispose();

    [Test]
    public void Train_ModelOfAFile_IsSavedWithItsDefinitionAndLoadsWithoutTheFile()
    {
        CliRun run = CliRun.Of("train", "--data", _folder["shapes"], "--model", Definition, "--epochs", "1", "--threads", "1",
            "--out", _folder["out"]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        string saved = _folder["out/model.safetensors"];
        Assert.That(Classifier.Load(saved).Predict(Directory.GetFiles(_folder["shapes/circle"])[0]).Classes, Has.Count.EqualTo(3));
        CliRun evaluated = CliRun.Of("evaluate", saved, "--data", _folder["shapes"], "--threads", "1");
        Assert.That(evaluated.ExitCode, Is.EqualTo(ExitCode.Done), evaluated.Error);
        Assert.That(evaluated.After("test"), Is.EqualTo(run.After("test")));
    }

    [Test]
    public void Summary_ModelOfAFile_ShowsLayersAndDefinition()
    {
        using JsonDocument json = JsonDocument.Parse(CliRun.Of("summary", "--model", Definition, "--json").Output);
        Assert.That(json.RootElement.GetProperty("layers")[0].GetProperty("type").GetString(), Is.EqualTo("Conv2d"));
        Assert.That(json.RootElement.GetProperty("model").GetString(), Does.StartWith("{\"layers\":[{\"Conv2d\":{\"outChannels\":8,"));
    }

    [Test]
    public void FindLr_ModelOfAFile_PrintsTheFile()
    {
        CliRun run = CliRun.Of("find-lr", "--data", _folder["shapes"], "--model", Definition, "--trial-steps", "12", "--threads", "1");
        Assert.That(run.Output, Does.Contain($"scratch train --model {ShellWord.Quoted(Definition)} --batch-size"), run.Error);
    }

    [Test]
    public void Model_FileThatIsWrongOrMissing_SaysSo()
    {
        File.WriteAllText(_folder["bad.json"], """{ "layers": [ "Rely" ] }""");
        CliRun run = CliRun.Of("summary", "--model", _folder["bad.json"]);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((ExitCode.Failed, run.Error)));
        Assert.That(run.Error, Does.Contain("layers[0].Rely: there is no such module. Modules: Sequential,"));
        File.WriteAllText(_folder["bad.json"], "{");
        Assert.That(CliRun.Of("summary", "--model", _folder["bad.json"]).Error, Does.Contain("--model: bad.json: line 1, byte 2: this is not JSON."));
        Assert.That(CliRun.Of("summary", "--model", _folder["none.json"]).Error, Does.Contain("--model: Could not find file"));
    }
}
