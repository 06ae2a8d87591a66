using System.Security.Cryptography;
using NUnit.Framework;
using Scratch.Data;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Data;

public sealed class MnistTests
{
    private const string TrainImages = "train-images-idx3-ubyte", TrainLabels = "train-labels-idx1-ubyte";
    private const string TestImages = "t10k-images-idx3-ubyte", TestLabels = "t10k-labels-idx1-ubyte";

    private static readonly Lazy<MnistData> Real = new(() => Mnist.Load(Path.Combine(RepositoryFolder.Path, "data", "mnist")));
    private string _folder = "";

    [SetUp]
    public void WriteSmallFiles()
    {
        _folder = Directory.CreateTempSubdirectory("scratch").FullName;
        Write(TrainImages, IdxBytes.File(3, 5, 4));
        Write(TrainLabels, IdxBytes.File([3], [1, 0, 2]));
        Write(TestImages, IdxBytes.File(2, 5, 4));
        Write(TestLabels, IdxBytes.File([2], [0, 4]));
    }

    [TearDown]
    public void DeleteSmallFiles() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Load_RealFiles_HasTheLessonsCountsAndShape()
    {
        Assert.That((Real.Value.Train.Count, Real.Value.Test.Count), Is.EqualTo((60000, 10000)));
        Assert.That((Real.Value.Train.Classes, Real.Value.Test.Classes), Is.EqualTo((10, 10)));
        Assert.That(Real.Value.Train.ImageShape, Is.EqualTo(new Shape(1, 28, 28)));
        Assert.That(Real.Value.Test.ImageShape, Is.EqualTo(new Shape(1, 28, 28)));
        Assert.That(Real.Value.Train.Labels[..8].ToArray(), Is.EqualTo([5, 0, 4, 1, 9, 2, 1, 3]));
    }

    [Test]
    public void Load_RealFiles_HasTheLessonsMeanAndDeviation()
    {
        var measured = Normalization.Of(Real.Value.Train.Split(50_000).First);
        // The lesson's file holds value / 256, not / 255.
        Assert.That(measured.Mean * 255 / 256, Is.EqualTo(0.1304).Within(1e-4));
        Assert.That(measured.StandardDeviation * 255 / 256, Is.EqualTo(0.3073).Within(1e-4));
    }

    [Test]
    public void Load_RealFiles_AllTrainingImagesHaveTheirWellKnownMeanAndDeviation()
    {
        var measured = Normalization.Of(Real.Value.Train);
        Assert.That(measured.Mean, Is.EqualTo(0.1307).Within(5e-5));
        Assert.That(measured.StandardDeviation, Is.EqualTo(0.3081).Within(5e-5));
    }

    [Test]
    public void RealFiles_Hash_IsWhatTheReadmeSays()
    {
        string[] lines = File.ReadAllLines(Path.Combine(RepositoryFolder.Path, "data", "README.md"));
        string[][] rows = [.. lines.Where(line => line.StartsWith("| t", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))];
        Assert.That(rows, Has.Length.EqualTo(8));
        foreach (string[] row in rows)
        {
            byte[] bytes = Content(row[1]);
            Assert.That((bytes.Length.ToString(), Convert.ToHexStringLower(SHA256.HashData(bytes))), Is.EqualTo((row[2], row[3])), row[1]);
        }
    }

    [Test]
    public void Load_SmallFiles_PairsImagesWithLabels()
    {
        MnistData small = Mnist.Load(_folder);
        Assert.That(small.Train.Labels.ToArray(), Is.EqualTo([1, 0, 2]));
        Assert.That(small.Train.ImageShape, Is.EqualTo(new Shape(1, 5, 4)));
        Assert.That(small.Test.Pixels.ToArray(), Is.EqualTo(IdxBytes.Elements(40)));
    }

