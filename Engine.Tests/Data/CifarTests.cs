using NUnit.Framework;
using Scratch.Cli;
using Scratch.Data;
using Scratch.Tensors;
using Scratch.Tests.Cli;

namespace Scratch.Tests.Data;

/// <summary>CIFAR's files, small ones made here; and pickles that would run something if Python read them.</summary>
public sealed class CifarTests
{
    private const int Pixels = 3 * 32 * 32;
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private static readonly string[] _batches = [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}")];

    private static byte[] Images(int count, int seed) => IdxBytes.Elements(count * Pixels, seed);

    // Of each image the label, of CIFAR-100 the coarse one before it, then its pixels.
    private void WriteBinary(string path, int count, int seed, bool has100)
    {
        byte[] images = Images(count, seed);
        List<byte> file = [];
        for (int n = 0; n < count; n++)
        {
            if (has100) file.Add((byte)(n % 2));
            file.Add((byte)((n + seed) % 3));
            file.AddRange(images.AsSpan(n * Pixels, Pixels));
        }
        File.WriteAllBytes(_folder[path], [.. file]);
    }

    private void WritePython(int protocol, string path, int count, int seed, bool has100)
    {
        var labels = Enumerable.Range(0, count).Select(n => (n + seed) % 3);
        (string, Action<PickleBytes>) data = ("data", p => p.Array(count, Pixels, Images(count, seed)));
        File.WriteAllBytes(_folder[path], has100
            ? new PickleBytes(protocol).Dictionary(("batch_label", p => p.Text("training batch")), ("fine_labels", p => p.Numbers(labels)),
                ("coarse_labels", p => p.Numbers(Enumerable.Range(0, count).Select(n => n % 2))), data)
            : new PickleBytes(protocol).Dictionary(("batch_label", p => p.Text("training batch")), ("labels", p => p.Numbers(labels)), data,
                ("filenames", p => p.Texts("a.png", "b.png"))));
    }

    private void WriteTen(string kind)
    {
        foreach (var (name, seed) in _batches.Append("test_batch").Select((name, seed) => (name, seed)))
        {
            if (kind == "binary") WriteBinary($"{name}.bin", 4, seed, has100: false);
            else WritePython(kind == "python 2" ? 2 : 4, name, 4, seed, has100: false);
        }
        if (kind == "binary") File.WriteAllText(_folder["batches.meta.txt"], "airplane\nautomobile\nbird\n\n");
        else File.WriteAllBytes(_folder["batches.meta"], new PickleBytes(2).Dictionary(("num_vis", p => p.Numbers([3])), ("label_names", p =>
            p.Texts("airplane", "automobile", "bird"))));
    }

    [TestCase("binary"), TestCase("python 2"), TestCase("python 3")]
    public void Load_Ten_HasImagesLabelsAndNames(string kind)
    {
        WriteTen(kind);
        DatasetParts parts = Cifar.Load(_folder.Path);
        Assert.That((parts.Train!.Count, parts.Valid, parts.Test!.Count), Is.EqualTo((20, (Dataset?)null, 4)));
        Assert.That((parts.Train.ImageShape, parts.Train.ClassNames), Is.EqualTo((new Shape(3, 32, 32), (IReadOnlyList<string>)["airplane",
            "automobile", "bird"])));
        Assert.That(parts.Train.Labels.ToArray(), Is.EqualTo(Enumerable.Range(0, 20).Select(i => (i % 4 + i / 4) % 3)));
        for (int batch = 0; batch < 5; batch++)
            Assert.That(parts.Train.Pixels.Slice(batch * 4 * Pixels, 4 * Pixels).SequenceEqual(Images(4, batch)));
        Assert.That(parts.Test.Pixels.SequenceEqual(Images(4, 5)));
    }

    [TestCase(true, false), TestCase(true, true), TestCase(false, false), TestCase(false, true)]
    public void Load_Hundred_HasFineOrCoarseLabels(bool isBinary, bool coarse)
    {
        Directory.CreateDirectory(_folder["cifar-100-python"]);
        string below = isBinary ? "" : "cifar-100-python/";
        foreach (string part in new[] { "train", "test" })
        {
            if (isBinary) WriteBinary($"{part}.bin", 6, part.Length, has100: true);
            else WritePython(2, below + part, 6, part.Length, has100: true);
        }
        if (isBinary)
        {
            File.WriteAllText(_folder["fine_label_names.txt"], "apple\nbear\ncan\n");
            File.WriteAllText(_folder["coarse_label_names.txt"], "food\nrest\n");
        }
        else
        {
            File.WriteAllBytes(_folder[$"{below}meta"], new PickleBytes(2).Dictionary(("fine_label_names", p => p.Texts("apple", "bear", "can")),
                ("coarse_label_names", p => p.Texts("food", "rest"))));
        }
        DatasetParts parts = Cifar.Load(_folder.Path, coarse);
        Assert.That(parts.Train!.ClassNames, Is.EqualTo(coarse ? ["food", "rest"] : (string[])["apple", "bear", "can"]));
        Assert.That(parts.Train.Labels.ToArray(), Is.EqualTo(Enumerable.Range(0, 6).Select(n => coarse ? n % 2 : (n + 5) % 3)));
        Assert.That(parts.Test!.Image(2).SequenceEqual(Images(6, 4).AsSpan(2 * Pixels, Pixels)));
    }

