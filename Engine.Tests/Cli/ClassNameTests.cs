using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Data;
using Scratch.Files;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Data;
using Scratch.Pictures;
using Scratch.Tests.Pictures;

namespace Scratch.Tests.Cli;

/// <summary>Classes keep their names from the folder to the model's file and back, and every class has images or is said to have none.</summary>
public sealed class ClassNameTests
{
    private const int Height = 16, Width = 12;
    private static readonly string[] CatDog = ["cat", "dog"];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    // Cats are bright at the top, dogs at the bottom: a single epoch tells them apart.
    private void Write(string path, bool top, int count)
    {
        Directory.CreateDirectory(_folder[path]);
        for (int i = 0; i < count; i++)
        {
            byte[] pixels = IdxBytes.Elements(Height * Width, seed: i);
            for (int p = 0; p < pixels.Length; p++) pixels[p] = (byte)(pixels[p] / 4 + (p < pixels.Length / 2 == top ? 150 : 0));
            File.WriteAllBytes(Path.Combine(_folder[path], $"{i}.png"), PngBytes.Of(pixels, Height, Width, 1));
        }
    }

    private CliRun Train(params string[] options) =>
        CliRun.Of(["train", "--data", _folder["data"], "--out", _folder["out"], "--batch-size", "8", "--no-telemetry", "--threads", "1", .. options]);

    private CliRun Evaluate(string data) => CliRun.Of("evaluate", _folder["out/model.safetensors"], "--data", _folder[data], "--threads", "1");

