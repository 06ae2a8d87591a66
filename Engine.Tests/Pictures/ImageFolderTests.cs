using NUnit.Framework;
using Scratch.Cli;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Pictures;
using Scratch.Tensors;
using Scratch.Tests.Cli;

namespace Scratch.Tests.Pictures;

/// <summary>Images that lie in a folder for each class.</summary>
public sealed class ImageFolderTests
{
    private const int Height = 6, Width = 4;
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private void Write(string path, byte first, int channels = 1, int height = Height, int width = Width)
    {
        byte[] pixels = [.. Enumerable.Range(0, height * width * channels).Select(i => (byte)(first + i))];
        WriteFile(path, PngBytes.Of(pixels, height, width, channels));
    }

    private void WriteFile(string path, byte[] bytes)
    {
        string file = Path.Combine(_folder.Path, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, bytes);
    }

    [Test]
    public void Load_TrainValidTest_NumbersClassesByName()
    {
        Write("train/cat/1.png", 10);
        Write("train/cat/2.png", 20);
        Write("train/ant/1.png", 30);
        Write("valid/cat/1.png", 40);
        Write("test/bee/1.png", 50);
        Write("test/ant/1.png", 60);
        var (train, valid, test, _, notes) = ImageFolder.Load(_folder.Path);
        Assert.That(notes, Is.Empty);
        Assert.That(train!.ClassNames, Is.EqualTo(["ant", "bee", "cat"]));
        Assert.That(valid!.ImageNames.ToArray(), Is.EqualTo(["cat/1.png"]));
        Assert.That((train.Count, valid.Count, test!.Count, train.Classes), Is.EqualTo((3, 1, 2, 3)));
        Assert.That(train.ImageShape, Is.EqualTo(new Shape(1, Height, Width)));
        var found = Enumerable.Range(0, 3).Select(i => (train.Labels[i], train.Image(i)[0])).Order().ToArray();
        Assert.That(found, Is.EqualTo([(0, (byte)30), (2, (byte)10), (2, (byte)20)]));
        Assert.That((valid.Labels[0], valid.Image(0)[3]), Is.EqualTo((2, (byte)43)));
        Assert.That((test.Labels[0], test.Labels[1]), Is.EqualTo((0, 1)));
        Assert.That(test.Image(1).ToArray(), Is.EqualTo(Enumerable.Range(50, Height * Width)));
    }

    [Test]
    public void Load_Colours_AreLaidOutChannelByChannel()
    {
        Write("train/a/1.png", 0, channels: 3);
        Write("test/a/1.png", 100);                                          // a grey one among colours has the same in each
        var (train, _, test, _, _) = ImageFolder.Load(_folder.Path);
        Assert.That(train!.ImageShape, Is.EqualTo(new Shape(3, Height, Width)));
        for (int c = 0; c < 3; c++)
            for (int p = 0; p < Height * Width; p++)
            {
                Assert.That(train.Image(0)[c * Height * Width + p], Is.EqualTo(3 * p + c));
                Assert.That(test!.Image(0)[c * Height * Width + p], Is.EqualTo(100 + p));
            }
    }

    [Test]
    public void Load_ClassesOnly_KeepsAboutASixthOfEachForTheTest()
    {
        for (int i = 0; i < 240; i++) Write($"{(i % 4 == 0 ? "few" : "many")}/{i}.png", (byte)i);
        var (train, valid, test, _, notes) = ImageFolder.Load(_folder.Path);
        Assert.That((train!.Count + test!.Count, valid), Is.EqualTo((240, (Dataset?)null)));
        Assert.That(test.Labels.Count(0), Is.EqualTo(10).Within(8));         // a chance of a sixth, sixty times: three deviations are 8.7
        Assert.That(test.Labels.Count(1), Is.EqualTo(30).Within(15));
        foreach (Dataset part in new[] { train, test })
            for (int i = 0; i < part.Count; i++) Assert.That(part.Labels[i], Is.EqualTo(part.Image(i)[0] % 4 == 0 ? 0 : 1));
        Assert.That(notes.Single(), Does.Contain($"{test.Count} of 240 images are kept to test with"));
        Assert.That(train.Labels[..20].Contains(0) && train.Labels[..20].Contains(1), "the first images are of one class");
    }

