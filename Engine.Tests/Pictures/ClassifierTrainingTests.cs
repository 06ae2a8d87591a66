using NUnit.Framework;
using Scratch.Cli;
using Scratch.Pictures;
using Scratch.Tensors;
using Scratch.Tests.Cli;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Pictures;

/// <summary>A small set of one's own trains on the first try.</summary>
public sealed class ClassifierTrainingTests
{
    [TestCase(10, 2, 8, 100, true), TestCase(199, 3, 8, 100, true), TestCase(200, 3, 16, 100, true), TestCase(500, 3, 32, 80, true)]
    [TestCase(635, 3, 32, 63, true), TestCase(4000, 10, 64, 10, true), TestCase(4000, 20, 64, 20, true), TestCase(20_000, 4, 128, 5, false)]
    [TestCase(50_000, 100, 128, 8, true), TestCase(1_000_000, 10, 128, 5, false), TestCase(10, 1000, 8, 100, true)]
    public void Choice_FollowsTheNumbers(int images, int classes, int batchSize, int epochs, bool changes)
    {
        var choice = TrainingChoice.For(images, classes);
        Assert.That((choice.BatchSize, choice.Epochs, choice.Augmentations().Count), Is.EqualTo((batchSize, epochs, changes ? 1 : 0)));
    }

    [TestCase(0, 1), TestCase(1, 0)]
    public void Choice_OfNothing_IsRefused(int images, int classes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TrainingChoice.For(images, classes));

    [Category("Slow")]
    [TestCase(1, false), TestCase(2, false), TestCase(1, true)]
    public void Fit_900Drawings_ReachesAValidationAccuracyOf99(long seed, bool mixedSizes)
    {
        using var folder = new TemporaryFolder();
        Drawings.WriteTo(folder["shapes"], 900, seed, mixedSizes ? i => (24 + i % 23, 24 + i * 7 % 19) : null);
        var training = new ClassifierTraining(ImageFolder.Load(folder["shapes"]), seed: seed);
        List<EpochReport> told = [];
        training.Fit(told.Add);
        Assert.That(training.Epochs[^1].ValidMetrics[0], Is.AtLeast(0.99));
        Assert.That(told, Is.EqualTo(training.Epochs).And.Count.EqualTo(training.Choice.Epochs));
    }

    [Test]
    public void Save_Loaded_AnswersAsTheTrainingDoes()
    {
        using var folder = new TemporaryFolder();
        Drawings.WriteTo(folder["shapes"], 60, 3, i => (20 + i % 4, 24));
        var training = new ClassifierTraining(ImageFolder.Load(folder["shapes"], 20, ResizeMethod.Pad), new TrainingChoice("lesson", 2, 8, 0.01, 0, 0,
            0));
        training.Fit();
        training.Save(folder["m.safetensors"]);
        Classifier loaded = Classifier.Load(folder["m.safetensors"]);
        Assert.That((loaded.ImageShape, loaded.Notes.Resize, loaded.Notes.Model), Is.EqualTo((new Shape(1, 20, 20), ResizeMethod.Pad, "lesson")));
        Assert.That(loaded.ClassNames, Is.EqualTo(Drawings.Classes));
        foreach (string path in Directory.GetFiles(folder["shapes/square"]))
            Assert.That(loaded.Predict(path).Classes, Is.EqualTo(training.ToClassifier().Predict(path).Classes));
    }