    [TestCase("fashion-mnist", 10, "Ankle boot"), TestCase("kmnist", 10, "を"), TestCase("fashion-mnist", 9, "8"), TestCase("mnist", 10, "9")]
    public void Load_FolderOfAKnownDataset_HasItsNames(string name, int classes, string last)
    {
        string folder = Path.Combine(_folder, name);
        Directory.CreateDirectory(folder);
        byte[] labels = [.. Enumerable.Range(0, 20).Select(n => (byte)(n % classes))];
        foreach (string part in new[] { "train", "t10k" })
        {
            File.WriteAllBytes(Path.Combine(folder, $"{part}-images-idx3-ubyte"), IdxBytes.File(20, 3, 2));
            File.WriteAllBytes(Path.Combine(folder, $"{part}-labels-idx1-ubyte"), IdxBytes.File([20], labels));
        }
        Assert.That(Mnist.Load(folder).Test.ClassNames![^1], Is.EqualTo(last));
        Assert.That(Scratch.Cli.TrainingData.Located(name, _folder), Is.EqualTo(folder));
        Assert.That(Scratch.Cli.TrainingData.Located("nowhere", _folder), Is.EqualTo("nowhere"));
    }

    [Test]
    public void Load_ClassOnlyInTest_CountsInBoth() => Assert.That(Mnist.Load(_folder).Train.Classes, Is.EqualTo(5));

    [TestCase("train-images.idx3-ubyte", false)]
    [TestCase("train-images.idx3-ubyte.gz", true)]
    [TestCase("train-images-idx3-ubyte.gz", true)]
    public void Load_OtherNames_AreFound(string name, bool packed)
    {
        File.Delete(Path.Combine(_folder, TrainImages));
        byte[] file = IdxBytes.File(3, 5, 4);
        Write(name, packed ? IdxBytes.Gzip(file) : file);
        Assert.That(Mnist.Load(_folder).Train.Count, Is.EqualTo(3));
    }

    [Test]
    public void Load_ClassNames_AreTheLabels() =>
        Assert.That(Mnist.Load(_folder).Test.ClassNames, Is.EqualTo(["0", "1", "2", "3", "4"]));

    private static readonly byte[] Letters = [3, 1, 2], TestLetters = [2, 26];

    private void WriteEmnist(string name, byte[] train, byte[] test)
    {
        Write($"emnist-{name}-train-images-idx3-ubyte.gz", IdxBytes.Gzip(IdxBytes.File(3, 5, 4)));
        Write($"emnist-{name}-train-labels-idx1-ubyte.gz", IdxBytes.Gzip(IdxBytes.File([3], train)));
        Write($"emnist-{name}-test-images-idx3-ubyte", IdxBytes.File(2, 5, 4));
        Write($"emnist-{name}-test-labels-idx1-ubyte", IdxBytes.File([2], test));
    }

    private void DeleteMnist()
    {
        foreach (string name in new[] { TrainImages, TrainLabels, TestImages, TestLabels }) File.Delete(Path.Combine(_folder, name));
    }

    [Test]
    public void Load_Emnist_TurnsImagesAndCountsLettersFromTheFirst()
    {
        DeleteMnist();
        WriteEmnist("letters", Letters, TestLetters);
        var (train, test) = Mnist.Load(_folder);
        Assert.That((train.ImageShape, train.Classes, test.Classes), Is.EqualTo((new Shape(1, 4, 5), 26, 26)));
        Assert.That(train.Labels.ToArray(), Is.EqualTo([2, 0, 1]));
        Assert.That(test.Labels.ToArray(), Is.EqualTo([1, 25]));
        Assert.That((train.ClassNames![0], train.ClassNames[25]), Is.EqualTo(("1", "26")));
        byte[] stored = IdxBytes.Elements(3 * 5 * 4);
        for (int n = 0; n < 3; n++)
            for (int h = 0; h < 4; h++)
                for (int w = 0; w < 5; w++) Assert.That(train.Image(n)[h * 5 + w], Is.EqualTo(stored[n * 20 + w * 4 + h]));
    }

    [Test]
    public void Load_EmnistWithMapping_NamesClassesByTheirCharacters()
    {
        DeleteMnist();
        WriteEmnist("letters", Letters, [2, 3]);
        Write("emnist-letters-mapping.txt", "1 65 97\r\n2 66 98\n3 67 99\n"u8.ToArray());
        Assert.That(Mnist.Load(_folder).Train.ClassNames, Is.EqualTo(["A", "B", "C"]));
    }

    [TestCase("1 65\n1 66", 2)]
    [TestCase("1 65\n\none 66", 3)]
    [TestCase("1", 1)]
    [TestCase("1 99999999", 1)]
    public void Load_EmnistWithBrokenMapping_SaysTheLine(string mapping, int line)
    {
        DeleteMnist();
        WriteEmnist("letters", Letters, TestLetters);
        File.WriteAllText(Path.Combine(_folder, "emnist-letters-mapping.txt"), mapping);
        Assert.That(() => Mnist.Load(_folder), Throws.TypeOf<InvalidDataException>().With.Message.Contains($"in line {line},"));
    }

