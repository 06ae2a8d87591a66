using NUnit.Framework;
using Scratch.Cli;
using Scratch.Data;
using Scratch.Pictures;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli;

/// <summary>Images that are looked at several times, and pixels whose channels have numbers of their own.</summary>
public sealed class ViewOptionTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new();
        Drawings.WriteTo(_folder["data"], 90, seed: 3);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private string Model => _folder["out/model.safetensors"];

    private CliRun Train(params string[] options)
    {
        CliRun run = CliRun.Of(["train", "--data", _folder["data"], "--out", _folder["out"], "--epochs", "2", "--no-telemetry", .. options]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        return run;
    }

    private CliRun Evaluate(string views) => CliRun.Of("evaluate", Model, "--data", _folder["data"], "--views", views);

    [Test]
    public void Evaluate_Views_IsThatOfTheMeanProbabilities()
    {
        CliRun trained = Train();
        Assert.That(Evaluate("one").After("test"), Is.EqualTo(trained.After("test")));
        FolderImages images = ImageFolder.Load(_folder["data"]);
        Dataset test = images.Test!;
        foreach (var (word, views) in new[] { ("flip", TestTimeViews.Flip), ("crops", TestTimeViews.Crops) })
        {
            Classifier classifier = Classifier.Load(Model);
            classifier.Views = views;
            double loss = 0, right = 0;
            double[] probabilities = new double[3];
            for (int n = 0; n < test.Count; n++)
            {
                classifier.Predict(test.Image(n), probabilities);
                Assert.That(probabilities.Sum(), Is.EqualTo(1).Within(1e-9));
                loss -= Math.Log(probabilities[test.Labels[n]]) / test.Count;
                if (probabilities.AsSpan().IndexOf(probabilities.Max()) == test.Labels[n]) right += 1.0 / test.Count;
            }
            CliRun run = Evaluate(word);
            Assert.That(run.After("test"), Is.EqualTo(string.Create(null, $"loss {loss:F4}, accuracy {right:F4}")), run.Error);
            Assert.That(run.After("test"), Is.Not.EqualTo(trained.After("test")));
        }
        string picture = Directory.GetFiles(_folder["data/circle"])[0];
        CliRun once = CliRun.Of("predict", Model, picture), twice = CliRun.Of("predict", Model, picture, "--views", "flip");
        Assert.That((twice.ExitCode, twice.Output != once.Output), Is.EqualTo((ExitCode.Done, true)));
    }

    [Test]
    public void TestTimeViews_Flip_IsTheImageAndItsMirror()
    {
        var shape = new Shape(2, 5, 4);
        byte[] image = [.. Enumerable.Range(0, 40).Select(i => (byte)(i * 6))], result = new byte[40];
        var random = new RandomSequence(0);
        TestTimeViews.Flip[0].Apply(shape, image, result, ref random);
        Assert.That(result, Is.EqualTo(image));
        TestTimeViews.Flip[1].Apply(shape, image, result, ref random);
        for (int row = 0; row < 10; row++)
            for (int w = 0; w < 4; w++) Assert.That(result[row * 4 + w], Is.EqualTo(image[row * 4 + 3 - w]));
        Assert.That(TestTimeViews.Crops, Has.Count.EqualTo(12));
    }

    [Test]
    public void Evaluate_ViewsOfSeveralLabels_Works()
    {
        string[] lines = [.. Directory.GetFiles(_folder["data"], "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select((path, i) => $"{path},{(i % 2 == 0 ? "even|" : "")}{Path.GetFileName(Path.GetDirectoryName(path))}")];
        File.WriteAllLines(_folder["labels.csv"], lines);
        CliRun.Of("train", "--data", _folder["labels.csv"], "--out", _folder["out"], "--epochs", "1", "--no-telemetry");
        CliRun once = CliRun.Of("evaluate", Model, "--data", _folder["labels.csv"]);
        CliRun twice = CliRun.Of("evaluate", Model, "--data", _folder["labels.csv"], "--views", "flip");
        Assert.That(twice.ExitCode, Is.EqualTo(ExitCode.Done), twice.Error);
        Assert.That(twice.After("test"), Does.Contain("subset accuracy").And.Not.EqualTo(once.After("test")));
    }

    [Test]
    public void Train_Channels_AreInTheFileAndUsedByAll()
    {
        Directory.Delete(_folder["data"], recursive: true);
        for (int i = 0; i < 60; i++)
        {
            byte[] pixels = Scratch.Tests.Data.IdxBytes.Elements(16 * 16 * 3, seed: i);
            for (int p = 0; p < pixels.Length; p++) pixels[p] = (byte)(pixels[p] / (1 + p % 3) + (i % 2 == 0 && p % 3 == 1 ? 60 : 0));
            string path = _folder[$"data/{(i % 2 == 0 ? "green" : "other")}/{i}.png"];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Scratch.Tests.Pictures.PngBytes.Of(pixels, 16, 16, 3));
        }
        CliRun all = Train(), channels = Train("--normalize", "channels", "--overwrite");
        Assert.That(channels.After("weights"), Is.Not.EqualTo(all.After("weights")));
        Normalization normalization = ModelNotes.Read(Model).Normalization!.Value;
        Assert.That(normalization.Channels, Has.Count.EqualTo(3));
        Assert.That(normalization, Is.EqualTo(Normalization.OfChannels(ImageFolder.Load(_folder["data"]).TrainAndValid().Train)));
        Assert.That(Evaluate("one").After("test"), Is.EqualTo(channels.After("test")));
        Train("--normalize", "imagenet", "--overwrite");
        Assert.That(ModelNotes.Read(Model).Normalization, Is.EqualTo(Normalization.ImageNet));
    }

    [Test]
    public void Train_ImageNetOnGrey_IsRefused()
    {
        CliRun run = CliRun.Of("train", "--data", _folder["data"], "--epochs", "1", "--normalize", "imagenet");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.WrongUsage), run.Error);
        Assert.That(run.ErrorLines[^1], Does.Contain("images in colour"));
    }
}