    private void TrainOnCatsAndDogs()
    {
        Write("data/train/cat", true, 40);
        Write("data/train/dog", false, 40);
        Write("data/test/cat", true, 6);
        Write("data/test/dog", false, 6);
        CliRun run = Train();
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Error, Does.Not.Contain("note:"));
        Assert.That(run.After("test"), Does.EndWith("accuracy 1.0000"));
    }

    [Test]
    public void Train_Folder_WritesNamesBesideTheWeights()
    {
        TrainOnCatsAndDogs();
        Assert.That(SafetensorsFile.Read(_folder["out/model.safetensors"]).Metadata["classes"], Is.EqualTo("""["cat","dog"]"""));
        Assert.That(ModelNotes.Read(_folder["out/model.safetensors"]).Classes, Is.EqualTo(CatDog));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder["out/train.json"]));
        Assert.That(json.RootElement.GetProperty("data").GetProperty("classes").EnumerateArray().Select(name => name.GetString()),
            Is.EqualTo(CatDog));
        CliRun same = Evaluate("data");
        Assert.That(same.After("test"), Does.EndWith("accuracy 1.0000"), same.Error);
        Assert.That(same.After("classes"), Is.EqualTo("cat, dog (from the file)"));
        Assert.That(same.Output, Does.Contain("class  images  recall  precision      F1  taken for\n"
            + "cat         6  1.0000     1.0000  1.0000\ndog         6  1.0000     1.0000  1.0000\n"));
    }

    [Test]
    public void Evaluate_UnknownClass_IsAnErrorWithBothNames()
    {
        TrainOnCatsAndDogs();
        Write("other/test/dog", false, 5);
        Write("other/test/kat", true, 5);
        CliRun run = Evaluate("other");
        WrongInputTests.Expect(run, ExitCode.Failed, "images of class kat, model.safetensors knows cat, dog.");
    }

    [Test]
    public void Evaluate_FewerClassesInOtherPlaces_TakesThemByName()
    {
        TrainOnCatsAndDogs();
        Write("other/test/dog", false, 5);
        CliRun run = Evaluate("other");
        Assert.That(run.After("test"), Does.EndWith("accuracy 1.0000"), run.Error);
        Assert.That(run.Error, Does.Contain("note: there is no image to test with of class 'cat'"));
        Assert.That(run.Output, Does.Contain("5 test images").And.Contains("cat         0       -          -       -\n"
            + "dog         5  1.0000     1.0000  1.0000\n")
            .And.Not.Contains("told worst"));
        CliRun asJson = CliRun.Of("evaluate", _folder["out/model.safetensors"], "--data", _folder["other"], "--threads", "1", "--json");
        using JsonDocument json = JsonDocument.Parse(asJson.Output);
        JsonElement classes = json.RootElement.GetProperty("perClass");
        Assert.That(classes.EnumerateArray().Select(row => row.GetProperty("images").GetInt32()), Is.EqualTo([0, 5]));
        Assert.That(classes[0].GetProperty("recall").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(json.RootElement.GetProperty("classes").GetProperty("names").EnumerateArray().Select(name => name.GetString()),
            Is.EqualTo(CatDog));
        Assert.That(json.RootElement.GetProperty("notes")[0].GetString(), Is.EqualTo("there is no image to test with of class 'cat'"));
    }

    [Test]
    public void Train_ClassMissingFromAPart_IsSaid()
    {
        Write("data/train/cat", true, 20);
        Write("data/train/dog", false, 20);
        Write("data/val/cat", true, 5);
        Write("data/test/eel", true, 5);
        Write("data/test/cat", true, 5);
        CliRun run = Train();
        Assert.That(run.Error, Does.Contain("note: there is no image to train with of class 'eel'").And.Contains("note: there is no image to "
            + "validate with of classes 'dog', 'eel'")
            .And.Contains("note: there is no image to test with of class 'dog'"), run.Output);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder["out/train.json"]));
        Assert.That(json.RootElement.GetProperty("data").GetProperty("notes").GetArrayLength(), Is.EqualTo(3));
    }

    [Test]
    public void Train_WithoutTest_TestsNothingAndEvaluateTakesValidation()
    {
        Write("data/train/cat", true, 30);
        Write("data/train/dog", false, 30);
        Write("data/val/cat", true, 6);
        Write("data/val/dog", false, 4);
        CliRun run = Train();
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Output, Does.Not.Contain("test loss"));
        CliRun evaluated = Evaluate("data");
        Assert.That(evaluated.Output, Does.Contain("10 test images"));
        Assert.That(evaluated.Error, Does.Contain("note: there is no folder 'test': the images to validate with are tested"));
    }

    [TestCase("cat, dog")]
    [TestCase("""["cat","cat"]""")]
    [TestCase("""["cat",""]""")]
    [TestCase("""["cat",null]""")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("[1,2]")]
    public void Evaluate_ImpossibleNames_OneLineAndOne(string classes)
    {
        ModelFile.Save(ModelCatalog.Build<float>("lesson", new Shape(1, 28, 28), 10), _folder["m.safetensors"], ("classes", classes));
        WrongInputTests.Expect(CliRun.Of("evaluate", _folder["m.safetensors"], "--data", CliRun.Mnist), ExitCode.Failed,
            "its metadata says classes = ");
    }

    [Test]
    public void Load_ImagesSortedByLabel_ValidatesWithEveryClass()
    {
        byte[] labels = [.. Enumerable.Range(0, 600).Select(n => (byte)(n / 60))];
        File.WriteAllBytes(_folder["train-images-idx3-ubyte"], IdxBytes.File(600, 5, 4));
        File.WriteAllBytes(_folder["train-labels-idx1-ubyte"], IdxBytes.File([600], labels));
        File.WriteAllBytes(_folder["t10k-images-idx3-ubyte"], IdxBytes.File(10, 5, 4));
        File.WriteAllBytes(_folder["t10k-labels-idx1-ubyte"], IdxBytes.File([10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
        var data = TrainingData.Load(_folder.Path);
        for (int label = 0; label < 10; label++) Assert.That(data.Valid.Labels.Count(label), Is.EqualTo(10));
        Assert.That(data.WithTrainSize(100).Train.ClassesWithImages(), Has.Count.EqualTo(10));
        Assert.That(data.Warnings, Is.Empty);
    }

    [Test]
    public void Load_SixtyThousandSortedByLabel_IsNotSplitAsTheLessonDoes()
    {
        byte[] labels = [.. Enumerable.Range(0, 60_000).Select(n => (byte)(n / 6_000))];
        File.WriteAllBytes(_folder["train-images-idx3-ubyte"], IdxBytes.File(60_000, 1, 2));
        File.WriteAllBytes(_folder["train-labels-idx1-ubyte"], IdxBytes.File([60_000], labels));
        File.WriteAllBytes(_folder["t10k-images-idx3-ubyte"], IdxBytes.File(1, 1, 2));
        File.WriteAllBytes(_folder["t10k-labels-idx1-ubyte"], IdxBytes.File([1], [9]));
        var data = TrainingData.Load(_folder.Path);
        Assert.That((data.Train.Count, data.Valid.Labels.Count(0)), Is.EqualTo((50_000, 1_000)));
    }

    [Test]
    public void Load_Mnist_IsSplitAsTheLessonDoes()
    {
        Dataset all = Mnist.Load(CliRun.Mnist).Train;
        var data = TrainingData.Load(CliRun.Mnist);
        Assert.That(data.Train.Pixels.SequenceEqual(all.Split(50_000).First.Pixels)
            && data.Valid.Labels.SequenceEqual(all.Split(50_000).Second.Labels));
    }

    [Test]
    public void Compose_Canvases_KeepsTheNames()
    {
        Dataset digits = new Dataset(new Shape(2, 4, 4), IdxBytes.Elements(32), (int[])[0, 1]).WithClassNames(CatDog);
        Assert.That(DigitCanvases.Compose(digits, 3, seed: 1, size: 8).ClassNames, Is.EqualTo(CatDog));
    }

    [Test]
    public void LabelReport_Table_NamesTheClasses()
    {
        var targets = new Tensor<float>(new Shape(4, 2), [1, 0, 0, 1, 1, 1, 0, 0]);
        var logits = new Tensor<double>(new Shape(4, 2), [2, -1, -1, 2, 1, 1, -2, -1.5]);
        var output = new StringWriter();
        LabelReport.Of(logits, targets, logits, targets, ["kitten", "dog"]).Print(new Terminal(output, TextWriter.Null));
        Assert.That($"{output}".Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault()),
            Does.Contain("kitten").And.Contains("dog"));
    }
}
