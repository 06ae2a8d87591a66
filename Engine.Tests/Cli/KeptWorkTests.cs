using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Files;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Tests.Cli;

/// <summary>Finished epochs stay, whatever comes in between; a finished model stays unless someone says otherwise.</summary>
public sealed class KeptWorkTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder()
    {
        _folder = new();
        TinyMnist.WriteTo(_folder.Path);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Train_OutputOnAFullDisk_GoesOnAndWrites()
    {
        using var output = new Faulty(2, new IOException("No space left on device"));
        CliRun run = Train(output, "--epochs", "3");
        Assert.That((run.ExitCode, Epochs()), Is.EqualTo((ExitCode.Failed, 3)), run.Error);
        Assert.That(run.ErrorLines.Count(line => line == "error: standard output is lost: No space left on device"), Is.EqualTo(1), run.Error);
        Assert.That(WrittenHash(), Is.EqualTo(Train(new StringWriter(), "--epochs", "3", "--overwrite").After("weights")));
    }

    // The table is printed by a callback: what it throws comes out of Fit. The third epoch is finished, though its line is not there.
    [Test]
    public void Train_ExceptionOutOfFit_KeepsTheFinishedEpochsAndSaysWhatItWas()
    {
        using var output = new Faulty(3, new InvalidOperationException("the roof is on fire"), once: true);
        CliRun run = Train(output, "--epochs", "5");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(run.Error, Does.Contain("error: the roof is on fire").And.Contains("the weights after epoch 3 are written"));
        Assert.That(Epochs(), Is.EqualTo(3));
        Assert.That(WrittenHash(), Is.EqualTo(Train(new StringWriter(), "--epochs", "3", "--overwrite").After("weights")));
    }

    [Test]
    public void Train_EpochEnds_WeightsAndReportAreThereBeforeTheNext()
    {
        List<(int, string)> seen = [];
        using var output = new Listener(line =>
        {
            if (line.StartsWith("    ", StringComparison.Ordinal)) seen.Add((Epochs(), WrittenHash()));
        });
        Train(output, "--epochs", "3");
        Assert.That(seen.Select(pair => pair.Item1), Is.EqualTo(Enumerable.Range(1, 3)));
        Assert.That(seen.Select(pair => pair.Item2), Is.Unique);
    }

    [Test]
    public void Train_FilesCannotBeWritten_GoesOnPrintsAndFails()
    {
        Directory.CreateDirectory(_folder["out/model.safetensors"]);
        CliRun run = Train(new StringWriter(), "--epochs", "2");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(run.Error, Does.Contain("epoch 1 is not written: ").And.Contains("epoch 2 is not written: ").And.Contains("error: "));
        Assert.That(run.After("weights"), Does.Match("^[0-9a-f]{16}$"));
    }

    [Test]
    public void Train_IntoAFinishedModel_RefusesAtOnceUnlessToldTo([Values(OutputFolder.Model, OutputFolder.Report)] string there)
    {
        Directory.CreateDirectory(_folder["out"]);
        File.WriteAllText(_folder[$"out/{there}"], "days of work");
        CliRun run = Train(new StringWriter(), "--epochs", "1");
        WrongInputTests.Expect(run, ExitCode.WrongUsage, there);
        Assert.That(run.Error, Does.Contain("--overwrite"));
        Assert.That(File.ReadAllText(_folder[$"out/{there}"]), Is.EqualTo("days of work"));
        Assert.That(Train(new StringWriter(), "--epochs", "1", "--overwrite").ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(WrittenHash(), Does.Match("^[0-9a-f]{16}$"));
    }

    [Test]
    public void Train_WhileAnotherWritesIntoTheFolder_Refuses()
    {
        using var other = new OutputFolder(_folder["out"], overwrite: false);
        CliRun run = Train(new StringWriter(), "--epochs", "1", "--overwrite");
        WrongInputTests.Expect(run, ExitCode.Failed, "another training does");
    }

    [TestCase("--overwrite")]
    [TestCase("--open")]
    public void Train_WhatIsDoneWithAFolder_NeedsOne(string option) =>
        WrongInputTests.Expect(CliRun.Of("train", "--data", _folder.Path, option), ExitCode.WrongUsage, $"{option} needs --out");

    private CliRun Train(TextWriter output, params string[] more) => CliRun.Of(output, CancellationToken.None,
        ["train", "--data", _folder.Path, "--batch-size", "100", "--no-telemetry", "--out", _folder["out"], .. more]);

    private int Epochs()
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder["out/train.json"]));
        return json.RootElement.GetProperty("epochs").GetArrayLength();
    }

    private string WrittenHash()
    {
        Model<float> model = ModelCatalog.Build<float>("lesson", new Shape(1, 28, 28), 10);
        ModelFile.Load(model, _folder["out/model.safetensors"]);
        return SafetensorsFile.Read(_folder["out/model.safetensors"]).Metadata["weights"] == model.Hash() ? model.Hash() : "another";
    }

    /// <summary>Writes some lines; then throws, once or for ever.</summary>
    private sealed class Faulty(int lines, Exception exception, bool once = false) : StringWriter
    {
        private int _written;
        private bool _thrown;

        public override void Write(string? value)
        {
            if (_written >= lines && !(once && _thrown))
            {
                _thrown = true;
                throw exception;
            }
            base.Write(value);
            _written += value!.Count(c => c == '\n');
        }
    }

    /// <summary>Tells of everything that is written.</summary>
    private sealed class Listener(Action<string> heard) : StringWriter
    {
        public override void Write(string? value)
        {
            base.Write(value);
            heard(value!);
        }
    }
}
