using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;

namespace Scratch.Tests.Cli;

/// <summary>What the options of <c>train</c> and its recipes do, on images without meaning.</summary>
[Category("Slow")]
public sealed class TrainOptionsTests
{
    private readonly TemporaryFolder _folder = new();

    private static readonly string[][] _variants =
    [
        [], ["--optimizer", "adam"], ["--optimizer", "adamw", "--weight-decay", "0.1"], ["--optimizer", "adam", "--weight-decay", "0.1"],
            ["--optimizer", "adamw", "--momentum", "0.5"],
        ["--optimizer", "rmsprop"], ["--optimizer", "rmsprop", "--momentum", "0.5"], ["--optimizer", "adamw", "--weight-decay", "0.1",
            "--spare-norms"], ["--schedule", "cosine"],
        ["--schedule", "cosine", "--warm-up", "0.6"], ["--schedule", "one-cycle"], ["--schedule", "step"], ["--schedule", "exponential"],
            ["--schedule", "lesson-cosine"], ["--clip-norm", "0.01"],
        ["--label-smoothing", "0.1"], ["--dropout", "0.2"], ["--augment", "shift"], ["--augment", "shift=0.2"], ["--augment", "rotate"],
            ["--augment", "scale"], ["--augment", "shear"],
        ["--augment", "erase"], ["--augment", "flip"], ["--augment", "brightness"], ["--augment", "contrast"], ["--augment", "erase,flip,shift"],
    ];

    private static readonly int[] _threads = [1, 2, 3, 8], _thresholds = [1, 1, 1, 1, 10, 10, 10];

    [OneTimeSetUp]
    public void WriteImages() => TinyMnist.WriteTo(_folder.Path);

    [OneTimeTearDown]
    public void Clear() => _folder.Dispose();

