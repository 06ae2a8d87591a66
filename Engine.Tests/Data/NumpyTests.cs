using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using NUnit.Framework;
using Scratch.Data;
using Scratch.Tensors;
using Scratch.Tests.Cli;

namespace Scratch.Tests.Data;

/// <summary>Arrays as NumPy saves them.</summary>
public sealed class NumpyTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    internal static byte[] Npy(string header, byte[] elements, byte version = 1)
    {
        byte[] text = Encoding.Latin1.GetBytes(header.PadRight(117) + "\n"), size = new byte[version == 1 ? 2 : 4];
        if (version == 1) BinaryPrimitives.WriteUInt16LittleEndian(size, (ushort)text.Length);
        else BinaryPrimitives.WriteInt32LittleEndian(size, text.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. size, .. text, .. elements];
    }

    internal static byte[] Npy(string type, string shape, byte[] elements, byte version = 1) =>
        Npy($"{{'descr': '{type}', 'fortran_order': False, 'shape': ({shape}), }}", elements, version);

    internal static byte[] Longs(params long[] values)
    {
        byte[] bytes = new byte[8 * values.Length];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8 * i), values[i]);
        return bytes;
    }

    private string Npz(params (string Name, byte[] Content)[] arrays)
    {
        string path = _folder["x.npz"];
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (var (name, content) in arrays)
        {
            using Stream entry = archive.CreateEntry($"{name}.npy").Open();
            entry.Write(content);
        }
        return path;
    }

    private NumpyArray Read(byte[] file)
    {
        File.WriteAllBytes(_folder["x.npy"], file);
        return NumpyArray.Read(_folder["x.npy"]);
    }

    [TestCase("|u1", 1), TestCase("|b1", 1), TestCase("|i1", 1), TestCase("<u2", 2), TestCase("<i4", 4), TestCase("<i8", 8), TestCase("<u8", 8)]
    public void Read_WholeNumbers_AreBytesAndLabels(string type, int width)
    {
        byte[] elements = new byte[6 * width];
        for (int i = 0; i < 6; i++) elements[i * width] = (byte)(20 * i);
        for (byte version = 1; version <= 3; version++)
        {
            NumpyArray array = Read(Npy(type, "2, 3", elements, version));
            Assert.That(array.Shape, Is.EqualTo(new Shape(2, 3)));
            Assert.That(array.ToBytes(), Is.EqualTo(new byte[] { 0, 20, 40, 60, 80, 100 }));
            Assert.That(array.ToLabels(), Is.EqualTo([0, 20, 40, 60, 80, 100]));
        }
    }

    private static IEnumerable<TestCaseData> Broken() =>
    [
        new(Npy("|u1", "2, 3", new byte[5]), "expected 6 bytes"),
        new(Npy("|u1", "2, 3", new byte[7]), "expected 6 bytes"),
        new(Npy("|u1", "70000, 70000, 9", new byte[7]), "sizes of at most"),
        new(Npy("<i8", "2147483591,", new byte[7]), "sizes of at most"),
        new(Npy("|u1", "99999999999999999999,", new byte[7]), "sizes of at most"),
        new(Npy("|O", "1,", new byte[7]), "type '|O'"),
        new(Npy("<f4", "1,", new byte[4]), "type '<f4'"),
        new(Npy(">i4", "1,", new byte[4]), "type '>i4'"),
        new(Npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2), }", new byte[4]), "fortran_order"),
        new(Npy("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (2,), }", new byte[8]), "expected a header"),
        new(Npy("|u1", "1,", [1], version: 4), "version 1 to 3"),
        new("no array of NumPy"u8.ToArray(), "expected an array of NumPy"),
        new((byte[])[0x93], "cut off"),
        new((byte[])[0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255], "header of at most"),
        new((byte[])[0x93, .. "NUMPY"u8, 1, 0, 200, 0, 1, 2], "cut off"),
    ];

    [TestCaseSource(nameof(Broken))]
    public void Read_Broken_SaysWhat(byte[] file, string expected) => Assert.That(() => Read(file),
        Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith("x.npy: ").And.Message.Contains(expected));

    [Test]
    public void ToBytes_OutOfRange_NamesTheElement()
    {
        NumpyArray array = Read(Npy("<i8", "3,", Longs(1, 256, -1)));
        Assert.That(array.ToBytes, Throws.InstanceOf<InvalidDataException>().With.Message.Contains("found 256 at element 1"));
        Assert.That(array.ToLabels, Throws.InstanceOf<InvalidDataException>().With.Message.Contains("found -1 at element 2"));
    }

    /// <summary>Whatever is cut or changed of an archive is one kind of error, or still an archive.</summary>
    [Test]
    public void ReadArchive_CutOrChanged_IsInvalidDataOrWhole()
    {
        byte[] file = File.ReadAllBytes(Npz(("images", Npy("|u1", "4, 3, 2", IdxBytes.Elements(24))), ("labels", Npy("<i8", "4,", Longs(0, 1, 2,
            0)))));
        string path = _folder["broken.npz"];
        void Try(byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            try
            {
                NumpyData.Load(path);
            }
            catch (InvalidDataException e)
            {
                Assert.That(e.Message, Does.Contain("broken.npz"));
            }
        }
        for (int length = 0; length < file.Length; length += 7) Try(file[..length]);
        var random = new RandomSequence(3);
        for (int i = 0; i < 200; i++)
        {
            byte[] changed = [.. file];
            changed[random.NextInt(file.Length)] ^= (byte)(1 << random.NextInt(8));
            Try(changed);
        }
    }

    [Test]
    public void Load_KerasNames_HaveTwoParts()
    {
        byte[] colours = IdxBytes.Elements(2 * 4 * 5 * 3);
        DatasetParts parts = NumpyData.Load(Npz(("x_train", Npy("|u1", "2, 4, 5, 3", colours)), ("y_train", Npy("|u1", "2, 1", [4, 0])),
            ("x_test", Npy("|u1", "1, 4, 5, 3", colours[..60])), ("y_test", Npy("<i8", "1,", Longs(3)))));
        Assert.That((parts.Train!.ImageShape, parts.Train.Classes, parts.Valid, parts.Test!.Labels[0]), Is.EqualTo((new Shape(3, 4, 5), 5,
            (Dataset?)null, 3)));
        Assert.That(parts.Train.Labels.ToArray(), Is.EqualTo([4, 0]));
        for (int p = 0; p < 20; p++)
            for (int c = 0; c < 3; c++) Assert.That(parts.Train.Image(1)[c * 20 + p], Is.EqualTo(colours[60 + p * 3 + c]));
    }

    [Test]
    public void Load_SeveralLabels_AreTargets()
    {
        DatasetParts parts = NumpyData.Load(Npz(("train_images", Npy("|u1", "2, 3, 2", IdxBytes.Elements(12))), ("train_labels", Npy("|u1", "2, 3",
            [1, 0, 1, 0, 0, 0])),
            ("val_images", Npy("|u1", "1, 3, 2", IdxBytes.Elements(6))), ("val_labels", Npy("|u1", "1, 3", [0, 1, 0]))));
        Assert.That(parts.Train!.Targets!.Span.ToArray(), Is.EqualTo([1, 0, 1, 0, 0, 0]));
        Assert.That((parts.Valid!.Targets!.Span[1], parts.Train.ClassNames!.Count), Is.EqualTo((1f, 3)));
    }

    private static IEnumerable<TestCaseData> Unfit() =>
    [
        new("2, 3, 2", new byte[12], "3,", new byte[3], "expected labels [2]"),
        new("2, 3", new byte[6], "2,", new byte[2], "expected images"),
        new("1, 4, 3, 2", new byte[24], "1,", new byte[1], "expected images"),
        new("0, 3, 2", Array.Empty<byte>(), "0,", Array.Empty<byte>(), "expected labels from 0"),
        new("2, 3, 2", new byte[12], "2, 2", new byte[] { 0, 1, 0, 7 }, "of 0 and 1"),
    ];

    [TestCaseSource(nameof(Unfit))]
    public void Load_ArraysThatDoNotFit_SaysBoth(string images, byte[] pixels, string labels, byte[] numbers, string expected) => Assert.That(
        () => NumpyData.Load(Npz(("images", Npy("|u1", images, pixels)), ("labels", Npy("|u1", labels, numbers)))),
        Throws.InstanceOf<InvalidDataException>().With.Message.Contains(expected));

    [Test]
    public void Load_OtherNames_AreListed() => Assert.That(() => NumpyData.Load(Npz(("a", Npy("|u1", "1,", [1])))),
        Throws.InstanceOf<InvalidDataException>().With.Message.Contains("found a."));

    [Test]
    public void LoadFolder_Kuzushiji_HasItsNames()
    {
        foreach (string part in new[] { "train", "test" })
        {
            File.Move(Npz(("arr_0", Npy("|u1", "20, 3, 2", IdxBytes.Elements(120)))), _folder[$"kmnist-{part}-imgs.npz"]);
            File.Move(Npz(("arr_0", Npy("|u1", "20,", [.. Enumerable.Range(0, 20).Select(i => (byte)(i % 10))]))),
                _folder[$"kmnist-{part}-labels.npz"]);
        }
        DatasetParts parts = NumpyData.LoadFolder(_folder.Path);
        Assert.That((NumpyData.IsIn(_folder.Path), parts.Train!.ClassNames![1], parts.Test!.Count), Is.EqualTo((true, "き", 20)));
    }

    [Test]
    public void Train_Npz_Works()
    {
        string path = Npz(("images", Npy("|u1", "60, 16, 16", IdxBytes.Elements(60 * 256))), ("labels", Npy("|u1", "60,", [.. Enumerable.Range(0,
            60).Select(i => (byte)(i % 3))])));
        CliRun run = CliRun.Of("train", "--data", path, "--epochs", "1", "--batch-size", "10", "--no-telemetry");
        Assert.That(run.ExitCode, Is.EqualTo(0), run.Error);
        Assert.That(run.Error, Does.Contain("3 classes, 60 images").And.Contains("10 of 60 are kept for that"));
    }
}
