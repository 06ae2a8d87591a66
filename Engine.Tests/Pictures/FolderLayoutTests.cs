using NUnit.Framework;
using Scratch.Pictures;
using Scratch.Tests.Cli;

namespace Scratch.Tests.Pictures;

/// <summary>How folders of images are understood. The files are empty: nothing is read of them.</summary>
public sealed class FolderLayoutTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase("train/cat/1.png test/cat/2.png", "cat", 1, null, 1)]
    [TestCase("Train/cat/1.PNG Test/cat/2.JPG Test/dog/3.jpeg", "cat dog", 1, null, 2)]
    [TestCase("training/cat/1.png VALIDATION/cat/2.png testing/cat/3.bmp", "cat", 1, 1, 1)]
    [TestCase("train/cat/1.png val/cat/2.png", "cat", 1, 1, null)]
    [TestCase("test/cat/1.png test/dog/2.png", "cat dog", null, null, 2)]
    [TestCase("train/test/1.png train/val/2.png test/test/3.png", "test val", 2, null, 1)]
    public void Parts_AreFound(string files, string classes, int? train, int? valid, int? test)
    {
        FolderLayout layout = Of(files);
        Assert.That((layout.HasParts, layout.Train?.Count, layout.Valid?.Count, layout.Test?.Count), Is.EqualTo((true, train, valid, test)));
        Assert.That(layout.ClassNames, Is.EqualTo(classes.Split(' ')));
        Assert.That(layout.Notes, Is.Empty);
    }

    [TestCase("cat/1.png dog/2.png cat/3.png", "cat dog", 3)]
    [TestCase("bus/1.png train/2.png", "bus train", 2)]
    [TestCase("bus/1.png test/2.png train/3.png val/4.png", "bus test train val", 4)]
    public void ClassesOnly_AreFound(string files, string classes, int count)
    {
        FolderLayout layout = Of(files);
        Assert.That((layout.HasParts, layout.Train!.Count, layout.Test), Is.EqualTo((false, count, (IReadOnlyList<ImageFile>?)null)));
        Assert.That(layout.ClassNames, Is.EqualTo(classes.Split(' ')));
        Assert.That(layout.Train.Select(file => file.Name), Is.EquivalentTo(files.Split(' ')));
        Assert.That(layout.Train.Select(file => layout.ClassNames[file.Label]), Is.EqualTo(layout.Train.Select(file => file.Name.Split('/')[0])));
    }

    [Test]
    public void ClassCalledTrain_IsSaid() => Assert.That(Of("bus/1.png train/2.png").Notes,
        Is.EqualTo(["'train' is taken for a class: it holds images itself and lies beside others that do"]));

    [TestCase("cat/1.png __MACOSX/cat/._1.png empty/", "skipped 2 folders without images: __MACOSX, empty")]
    [TestCase("cat/1.png dog/a.svg dog/b.svg", "skipped 1 folder without images: dog")]
    [TestCase("cat/1.png cat/.DS_Store cat/._1.png cat/Thumbs.db .git/1.png", null)]
    [TestCase("cat/1.png cat/a.svg cat/b.txt cat/.c.png cat/d.psd cat/e",
        "skipped 5 files whose type is not read: cat/.c.png, cat/a.svg, cat/b.txt and 2 more")]
    [TestCase("cat/1.png cat/a.svg", "skipped 1 file whose type is not read: cat/a.svg")]
    [TestCase("cat/1.png 2.png", "skipped 1 image in no class: 2.png")]
    [TestCase("cat/1.png cat/small/1.png cat/small/2.png", "skipped 2 images in a folder below a class: cat/small/1.png, cat/small/2.png")]
    [TestCase("train/cat/1.png test/cat/1.png train/2.png raw/3.png raw/deep/4.png",
        "skipped 3 images in no class: raw/3.png, raw/deep/4.png, train/2.png")]
    [TestCase("train/cat/1.png test/cat/1.png raw/", "skipped 1 folder without images: raw")]
    [TestCase("train/cat/1.png train/empty/ test/cat/1.png", "skipped 1 folder without images: train/empty")]
    public void WhatIsNotRead_IsCountedAndNamed(string files, string? note)
    {
        FolderLayout layout = Of(files);
        Assert.That(layout.ClassNames, Is.EqualTo(["cat"]));
        Assert.That(layout.Notes, Is.EqualTo(note is null ? Array.Empty<string>() : [note]));
    }

    [TestCase("1.png 2.png", "holds 2 images in no class, such as '1.png'. Expected {0}/CLASS/*.png or .jpg, or {0}/train/CLASS/*.png")]
    [TestCase("train/1.png test/cat/2.png", "/train' holds 1 image in no class, such as 'train/1.png'. Expected {0}/train/CLASS/*.png or .jpg.")]
    [TestCase("train/1.png test/2.png", "/train' holds 1 image in no class, such as 'train/1.png'. Expected {0}/train/CLASS/*.png or .jpg.")]
    [TestCase("train/cat/1.png test/", "/test': no image found. Expected {0}/test/CLASS/*.png or .jpg.")]
    [TestCase("train/cat/deep/1.png", "/train/cat' holds no image itself, but there is one deeper, '{0}/train/cat/deep/1.png'. Expected "
        + "{0}/train/CLASS/*.png or .jpg. Move the images up.")]
    [TestCase("a/cat/1.png", "/a' holds no image itself, but there is one deeper, '{0}/a/cat/1.png'. Expected {0}/CLASS/*.png or .jpg. Move the "
        + "images up, or take '{0}/a'.")]
    [TestCase("a/train/cat/1.png a/test/cat/1.png", "Move the images up, or take '{0}/a'.")]
    [TestCase("cat/1.png dog/deep/1.png", "/dog' holds no image itself")]
    [TestCase("train/cat/1.png Train/cat/2.png", "has folders 'Train' and 'train', which mean the same. Keep one.")]
    [TestCase("val/cat/1.png valid/cat/2.png train/cat/3.png", "has folders 'val' and 'valid', which mean the same. Keep one.")]
    [TestCase("cat/a.svg dog/", "no image found, but 1 other file: cat/a.svg. Expected {0}/CLASS/*.png")]
    [TestCase("cat/ dog/", "no image found, but empty folders: cat, dog. Expected {0}/CLASS/*.png")]
    [TestCase("", "no image found. Expected {0}/CLASS/*.png")]
    public void WhatCannotBeMeant_IsAnErrorThatSaysWhatWasFound(string files, string message) => Assert.That(
        Assert.Throws<InvalidDataException>(() => Of(files))!.Message.Replace('\\', '/'),
            Does.Contain(message.Replace("{0}", _folder.Path.Replace('\\', '/'))));

    // Paths with a blank between them; those that end in a slash are empty folders.
    private FolderLayout Of(string files)
    {
        foreach (string path in files.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string full = Path.Combine(_folder.Path, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            if (!path.EndsWith('/')) File.WriteAllBytes(full, []);
        }
        return new(_folder.Path);
    }
}