    [Test]
    public void Load_FilesAdded_MoveNoOther()
    {
        for (int i = 0; i < 60; i++) Write($"{(i % 2 == 0 ? "even" : "odd")}/{i}.png", (byte)i);
        string[][] Parts()
        {
            var data = TrainingData.Load(_folder.Path);
            return [data.Train.ImageNames.ToArray(), data.Valid.ImageNames.ToArray(), data.Test!.ImageNames.ToArray()];
        }
        string[][] before = Parts();
        Assert.That(before.Select(part => part.Length), Is.All.GreaterThan(2));
        for (int i = 60; i < 70; i++) Write($"even/{i}.png", (byte)i);
        Write("new/1.png", 0);
        string[][] after = Parts();
        Assert.That(after.Sum(part => part.Length), Is.EqualTo(71));
        for (int part = 0; part < 3; part++) Assert.That(before[part], Is.SubsetOf(after[part]));
    }

    [Test]
    public void Train_OnAFolder_Works()
    {
        for (int i = 0; i < 40; i++) Write($"{(i % 2 == 0 ? "even" : "odd")}/{i}.png", (byte)i, height: 16, width: 12);
        CliRun run = CliRun.Of("train", "--data", _folder.Path, "--epochs", "1", "--batch-size", "8");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
    }

    [Test]
    public void Load_TwoSizes_AllComeToTheMostCommon()
    {
        Write("train/a/1.png", 0);
        Write("train/a/2.png", 40, height: 9, width: 7);
        Write("train/b/1.png", 0);
        Write("test/a/1.png", 90, height: 3);
        FolderImages images = ImageFolder.Load(_folder.Path);
        Assert.That(images.ImageShape, Is.EqualTo(new Shape(1, Height, Width)));
        Assert.That(images.Notes, Is.EqualTo(["2 of 4 pictures, which are from 3x4 to 9x7 (H, W), brought to 6x4, chosen by what is most common: "
            + "scaled to fill it, the middle kept"]));
        Assert.That(images.Test!.Image(0).ToArray(), Is.EqualTo(Picture.Load(_folder["test/a/1.png"]).Resized((6, 4)).Pixels.ToArray()));
    }

    [TestCase(ResizeMethod.Crop), TestCase(ResizeMethod.Pad), TestCase(ResizeMethod.Squish)]
    public void Load_SizeSaid_IsThatOfAll(ResizeMethod method)
    {
        Write("train/a/1.png", 0, height: 13);
        Write("train/a/2.png", 40, height: 9, width: 7, channels: 3);
        FolderImages images = ImageFolder.Load(_folder.Path, (5, 8), method);
        Assert.That((images.ImageShape, images.Method), Is.EqualTo((new Shape(3, 5, 8), method)));
        for (int i = 0; i < 2; i++)
        {
            Picture picture = Picture.Load(_folder[$"train/{images.Train!.ImageNames[i]}"], channels: 3).Resized((5, 8), method);
            Assert.That(images.Train.Image(i).ToArray(), Is.EqualTo(picture.Pixels.ToArray()));
        }
    }

    [TestCase(300, 200, 224, 224)]
    [TestCase(224, 100, 224, 100)]
    public void Load_SizesThatDiffer_AreNotFoundLargerThan224(int height, int width, int foundHeight, int foundWidth)
    {
        Write("train/a/1.png", 0, height: height, width: width);
        Write("train/a/2.png", 0, height: height, width: width);
        Write("train/a/3.png", 0);
        Assert.That(ImageFolder.Load(_folder.Path).ImageShape, Is.EqualTo(new Shape(1, foundHeight, foundWidth)));
    }

    [Test]
    public void Load_EverySizeOnce_TakesTheOneInTheMiddle()
    {
        foreach (int height in (ReadOnlySpan<int>)[20, 6, 11]) Write($"train/a/{height}.png", 0, height: height);
        Assert.That(ImageFolder.Load(_folder.Path).ImageShape, Is.EqualTo(new Shape(1, 11, Width)));
    }

    [Test]
    public void Load_GreyAskedFor_IsGreyOfColours()
    {
        Write("train/a/1.png", 30, channels: 3);
        FolderImages images = ImageFolder.Load(_folder.Path, channels: 1);
        Assert.That(images.ImageShape[0], Is.EqualTo(1));
        Assert.That(images.Train!.Image(0).ToArray(), Is.EqualTo(Picture.Load(_folder["train/a/1.png"], channels: 1).Pixels.ToArray()));
    }

    [Test]
    public void Load_SeveralDamaged_NamesTheFirstWhicheverThreadIsFaster()
    {
        for (int i = 0; i < 60; i++) Write($"valid/a/{i:00}.png", (byte)i);
        foreach (int i in (ReadOnlySpan<int>)[17, 18, 40, 59]) File.WriteAllText(_folder[$"valid/a/{i:00}.png"], "damaged");
        for (int turn = 0; turn < 5; turn++)
            Assert.That(Assert.Throws<InvalidDataException>(() => ImageFolder.Load(_folder.Path))!.Message, Does.Contain("17.png"));
    }

