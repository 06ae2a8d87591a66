using NUnit.Framework;
using Scratch.Data;
using Scratch.Pictures;
using Scratch.Tensors;
using Scratch.Tests.Cli;
using Scratch.Tests.Support;

namespace Scratch.Tests.Pictures;

/// <summary>What was loaded, in three lines.</summary>
public sealed class SummaryTests
{
    [Test]
    public void Summary_Folder_CountsClassesSizesAndWhatIsSkipped()
    {
        using var folder = new TemporaryFolder();
        Drawings.WriteTo(folder["train"], 9, seed: 1);
        Drawings.WriteTo(folder["test"], 6, seed: 2, _ => (20, 30));
        File.WriteAllText(folder["train/circle/notes.txt"], "");
        Directory.CreateDirectory(folder["train/empty"]);
        Assert.That(ImageFolder.Load(folder.Path).Summary(), Is.EqualTo(
        [
            "3 classes, 15 images: circle (5), square (5), triangle (5); 9 to train with, 6 to test with",
            "sizes: 20x30 to 28x28 (H, W), now 28x28 in grey",
            "skipped: 1 file whose type is not read, 1 folder without images; resized: 6 of 15 pictures",
        ]));
    }

    [Test]
    public void Summary_ManyClasses_NamesTheFirst()
    {
        int[] labels = [.. Enumerable.Range(0, 40).Select(i => i % 13)];
        var images = new Dataset(new Shape(40, 3, 2, 1), new byte[240], labels, 13);
        string[] lines = [.. new FolderImages(images, null, null, ResizeMethod.Crop, []).Summary()];
        Assert.That(lines[0], Does.StartWith("13 classes, 40 images: 0 (4), 1 (3), ").And.EndsWith("9 (3) and 3 more; 3 to 4 of each; "
            + "40 to train with"));
        Assert.That(lines[1..], Is.EqualTo(["sizes: all 2x1 (H, W) in colour", "skipped: nothing; resized: none"]));
    }

    [Test]
    public void TrainAndEvaluate_SayIt()
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        CliRun run = CliRun.Of("train", "--data", folder.Path, "--batch-size", "100", "--epochs", "1", "--out", folder["out"], "--no-telemetry");
        Assert.That(run.Error, Does.Contain("10 classes, 660 images: 0 (").And.Contains("; 500 to train with, 100 to validate with, 60 to test with")
            .And.Contains("sizes: all 28x28 (H, W) in grey").And.Contains("skipped: nothing; resized: none"), run.Error);
        Assert.That(CliRun.Of("evaluate", folder["out/model.safetensors"], "--data", folder.Path).Error, Does.Contain("10 classes, 660 images: 0 ("));
    }
}