    [Test]
    public void Load_EmnistDigits_CountFromZero()
    {
        DeleteMnist();
        WriteEmnist("digits", [3, 0, 2], TestLetters);
        Assert.That(Mnist.Load(_folder).Train.Labels.ToArray(), Is.EqualTo([3, 0, 2]));
    }

    [Test]
    public void Load_SeveralSets_AreToldApartByTheBeginningOfTheirNames()
    {
        WriteEmnist("letters", Letters, TestLetters);
        WriteEmnist("digits", [3, 0, 2], [0, 1]);
        Assert.That(Mnist.Load(_folder).Train.Classes, Is.EqualTo(5), "MNIST's own names come first");
        DeleteMnist();
        Assert.That(() => Mnist.Load(_folder), Throws.TypeOf<InvalidDataException>().With.Message.Contains("emnist-digits-, emnist-letters-")
            .And.Message.Contains($"for example '{Path.Combine(_folder, "emnist-digits")}'"));
        Assert.That(Mnist.Load(Path.Combine(_folder, "emnist-letters")).Train.Classes, Is.EqualTo(26));
        Assert.That(Mnist.Load(Path.Combine(_folder, "emnist-digits")).Train.Classes, Is.EqualTo(4));
        Assert.That(Mnist.IsBeginning(Path.Combine(_folder, "emnist")), Is.False);
    }

    [Test]
    public void Load_NoFolder_SaysWhatBelongsThere()
    {
        string missing = Path.Combine(_folder, "nowhere");
        Assert.That(() => Mnist.Load(missing), Throws.TypeOf<DirectoryNotFoundException>().With.Message.EqualTo(
            $"Mnist: there is no folder '{missing}'. It must hold {TrainImages}, {TrainLabels}, {TestImages} and {TestLabels}, each plain or .gz."));
    }

    [TestCase(TrainImages)]
    [TestCase(TrainLabels)]
    [TestCase(TestImages)]
    [TestCase(TestLabels)]
    public void Load_NoFile_SaysWhichAndWhere(string name)
    {
        File.Delete(Path.Combine(_folder, name));
        Assert.That(() => Mnist.Load(_folder), Throws.TypeOf<FileNotFoundException>().With.Message.StartsWith($"{name}: not found in '{_folder}'"));
    }

    [Test]
    public void Load_FewerLabelsThanImages_SaysBoth()
    {
        Write(TrainLabels, IdxBytes.File([2], [1, 0]));
        Assert.That(() => Mnist.Load(_folder), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"{TrainLabels}: expected 3 labels at byte 4, one per image of {TrainImages}, found 2."));
    }

    [Test]
    public void Load_TestImagesOfAnotherSize_SaysBoth()
    {
        Write(TestImages, IdxBytes.File(2, 4, 5));
        Assert.That(() => Mnist.Load(_folder), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"{TestImages}: expected image size [5, 4] (H, W) at byte 8, as in {TrainImages}, found [4, 5]."));
    }

    [Test]
    public void Load_NoImages_SaysSo()
    {
        Write(TrainImages, IdxBytes.File(0, 5, 4));
        Assert.That(() => Mnist.Load(_folder), Throws.TypeOf<InvalidDataException>().With.Message.Contains("found sizes [0, 5, 4]"));
    }

    [Test]
    public void Load_LabelsInPlaceOfImages_SaysSo()
    {
        Write(TrainImages, IdxBytes.File([3], [1, 0, 2]));
        Assert.That(() => Mnist.Load(_folder), Throws.TypeOf<InvalidDataException>().With.Message.EndsWith("This is a label file."));
    }

    private void Write(string name, byte[] content) => File.WriteAllBytes(Path.Combine(_folder, name), content);

    // A name without .gz stands for what the packed file unpacks to.
    private static byte[] Content(string name)
    {
        string path = Path.Combine(RepositoryFolder.Path, "data", "mnist", name);
        if (File.Exists(path)) return File.ReadAllBytes(path);
        using var stream = new System.IO.Compression.GZipStream(File.OpenRead(path + ".gz"), System.IO.Compression.CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        stream.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