    /// <summary>One way to train without an option, in code and on the command line; and the line that is printed repeats it.</summary>
    [Test]
    public void Train_NoOption_IsTheSameTrainingAndCanBeRepeated()
    {
        using var folder = new TemporaryFolder();
        Drawings.WriteTo(folder["own shapes"], 45, 4);
        var training = new ClassifierTraining(ImageFolder.Load(folder["own shapes"]));
        training.Fit();
        CliRun run = CliRun.Of("train", "--data", folder["own shapes"], "--no-telemetry");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.After("weights"), Is.EqualTo(training.Model.Hash()));
        string line = run.ErrorLines.Single(text => text.StartsWith("chosen for ", StringComparison.Ordinal));
        Assert.That(line, Does.StartWith($"chosen for {ImageFolder.Load(folder["own shapes"]).TrainAndValid().Train.Count} images of 3 "
            + "classes: scratch train --data '"));
        string[] parts = line[line.IndexOf("train ", line.IndexOf("scratch ", StringComparison.Ordinal), StringComparison.Ordinal)..].Split('\'');
        string[] arguments = [.. parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), parts[1],
            .. parts[2].Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        CliRun again = CliRun.Of(arguments);
        Assert.That(again.After("weights"), Is.EqualTo(run.After("weights")), again.Error);
        Assert.That(again.Error, Does.Not.Contain("chosen for"));
    }

    [TestCase("--epochs 1 --lr 0.1", "--model lesson-bn --batch-size 8 --augment shift=0.1,rotate=10,scale=0.1")]
    [TestCase("--epochs 1 --model lesson", "--batch-size 8 --optimizer adamw --schedule one-cycle --lr 0.01 --augment shift=0.1,rotate=10,scale=0.1")]
    [TestCase("--recipe speedrun --epochs 1", null)]
    public void Train_SomeOptions_TheRestIsChosen(string said, string? chosen)
    {
        using var folder = new TemporaryFolder();
        Drawings.WriteTo(folder["shapes"], 45, 4);
        CliRun run = CliRun.Of(["train", "--data", folder["shapes"], .. said.Split(' ')]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.ErrorLines.SingleOrDefault(text => text.StartsWith("chosen for ", StringComparison.Ordinal)),
            chosen is null ? Is.Null : Does.EndWith($" {said} {chosen}"));
    }

    /// <summary>What must lie within the epochs is held against those that are chosen, not against the usual three.</summary>
    [TestCase("--swa", "5", null)]
    [TestCase("--swa", "101", "--swa is 101, must be at most the 100 epochs of the training.")]
    [TestCase("--warm-up", "4", null)]
    [TestCase("--warm-up", "100", "--warm-up is 100 epochs, must be less than the 100 of the training.")]
    public void Train_EpochsChosen_OptionsFollowThem(string option, string value, string? message)
    {
        using var folder = new TemporaryFolder();
        Drawings.WriteTo(folder["shapes"], 30, 4, _ => (12, 12));
        CliRun run = CliRun.Of("train", "--data", folder["shapes"], "--model", "lesson", "--no-telemetry", option, value);
        Assert.That(run.ExitCode, Is.EqualTo(message is null ? ExitCode.Done : ExitCode.WrongUsage), run.Error);
        if (message is not null) Assert.That(run.Error, Does.Contain(message));
    }

    [Test]
    public void Train_FilesLikeMnist_KeepTheLessonsRun()
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        CliRun run = CliRun.Of("train", "--data", folder.Path);
        Assert.That(run.Error, Does.Not.Contain("chosen for"));
        Assert.That(run.After("weights"), Is.EqualTo(CliRun.Of("train", "--data", folder.Path, "--model", "lesson", "--epochs", "3", "--batch-size",
            "512",
            "--optimizer", "sgd", "--lr", "0.4", "--momentum", "0", "--schedule", "constant", "--augment", "none", "--seed", "42").After("weights")));
    }

    /// <summary>The README's second program, where a folder of drawings of mixed sizes and one more lie.</summary>
    [Category("Slow")]
    [Test]
    public void ReadmeProgram_NamesADrawing()
    {
        using var folder = new TemporaryFolder();
        Drawings.WriteTo(folder["shapes"], 450, 5, i => (28 + i % 3, 28));
        Drawings.WriteTo(folder["more"], 3, 6);
        File.Copy(folder["more/triangle/0002.png"], folder["drawing.png"]);
        using ChildProcess process = ChildProcess.StartIn(folder.Path, "dotnet", Path.Combine(AppContext.BaseDirectory, "Answer.dll"));
        var (code, output, error) = process.Finish();
        Assert.That((code, error), Is.EqualTo((0, "")));
        Assert.That(output.TrimEnd().Split('\n')[^1], Does.StartWith("triangle "));
        Assert.That(output, Does.StartWith("epoch 0: "));
    }
}
