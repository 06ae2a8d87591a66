using NUnit.Framework;
using Scratch.Cli;
using Scratch.Data;
using Scratch.Pictures;
using Scratch.Tensors;
using Scratch.Tests.Cli;
using Scratch.Tests.Data;

namespace Scratch.Tests.Pictures;

/// <summary>Pictures that a CSV file lists.</summary>
public sealed class ImageFilesTests
{
    private const int Height = 16, Width = 12;
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private void Write(string path, byte first)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        File.WriteAllBytes(_folder[path], PngBytes.Of([.. Enumerable.Range(first, Height * Width).Select(i => (byte)i)], Height, Width, 1));
    }

    private FolderImages Load(params string[] lines)
    {
        File.WriteAllLines(_folder["labels.csv"], lines);
        return ImageFiles.Load(_folder["labels.csv"]);
    }

    private void WriteFour()
    {
        for (int i = 0; i < 4; i++) Write($"in/{i}.png", (byte)(10 * i));
    }

    [Test]
    public void Load_ClassAndPart_NumbersClassesByName()
    {
        WriteFour();
        FolderImages images = Load("image,part,class", "in/0.png,train,dog", "in/1,test,ant", "\"in/2.png\",,ant", @"in\3.png,VAL,dog");
        Assert.That(images.ClassNames, Is.EqualTo(["ant", "dog"]));
        Assert.That((images.Train!.Count, images.Valid!.Count, images.Test!.Count), Is.EqualTo((2, 1, 1)));
        int first = images.Train.ImageNames[0] == "in/0.png" ? 0 : 1;
        Assert.That((images.Train.Labels[first], images.Train.Labels[1 - first]), Is.EqualTo((1, 0)));
        Assert.That((images.Train.Image(first)[0], images.Train.Image(1 - first)[0]), Is.EqualTo(((byte)0, (byte)20)));
        Assert.That((images.Valid.Labels[0], images.Test.Labels[0]), Is.EqualTo((1, 0)));
        Assert.That((images.Test.Image(0)[1], images.Notes), Is.EqualTo((11, (IReadOnlyList<string>)[])));
    }

    private static readonly string[][] SeveralLabels =
    [
        ["file,labels,part", "in/0.png,cat|dog,test", "in/1.png,,test", "in/2.png,bird,test", "in/3.png,dog;bird,train"],
        ["in/0.png,cat,dog", "in/1.png", "in/2.png,bird", "in/3.png,dog,bird"],
        ["id;bird;cat;dog;split", "in/0;0;1;1;test", "in/1;0;0;0;test", "in/2;1;0;0;test", "in/3;1;0;1;train"],
    ];

    [TestCaseSource(nameof(SeveralLabels))]
    public void Load_SeveralLabels_AreTargets(params string[] lines)
    {
        WriteFour();
        FolderImages images = Load(lines);
        Assert.That(images.ClassNames, Is.EqualTo(["bird", "cat", "dog"]));
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (Dataset part in new[] { images.Train!, images.Test! })
            for (int n = 0; n < part.Count; n++)
                found.Add(Path.GetFileNameWithoutExtension(part.ImageNames[n]), string.Join("", part.Targets!.Slice(n, 1).Span.ToArray()));
        Assert.That(found, Is.EqualTo(new Dictionary<string, string> { ["0"] = "011", ["1"] = "000", ["2"] = "100", ["3"] = "101" }));
    }

    [Test]
    public void Load_ColumnsBesideTheClass_AreNamed()
    {
        WriteFour();
        FolderImages images = Load("file,age,label", "in/0.png,3,a", "in/1.png,4,b", "in/2.png,5,a", "in/3.png,5,b");
        Assert.That(images.ClassNames, Is.EqualTo(["a", "b"]));
        Assert.That(images.Notes[0], Is.EqualTo("labels.csv: taken is column 'label', not age"));
    }

    [TestCase("line 3: expected a picture file, found 'in/9.png'", "file,class", "in/0.png,a", "in/9.png,b")]
    [TestCase("line 1: expected a picture file, found 'in/9.png'", "in/9.png,a", "in/0.png,b")]
    [TestCase("line 2: expected each file once, found 'in/0' again, as in line 1", "in/0.png,a", "in/0,b")]
    [TestCase("line 2: expected a class behind the file, found none", "in/0.png,a", "in/1.png")]
    [TestCase("line 2: expected 2 fields as in the heading, found 3", "file,class", "in/0.png,a,b")]
    [TestCase("line 2: expected 0 or 1 below 'cat', found 'yes'", "file,cat,dog", "in/0.png,yes,0")]
    [TestCase("line 2: expected train, valid or test below 'part', found 'later'", "file,part,class", "in/0.png,later,a")]
    [TestCase("expected a name of its own above each column", "file,cat,cat", "in/0.png,1,0")]
    [TestCase("expected lines below the heading", "file,class")]
    [TestCase("expected a column with the class", "file,part", "in/0.png,test")]
    [TestCase("expected a label somewhere", "file,labels", "in/0.png,")]
    [TestCase("expected lines such as")]
    public void Load_Wrong_NamesTheLine(string expected, params string[] lines)
    {
        WriteFour();
        Assert.That(() => Load(lines), Throws.InstanceOf<InvalidDataException>().With.Message.Contains($"labels.csv").And.Message.Contains(expected));
    }

    [Test]
    public void Load_DamagedPicture_IsNamed()
    {
        WriteFour();
        File.WriteAllText(_folder["in/2.png"], "damaged");
        Assert.That(() => Load("in/0.png,a", "in/2.png,b"), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("2.png"));
    }

    // "top" is bright at the top, "left" at the left; each image has any of both, or none.
    private void WriteTopAndLeft(int count)
    {
        Directory.CreateDirectory(_folder["in"]);
        List<string> lines = ["file,labels"];
        for (int i = 0; i < count; i++)
        {
            bool top = i % 2 == 0, left = i / 2 % 2 == 0;
            byte[] pixels = IdxBytes.Elements(Height * Width, seed: i);
            for (int p = 0; p < pixels.Length; p++)
            {
                bool bright = top && p / Width < Height / 2 || left && p % Width < Width / 2;
                pixels[p] = (byte)(pixels[p] / 8 + (bright ? 150 : 0));
            }
            File.WriteAllBytes(_folder[$"in/{i}.png"], PngBytes.Of(pixels, Height, Width, 1));
            lines.Add($"in/{i}.png,{string.Join('|', new[] { top ? "top" : "", left ? "left" : "" }.Where(word => word.Length > 0))}");
        }
        File.WriteAllLines(_folder["labels.csv"], lines);
    }

    [Test]
    public void Train_ListOfSeveralLabels_IsLearnedEvaluatedAndPredicted()
    {
        WriteTopAndLeft(120);
        CliRun run = CliRun.Of("train", "--data", _folder["labels.csv"], "--out", _folder["out"], "--epochs", "6", "--no-telemetry");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Error, Does.Contain("--task multi-label --model lesson-bn").And.Contains("2 labels, 120 images: left (60), top (60); ")
            .And.Contains("sizes: all 16x12 (H, W) in grey").And.Contains("skipped: nothing; resized: none"));
        Assert.That(run.After("test"), Does.Match("subset accuracy (0.9[0-9]*|1.0000)$"));
        ModelNotes notes = ModelNotes.Read(_folder["out/model.safetensors"]);
        Assert.That((notes.HasManyLabels, notes.Others.ContainsKey("canvases")), Is.EqualTo((true, false)));

        CliRun evaluated = CliRun.Of("evaluate", _folder["out/model.safetensors"], "--data", _folder["labels.csv"]);
        Assert.That(evaluated.After("test"), Is.EqualTo(run.After("test")), evaluated.Error);
        Assert.That(evaluated.Output, Does.Contain("class  threshold  precision  recall      F1\n left  "));
        CliRun predicted = CliRun.Of("predict", _folder["out/model.safetensors"], _folder["in/0.png"], _folder["in/3.png"]);
        Assert.That(predicted.Output, Does.Match("0.png +(top \\+ left|left \\+ top) ").And.Match("3.png +\\(none\\) "), predicted.Error);
    }

    [Test]
    public void ClassifierTraining_SeveralLabels_Answers()
    {
        WriteTopAndLeft(40);
        var training = new ClassifierTraining(ImageFiles.Load(_folder["labels.csv"]),
            TrainingChoice.For(40, 2) with { Epochs = 1 });
        training.Fit();
        Prediction answer = training.ToClassifier().Predict(_folder["in/0.png"]);
        Assert.That((answer.HasManyLabels, answer.Classes.Count), Is.EqualTo((true, 2)));
    }

    [Test]
    public void Train_OneLabelSaid_IsRefused()
    {
        WriteTopAndLeft(40);
        CliRun run = CliRun.Of("train", "--data", _folder["labels.csv"], "--task", "one-label");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.WrongUsage), run.Error);
        Assert.That(run.ErrorLines[^1], Does.StartWith("error: ").And.Contains("Say --task multi-label."));
    }

    [Test]
    public void Train_FoldsOfSeveralLabels_SayMeanAndDeviation([Values(null, "0")] string? memory)
    {
        WriteTopAndLeft(60);
        CliRun run = CliRun.Of(["train", "--data", _folder["labels.csv"], "--folds", "2", "--epochs", "1", "--no-telemetry",
            .. memory is null ? Array.Empty<string>() : ["--memory", memory]]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Output,
            Does.Match(@"valid subset accuracy [01]\.[0-9]{4} \+- 0\.[0-9]{4}, from [01]\.[0-9]{4} to [01]\.[0-9]{4} in 2 folds"));
    }

    [Test]
    public void Train_ClassWeightsOfSeveralLabels_WeighWhatIsThere()
    {
        WriteTopAndLeft(60);
        CliRun Run(params string[] weights) => CliRun.Of(["train", "--data", _folder["labels.csv"], "--epochs", "1", "--no-telemetry", .. weights]);
        string Weights(params string[] said) => Run(said).After("weights");
        string usual = Weights();
        Assert.That(Weights("--class-weights", "1,1"), Is.EqualTo(usual));
        Assert.That(Weights("--class-weights", "4,1"), Is.Not.EqualTo(usual));
        Assert.That(Run("--class-weights", "balanced").ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(Run("--class-weights", "1,2,3").Error, Does.Contain("--class-weights has 3 numbers for 2 classes. Give each class one."));
    }

    [Test]
    public void FindLr_SeveralLabels_Suggests()
    {
        WriteTopAndLeft(40);
        CliRun run = CliRun.Of("find-lr", "--data", _folder["labels.csv"], "--model", "lesson-bn", "--steps", "20", "--batch-size", "8");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
    }

    [Test]
    public void Evaluate_ListOfAnotherKind_IsRefused()
    {
        WriteTopAndLeft(60);
        CliRun.Of("train", "--data", _folder["labels.csv"], "--out", _folder["out"], "--epochs", "1", "--no-telemetry");
        File.WriteAllLines(_folder["one.csv"], Enumerable.Range(0, 12).Select(i => $"in/{i}.png,{(i % 2 == 0 ? "top" : "left")}"));
        CliRun run = CliRun.Of("evaluate", _folder["out/model.safetensors"], "--data", _folder["one.csv"]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed), run.Error);
        Assert.That(run.Error, Does.Contain("Call the column 'labels'"));
    }

    [Test]
    public void NumberedAs_Targets_ChangesColumns()
    {
        Dataset images = new Dataset(new Shape(2, 1, 1), new byte[] { 5, 6 }, new Tensor<float>(new Shape(2, 2), [1, 0, 1, 1]))
            .WithClassNames("a", "b").WithImageNames("x", "y");
        Dataset other = images.NumberedAs("b", "c", "a");
        Assert.That(other.Targets!.Span.ToArray(), Is.EqualTo([0, 0, 1, 1, 0, 1]));
        Assert.That((other.ImageNames[1], other.Pixels[1], other.ClassNames![2]), Is.EqualTo(("y", (byte)6, "a")));
        Assert.That(() => images.NumberedAs("a", "c"), Throws.ArgumentException.With.Message.Contains("'b'"));
    }
}