    [Test]
    public void Train_Coarse_LearnsTheGroupsAndEvaluateReadsThem()
    {
        WriteBinary("train.bin", 60, 5, has100: true);
        WriteBinary("test.bin", 12, 4, has100: true);
        File.WriteAllText(_folder["fine_label_names.txt"], "apple\nbear\ncan\n");
        File.WriteAllText(_folder["coarse_label_names.txt"], "food\nrest\n");
        CliRun run = CliRun.Of("train", "--data", _folder.Path, "--coarse", "--epochs", "1", "--model", "lesson", "--no-telemetry", "--out",
            _folder["out"]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Error, Does.Contain("2 classes, 72 images: food (36), rest (36)").And.Contains("--coarse"));
        CliRun evaluated = CliRun.Of("evaluate", _folder["out/model.safetensors"], "--data", _folder.Path, "--coarse");
        Assert.That(evaluated.ExitCode, Is.EqualTo(ExitCode.Done), evaluated.Error);
        Assert.That(evaluated.After("test loss"), Is.EqualTo(run.After("test loss")));
    }

    [Test]
    public void Coarse_NoGroups_IsRefused()
    {
        WriteTen("binary");
        Assert.That(() => Cifar.Load(_folder.Path, coarse: true), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("CIFAR-10"));
        CliRun run = CliRun.Of("train", "--data", CliRun.Mnist, "--coarse");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.WrongUsage));
        Assert.That(run.Error, Does.Contain($"--coarse is for CIFAR-100, and '{CliRun.Mnist}' holds no files of it."));
    }

    [Test]
    public void Load_MissingOrBroken_NamesTheFile()
    {
        WriteTen("binary");
        File.Delete(_folder["data_batch_4.bin"]);
        Assert.That(() => Cifar.Load(_folder.Path), Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("data_batch_4.bin"));
        File.WriteAllBytes(_folder["data_batch_4.bin"], new byte[Pixels]);
        Assert.That(() => Cifar.Load(_folder.Path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("data_batch_4.bin: expected "
            + "records of 3073 bytes"));
        byte[] label = new byte[Pixels + 1];
        label[0] = 3;
        File.WriteAllBytes(_folder["data_batch_4.bin"], label);
        Assert.That(() => Cifar.Load(_folder.Path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("labels from 0 to 2"));
        Assert.That(() => Cifar.Load(_folder["nowhere"]), Throws.InstanceOf<FileNotFoundException>());
    }

    [Test]
    public void Train_Cifar_IsChosenForAndNamed()
    {
        WriteTen("binary");
        CliRun run = CliRun.Of("train", "--data", _folder.Path, "--epochs", "1", "--no-telemetry");
        Assert.That(run.ExitCode, Is.EqualTo(0), run.Error);
        Assert.That(run.Error, Does.Contain("--model lesson-bn").And.Contains("airplane (").And.Contains("all 32x32 (H, W) in colour"));
    }

    private IReadOnlyDictionary<string, object> Read(byte[] pickle)
    {
        File.WriteAllBytes(_folder["p"], pickle);
        return PickleReader.Read(_folder["p"]);
    }

    private static IEnumerable<TestCaseData> Hostile() =>
    [
        new("cos\nsystem\n(U\x04echotR."u8.ToArray(), "'os system'"),
        new((byte[])[0x80, 2, .. "cposix\nsystem\nU"u8, 4, .. "echo"u8, 0x85, .. "R."u8], "'posix system'"),
        new(new PickleBytes(4).Dictionary(("a", p => p.Name("builtins", "eval"))), "'builtins eval'"),
        new("(i__main__\nX\n."u8.ToArray(), "instruction"),
        new("P7\n."u8.ToArray(), "instruction"),
        new(new PickleBytes(2).Dictionary(("data", p => p.Array(2, 3, new byte[5]))), "5 bytes of an array"),
        new(new PickleBytes(2).Dictionary(("data", p => p.Array(2, 3, new byte[6], type: "O8"))), "array of bytes"),
        new((byte[])[(byte)'T', 255, 255, 255, 127, 1, 2], "cut off"),
        new((byte[])[0x8E, 255, 255, 255, 255, 255, 255, 255, 255], "bytes from byte"),
        new("}(K\x01K\x02u."u8.ToArray(), "texts as keys"),
        new("h\x05."u8.ToArray(), "known object"),
        new("t."u8.ToArray(), "a mark"),
        new("R."u8.ToArray(), "an object"),
        new("]."u8.ToArray(), "a dictionary"),
        new(Array.Empty<byte>(), "cut off"),
        new("cnumpy\n"u8.ToArray(), "a line"),
        new("}q\x01q\x02"u8.ToArray(), "cut off"),
    ];

    [TestCaseSource(nameof(Hostile))]
    public void PickleReader_Hostile_RunsNothingAndSaysWhat(byte[] pickle, string expected) => Assert.That(() => Read(pickle),
        Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith("p: ").And.Message.Contains(expected));

    [Test]
    public void PickleReader_CutOrChanged_IsInvalidDataOrWhole()
    {
        byte[] file = new PickleBytes(2).Dictionary(("labels", p => p.Numbers([1, 2, 3])), ("data", p => p.Array(3, 4, IdxBytes.Elements(12))));
        var random = new RandomSequence(3);
        for (int i = 0; i < 600; i++)
        {
            byte[] changed = i < file.Length ? file[..i] : [.. file];
            if (i >= file.Length) changed[random.NextInt(file.Length)] = (byte)random.NextInt(256);
            try
            {
                Read(changed);
            }
            catch (InvalidDataException e)
            {
                Assert.That(e.Message, Does.StartWith("p: "));
            }
        }
    }
}