    [TestCase("join", 65, 2)]
    [TestCase("keep", 65, 3)]
    [TestCase("drop", 64, 2)]
    public void Train_LastBatch_SaysWhatBecomesOfTheRest(string lastBatch, int images, int batches)
    {
        CliRun run = CliRun.Of("train", "--data", CliRun.Mnist, "--train-size", "65", "--batch-size", "32", "--epochs", "1", "--last-batch",
            lastBatch);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Output, Does.Contain($"images/s: {images} in ").And.Match($@"= 1 x \({batches} \+ [0-9]+\) entries per layer"));
        Assert.That(CliRun.Of("train", "--last-batch", "bend").Error, Does.Contain("--last-batch is 'bend', must be join, keep or drop."));
    }

    [Test]
    public void Train_EachOption_GivesOtherWeights() => Assert.That(_variants.Select(Weights), Is.Unique);

    [Test]
    public void Train_WordsInAnyOrderAndUsualStrengths_GiveTheSame()
    {
        Assert.That(Weights("--augment", "flip,shift=0.1"), Is.EqualTo(Weights("--augment", "shift,flip=0.5")));
        Assert.That(Weights("--augment", "shift=0"), Is.EqualTo(Weights()));
        Assert.That(Weights("--no-telemetry"), Is.EqualTo(Weights()));
    }

    [Test]
    public void Train_Recipe_IsItsOptions_AndWhatIsSaidWins()
    {
        Recipe recipe = Recipe.Named("speedrun");
        string[] typed = [.. recipe.Options.Split(' '), "--epochs", "1"];
        string[] once = [.. typed.Index().Where(word => word.Index == 0 || !IsOverridden(typed, word.Index)).Select(word => word.Item)];
        Assert.That(Run(["--recipe", recipe.Name, "--epochs", "1"]).After("weights"), Is.EqualTo(Run(once).After("weights")));
        Assert.That(Run(["--recipe", recipe.Name, "--epochs", "1", "--seed", "7"]).After("weights"), Is.Not.EqualTo(Run(once).After("weights")));
    }

    [Test]
    public void Recipes_AllOfThem_CanBeParsedAndAreInHelp([ValueSource(nameof(RecipeNames))] string name)
    {
        CliRun run = CliRun.Of(new StringWriter(), new CancellationToken(canceled: true), "train", "--recipe", name, "--data", _folder.Path,
            "--canvases", "10");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Interrupted), run.Error);
        Assert.That(run.Error, Does.Contain($"recipe {name}: {Recipe.Named(name).Options}"));
        string help = string.Join(' ', CliRun.Of("train", "--help").Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        Assert.That(help, Does.Contain($"{name}: {Recipe.Named(name).About}").And.Contains(Recipe.Named(name).Options));
    }

    [Test]
    public void Train_DropoutAndAugmentations_AnyNumberOfThreadsGivesTheSameWeights()
    {
        string[] hashes = [.. _threads.Select(threads => Run([
            "--recipe", "speedrun", "--epochs", "1", "--dropout", "0.2", "--augment", "shift,rotate,scale,shear,erase,flip", "--threads",
                $"{threads}"]).After("weights"))];
        Assert.That(hashes, Is.All.EqualTo(hashes[0]));
    }

    [Test]
    public void Train_Out_SaysEverythingThatRepeatsTheRun_AndEvaluateReadsIt()
    {
        using var saved = new TemporaryFolder();
        CliRun run = Run(["--optimizer", "adamw", "--schedule", "one-cycle", "--dropout", "0.25", "--augment", "erase,shift", "--clip-norm", "2",
            "--label-smoothing", "0.1", "--epochs", "1",
            "--out", saved.Path]);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(saved["train.json"]));
        JsonElement settings = json.RootElement.GetProperty("settings");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(settings.GetProperty("optimizer").GetProperty("name").GetString(), Is.EqualTo("adamw"));
            Assert.That(settings.GetProperty("optimizer").GetProperty("learningRate").GetDouble(), Is.EqualTo(0.01));
            Assert.That(settings.GetProperty("optimizer").GetProperty("momentum").GetDouble(), Is.EqualTo(0.9));
            Assert.That(settings.GetProperty("optimizer").GetProperty("clipNorm").GetDouble(), Is.EqualTo(2));
            Assert.That(settings.GetProperty("schedule").GetProperty("name").GetString(), Is.EqualTo("one-cycle"));
            Assert.That(settings.GetProperty("augment").GetString(), Is.EqualTo("erase=0.25,shift=0.1"));
            Assert.That(settings.GetProperty("dropout").GetDouble(), Is.EqualTo(0.25));
            Assert.That(settings.GetProperty("labelSmoothing").GetDouble(), Is.EqualTo(0.1));
        }
        CliRun evaluated = CliRun.Of("evaluate", saved["model.safetensors"], "--data", _folder.Path);
        Assert.That(evaluated.After("test").Split(' ')[^1], Is.EqualTo(run.After("test").Split(' ')[^1]), evaluated.Error);
        Assert.That(evaluated.After("weights"), Is.EqualTo(run.After("weights")));
    }

    [Test]
    public void Train_ManyLabels_ReportsThresholdsAndTemperature_AndEvaluateReadsIt()
    {
        using var saved = new TemporaryFolder();
        CliRun run = Run(["--task", "multi-label", "--model", "lesson-bn", "--canvases", "80", "--epochs", "1", "--out", saved.Path]);
        Assert.That(run.Error, Does.Contain("recipe multi-label"));
        Assert.That(run.Output, Does.Contain("epoch  train loss  accuracy  valid loss").And.Contains("test loss")
            .And.Contains(", subset accuracy ").And.Contains("per class, by F1")
            .And.Contains("  chosen\n").And.Contains("expected calibration error"));
        Assert.That(run.Output.Split('\n').Max(line => line.Length), Is.AtMost(100));
        Assert.That(run.Output.Split('\n').Where(line => !line.StartsWith("speed", StringComparison.Ordinal)).Max(line => line.Length),
            Is.AtMost(80));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(saved["train.json"]));
        JsonElement labels = json.RootElement.GetProperty("labels");
        Assert.That(labels.GetProperty("classes").GetArrayLength(), Is.EqualTo(10));
        JsonElement[] choices = [.. labels.GetProperty("choices").EnumerateArray()];
        Assert.That(choices.Select(choice => choice.GetProperty("thresholds").GetArrayLength()), Is.EqualTo(_thresholds));
        JsonElement chosen = choices.Single(choice => choice.GetProperty("choice").GetString() == labels.GetProperty("chosen").GetString());
        Assert.That(chosen.GetProperty("validSubsetAccuracy").GetDouble(),
            Is.GreaterThanOrEqualTo(choices[0].GetProperty("validSubsetAccuracy").GetDouble()));
        CliRun evaluated = CliRun.Of("evaluate", saved["model.safetensors"], "--data", _folder.Path);
        Assert.That(evaluated.After("test"), Is.EqualTo(run.After("test")), evaluated.Error);
    }

    private static IEnumerable<string> RecipeNames() => Recipe.All.Select(recipe => recipe.Name);

    // A word of an option that comes again later, or that option's value.
    private static bool IsOverridden(string[] words, int index)
    {
        string option = words[index].StartsWith("--", StringComparison.Ordinal) ? words[index] : words[index - 1];
        return Array.LastIndexOf(words, option) > index;
    }

    private string Weights(params string[] options) => Run(["--epochs", "1", "--batch-size", "100", "--model", "lesson-bn",
        .. options]).After("weights");

    private CliRun Run(string[] options)
    {
        CliRun run = CliRun.Of(["train", "--data", _folder.Path, .. options]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        return run;
    }
}