    [TestCase(0, 4, 1), TestCase(4, -1, 3), TestCase(4, 4, 2), TestCase(4, 4, 4)]
    public void Load_ImpossibleSizeOrChannels_IsRefused(int height, int width, int channels) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageFolder.Load(_folder.Path, new Size2(height, width), channels: channels));

    [Test]
    public void Train_MixedSizes_Works()
    {
        for (int i = 0; i < 40; i++) Write($"{(i % 2 == 0 ? "even" : "odd")}/{i}.png", (byte)i, height: 16 + i % 3, width: 12 + i);
        CliRun run = CliRun.Of("train", "--data", _folder.Path, "--epochs", "1", "--batch-size", "8", "--size", "17x16", "--resize", "pad");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Error, Does.Contain("39 of 40 pictures, which are from 16x12 to 18x50 (H, W), brought to 17x16: scaled to fit in, "
            + "the rest black"));
    }

    [TestCase("no image here"), TestCase("")]
    public void Load_NoImage_NamesTheFile(string content)
    {
        Write("train/a/1.png", 0);
        Write("test/a/1.png", 0);
        File.WriteAllText(Path.Combine(_folder.Path, "train", "a", "2.png"), content);
        Assert.That(Assert.Throws<InvalidDataException>(() => ImageFolder.Load(_folder.Path))!.Message, Does.Contain("2.png"));
    }

    [Test]
    public void Load_CutShort_NamesTheFile()
    {
        Write("train/a/1.png", 0);
        Write("test/a/1.png", 0);
        string path = Path.Combine(_folder.Path, "train", "a", "1.png");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..45]);
        Assert.That(Assert.Throws<InvalidDataException>(() => ImageFolder.Load(_folder.Path))!.Message, Does.Contain("1.png"));
    }

    [TestCase("jpeg"), TestCase("gif"), TestCase("webp lossy"), TestCase("tiff lzw"), TestCase("bmp")]
    public void Load_CutInHalf_NamesTheFile(string kind)
    {
        byte[] file = PillowFiles.Named(kind);
        WriteFile("train/a/whole.jpg", file);
        WriteFile("train/a/half.jpg", file[..(file.Length / 2)]);
        WriteFile("test/a/whole.jpg", file);
        Assert.That(Assert.Throws<InvalidDataException>(() => ImageFolder.Load(_folder.Path))!.Message, Does.Contain("half.jpg"));
    }

    [Test]
    public void Load_TurnedPictures_HaveTheSizeAsSeen()
    {
        byte[] exif = [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];    // tag 274 of type 3: one number, 6
        WriteFile("train/a/1.png", PngBytes.Of([1, 2, 3, 4, 5, 6], 2, 3, channels: 1, ("eXIf", exif)));
        Write("train/a/2.png", 10, height: 3, width: 2);
        Write("test/a/1.png", 20, height: 3, width: 2);
        var (train, _, _, _, notes) = ImageFolder.Load(_folder.Path);
        int turned = train!.Image(0)[0] == 10 ? 1 : 0;
        Assert.That(train.Image(turned).ToArray(), Is.EqualTo(new byte[] { 4, 1, 5, 2, 6, 3 }));
        Assert.That(notes, Is.EqualTo(["3 pictures: 1 turned as the file says"]));
    }

    [Test]
    public void Load_GreyAndColour_AreAllColour()
    {
        WriteFile("train/a/1.png", PillowFiles.Named("png grey alpha"));
        WriteFile("train/a/2.png", PillowFiles.Named("png palette"));
        WriteFile("test/a/1.tif", PillowFiles.Named("tiff"));
        var (train, _, _, _, _) = ImageFolder.Load(_folder.Path);
        Assert.That(train!.ImageShape, Is.EqualTo(new Shape(3, 4, 6)));
    }

    [Test]
    public void Train_PicturesThatLoseSomething_SaysSo()
    {
        foreach (string part in new[] { "train/a", "train/b", "test/a", "test/b" })
            for (int i = 0; i < 4; i++) WriteFile($"{part}/{i}.png", PngBytes.Of(new byte[16 * 16], 16, 16, channels: 1, ("acTL", new byte[8])));
        CliRun run = CliRun.Of("train", "--data", _folder.Path, "--epochs", "1", "--batch-size", "2");
        Assert.That(run.Error, Does.Contain("16 pictures: 16 with more frames or pages, the first taken"));
    }

    [Test]
    public void Load_OneImageOfAClass_IsTooFew()
    {
        Write("a/1.png", 0);
        Assert.That(Assert.Throws<InvalidDataException>(() => ImageFolder.Load(_folder.Path))!.Message, Does.Contain("one image of each class"));
    }
}
