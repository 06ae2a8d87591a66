using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Pictures;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli;

/// <summary>Early stopping, weights, metrics, averages and folds of <c>train</c>, on a few drawings.</summary>
public sealed class TrainingExtrasTests
{
    private readonly TemporaryFolder _folder = new();

    [OneTimeSetUp]
    public void WriteImages() => Drawings.WriteTo(_folder["shapes"], 150, 3);

    [OneTimeTearDown]
    public void Clear() => _folder.Dispose();

    // Options that are said replace the usual ones.
    private CliRun Train(params string[] options)
    {
        string[][] usual = [["--model", "lesson-bn"], ["--batch-size", "16"], ["--augment", "none"], ["--epochs", "3"], ["--optimizer", "sgd"],
            ["--lr", "0.1"], ["--threads", "1"]];
        return CliRun.Of(["train", "--data", _folder["shapes"], "--no-telemetry", .. usual.Where(pair => !options.Contains(pair[0]))
            .SelectMany(pair => pair), .. options]);
    }

    private JsonElement Report(params string[] options)
    {
        CliRun run = Train([.. options, "--json"]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        return JsonDocument.Parse(run.Output.TrimEnd().Split('\n')[^1]).RootElement;
    }

    // A rate of next to nothing improves so little that accuracy stays: it stops, keeps the first epoch, and has done.
    [Test]
    public void Patience_NothingBetter_StopsAndKeepsTheBest()
    {
        string saved = _folder["stopped"];
        CliRun run = Train("--lr", "1e-20", "--epochs", "9", "--patience", "2", "--monitor", "accuracy", "--out", saved);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Output, Does.Match("stopped early after epoch [34]: the number of --monitor was best in epoch [12], whose weights are kept"));
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(Path.Combine(saved, "train.json")));
        Assert.That(report.RootElement.GetProperty("interrupted").GetBoolean(), Is.False);
        Assert.That(ModelNotes.Read(Path.Combine(saved, "model.safetensors")).Others["options"], Is.EqualTo("--patience 2 --monitor accuracy"));
    }

    [Test]
    public void Metrics_ByName_AreInLinesAndInJson()
    {
        CliRun run = Train("--metrics", "f1,top-2,roc-auc,accuracy");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Output, Does.Match(@"\n       valid f1 [01]\.[0-9]{4}, top-2 accuracy [01]\.[0-9]{4}"
            + @"\n       valid roc auc [01]\.[0-9]{4}\n"));
        JsonElement metrics = Report("--metrics", "f1,top-2,roc-auc,accuracy").GetProperty("metrics");
        Assert.That(metrics.EnumerateArray().Select(metric => metric.GetProperty("name").GetString()),
            Is.EqualTo(["f1", "top-2 accuracy", "roc auc"]));
        Assert.That(metrics[2].GetProperty("valid").GetArrayLength(), Is.EqualTo(3));
    }

    [TestCase("--class-weights", "3,1,1")]
    [TestCase("--ema", "0.9")]
    [TestCase("--swa", "2")]
    [TestCase("--accumulate", "3")]
    [TestCase("--schedule", "plateau", "--lr", "2", "--epochs", "12")]
    public void Option_ChangesTheWeights(params string[] options)
    {
        string Weights(params string[] said) => Report(said).GetProperty("weights").GetString()!;
        string[] rest = options[0] == "--schedule" ? options[2..] : [];
        string changed = Weights(options), again = Weights(options);
        Assert.That(changed, Is.Not.EqualTo(Weights(rest)).And.EqualTo(again));
    }

    [Test]
    public void ClassWeights_BalancedOfEqualClasses_AreLikeNumbersFromTheData()
    {
        string data = _folder["uneven"];
        Drawings.WriteTo(data, 60, 4);
        foreach (string file in Directory.GetFiles(Path.Combine(data, "circle")).Order(StringComparer.Ordinal).Skip(6)) File.Delete(file);
        CliRun run = CliRun.Of("train", "--data", data, "--class-weights", "1,2", "--epochs", "1", "--threads", "1");
        Assert.That(run.Error, Does.Contain("--class-weights has 2 numbers for 3 classes. Give each class one."));
        string Weights(string said) => CliRun.Of("train", "--data", data, "--class-weights", said, "--epochs", "1", "--threads",
            "1").After("weights");
        Assert.That(Weights("balanced"), Is.Not.EqualTo(Weights("1,1,1")));
    }

    [Test]
    public void Swa_SaysWhatTheAverageComesTo() =>
        Assert.That(Train("--swa", "2").Output, Does.Match(@"averaged weights: valid loss [0-9.]+, accuracy [0-9.]+\n"));

    [Test]
    public void Folds_Three_SayMeanAndDeviation()
    {
        CliRun run = Train("--folds", "3", "--metrics", "f1", "--epochs", "1");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Output, Does.Match("fold 3 of 3: [0-9]+ images to train with, 4[0-9] to validate with"));
        Assert.That(run.Output, Does.Match(@"valid accuracy 0\.[0-9]{4} \+- 0\.[0-9]{4}, from 0\.[0-9]{4} to [01]\.[0-9]{4} in 3 folds"));
        JsonElement numbers = Report("--folds", "3", "--epochs", "1").GetProperty("numbers");
        double[] accuracy = [.. numbers[1].GetProperty("folds").EnumerateArray().Select(value => value.GetDouble())];
        Assert.That(accuracy, Has.Length.EqualTo(3));
        Assert.That(numbers[1].GetProperty("mean").GetDouble(), Is.EqualTo(accuracy.Average()).Within(1e-12));
    }

    [Test]
    public void Folds_Quiet_PrintsOnlyWhatCameOfThem()
    {
        CliRun run = Train("--folds", "3", "--epochs", "1", "--quiet");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        string[] lines = run.Output.TrimEnd().Split('\n');
        Assert.That(lines, Has.Length.EqualTo(2).And.All.Contains("in 3 folds"));
        Assert.That(run.ErrorLines, Has.All.StartsWith("note: "));
    }

    [TestCase("", "--metrics", "luck", "--metrics: there is no metric 'luck'. Metrics: accuracy, top-5,")]
    [TestCase("", "--metrics", "subset-accuracy", "--metrics: subset-accuracy is not for --task one-label.")]
    [TestCase("", "--monitor", "f1", "--monitor is f1, which is not among --metrics. Name it there too.")]
    [TestCase("", "--class-weights", "1,-1", "--class-weights is '1,-1', must be balanced, or finite numbers of at least 0 with commas.")]
    [TestCase("", "--ema", "1", "--ema is '1', must be a number from 0 to below 1.")]
    [TestCase("", "--swa", "4", "--swa is 4, must be at most the 3 epochs of the training.")]
    [TestCase("", "--folds", "1", "--folds is '1', must be a whole number from 2 to 100.")]
    [TestCase("--ema 0.9", "--swa", "2", "--swa averages the last epochs, and does not go with --ema.")]
    [TestCase("--out x", "--folds", "3", "--folds makes a model for each fold and keeps none: leave out --out, or train once more without --folds.")]
    [TestCase("--warm-up 1", "--schedule", "plateau", "--warm-up does not go with --schedule plateau, which begins with the full rate.")]
    public void WrongOption_SaysWhatIsWrong(string others, string option, string value, string message)
    {
        string[] more = others.Length == 0 ? [] : others.Split(' ');
        CliRun run = Train([option, value, .. more]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.WrongUsage));
        Assert.That(run.Error, Does.Contain(message));
    }
}
