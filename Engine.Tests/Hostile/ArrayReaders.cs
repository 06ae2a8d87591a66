using System.IO.Compression;
using NUnit.Framework;
using Scratch.Data;
using Scratch.Tests.Data;

namespace Scratch.Tests.Hostile;

/// <summary>Images and labels as arrays: IDX, NumPy's, CIFAR's.</summary>
internal static class ArrayReaders
{
    private const int ImageBytes = 3 * 32 * 32;

    public static IReadOnlyList<HostileReader> All =>
    [
        new("IDX", () => Idx, ReadIdx) { Offsets = [0, 2, 3, 4, 8, 12] },
        new("gzip IDX", () => [.. Idx.Select(IdxBytes.Gzip), [.. IdxBytes.Gzip(Idx[0][..30]), .. IdxBytes.Gzip(Idx[0][30..])]], ReadIdx)
        {
            Inside = () => Idx, Pack = IdxBytes.Gzip, Offsets = [0, 3, 4, 8, 12], PerByte = 4 * 1032,
        },
        new("NumPy .npy", () => Npy, path => ReadNumpy(NumpyArray.Read(path))) { Offsets = [6, 8], Words = NpyWords },
        new("NumPy .npz", () => [Npz(Npy[0], Npy[1]), Npz(Npy[2], Npy[3])], path =>
        {
            foreach (NumpyArray array in NumpyArray.ReadArchive(path).Values) ReadNumpy(array);
        }) { Inside = () => Npy, Pack = file => Npz(file, Npy[1]), Offsets = [6, 8], Words = NpyWords, PerByte = 4 * 1032 },
        new("NumPy dataset", () => [Npz(Images, Labels)], path =>
        {
            IReadOnlyDictionary<string, NumpyArray> arrays = NumpyArray.ReadArchive(path);
            if (arrays.TryGetValue("a", out NumpyArray? images) && arrays.TryGetValue("b", out NumpyArray? labels))
                CheckDataset(NumpyData.Of(images, labels));
        }) { Inside = () => [Images], Pack = file => Npz(file, Labels), Offsets = [6, 8], Words = NpyWords, PerByte = 4 * 1032 },
        new("CIFAR binary", () => [Record(1, 2), Record(2, 2)], path => ReadCifar(path, "data_batch_1.bin", "test_batch.bin",
            ("batches.meta.txt", "a\nb\nc\nd\n"u8.ToArray()), Record(1, 2))) { FileName = "data_batch_1.bin", Offsets = [0, ImageBytes + 1] },
        new("CIFAR names", () => ["airplane\nautomobile\nbird\ncat\n"u8.ToArray(), "a\r\n\r\nb\r\nc"u8.ToArray()], ReadCifarNames)
        {
            FileName = "batches.meta.txt", Words = ["\n", "\r\n", "a", " ", "\0", "\u001b[31m", "\ufeff"], PerByte = 96,
        },
        new("pickle", () => [.. Pickles, new PickleBytes(4).Dictionary(("names", p => p.Texts("a", "bc"))), Codec()], path =>
            Assert.That(PickleReader.Read(path), Is.Not.Null)) { Words = PickleWords, PerByte = 128 },
        new("CIFAR pickle", () => Pickles, path => ReadCifar(path, "data_batch_1", "test_batch",
            ("batches.meta", new PickleBytes(2).Dictionary(("label_names", p => p.Texts("a", "b", "c", "d")))), Pickles[0]))
        {
            FileName = "data_batch_1", Words = PickleWords, PerByte = 128,
        },
    ];

    private static byte[][] Idx { get; } = [IdxBytes.File(2, 5, 4), IdxBytes.File(7), IdxBytes.File(2, 1, 3, 2), IdxBytes.File(0, 3, 3)];

    private static byte[][] Npy { get; } =
    [
        NumpyTests.Npy("|u1", "2, 3, 4", IdxBytes.Elements(24)), NumpyTests.Npy("<i8", "3,", NumpyTests.Longs(1, 2, 0)),
        NumpyTests.Npy("<u2", "2, 2", IdxBytes.Elements(8), version: 2), NumpyTests.Npy("|b1", "", [1], version: 3),
    ];

    private static string[] NpyWords { get; } =
        ["'|u1'", "'<i8'", "'<u8'", "'O'", "True", "False", "(", ")", ",", "'shape'", "'descr'", "0", "-", "L"];

    private static byte[] Images { get; } = NumpyTests.Npy("|u1", "3, 4, 5, 3", IdxBytes.Elements(180));

    private static byte[] Labels { get; } = NumpyTests.Npy("<i8", "3, 1", NumpyTests.Longs(1, 0, 2));

    private static byte[][] Pickles { get; } =
    [
        .. ((int[])[2, 4]).Select(protocol => new PickleBytes(protocol).Dictionary(("labels", p => p.Numbers([1, 3])),
            ("data", p => p.Array(2, ImageBytes, IdxBytes.Elements(2 * ImageBytes))))),
    ];

    private static string[] PickleWords { get; } =
    [
        "(", "}", "]", ")", "N", "t", "u", "e", "s", "a", "b", "R", ".", "h\0", "h\u0001", "q\u0001", "cos\nsystem\n",
        "c_codecs\nencode\n", "cnumpy\nndarray\n", "K\u0001",
    ];

    // A text of Python 2's bytes as Python 3 writes them with protocol 2, twice.
    private static byte[] Codec()
    {
        byte[] once = [.. "c_codecs\nencode\nX"u8, 5, 0, 0, 0, .. "abcde"u8, .. "q\u0005"u8, (byte)'U', 6, .. "latin1"u8, 0x86, (byte)'R'];
        return [0x80, 2, .. "}(U\u0001a"u8, .. once, .. "U\u0001b"u8, .. once, .. "u."u8];
    }

    private static byte[] Record(params byte[] labels) => [.. labels.SelectMany((label, i) =>
        (byte[])[label, .. IdxBytes.Elements(ImageBytes, seed: i)])];

    private static byte[] Npz(byte[] first, byte[] second)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in new[] { ("a.npy", first), ("b.npy", second) })
            {
                using Stream entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return bytes.ToArray();
    }

    private static void ReadIdx(string path)
    {
        IdxFile file = IdxFile.Read(path);
        Assert.That(file.Bytes.Length, Is.EqualTo(file.Shape.Length));
    }

    // Numbers that are no bytes or labels are refused when they are asked for.
    private static void ReadNumpy(NumpyArray array)
    {
        foreach (Func<int> length in (Func<int>[])[() => array.ToBytes().Length, () => array.ToLabels().Length])
        {
            try
            {
                Assert.That(length(), Is.EqualTo(array.Shape.Length));
            }
            catch (InvalidDataException)
            {
                // one way or the other
            }
        }
    }

    private static void ReadCifar(string path, string first, string test, (string Name, byte[] Bytes) names, byte[] others)
    {
        string folder = Path.GetDirectoryName(path)!;
        if (!File.Exists(Path.Combine(folder, test)))
        {
            foreach (string batch in Enumerable.Range(2, 4).Select(i => first.Replace("1", $"{i}", StringComparison.Ordinal)).Append(test))
                File.WriteAllBytes(Path.Combine(folder, batch), others);
            File.WriteAllBytes(Path.Combine(folder, names.Name), names.Bytes);
        }
        DatasetParts parts = Cifar.Load(folder);
        CheckDataset(parts.Train!);
        Assert.That((parts.Test!.Count, parts.Train!.Count), Is.EqualTo((2, parts.Train.Labels.Length)));
    }

    private static void ReadCifarNames(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        if (!File.Exists(Path.Combine(folder, "test_batch.bin")))
            foreach (string name in Enumerable.Range(1, 5).Select(i => $"data_batch_{i}").Append("test_batch"))
                File.WriteAllBytes(Path.Combine(folder, $"{name}.bin"), Record(1, 2));
        CheckDataset(Cifar.Load(folder).Train!);
    }

    private static void CheckDataset(Dataset images)
    {
        Assert.That(images.Labels.Length, Is.EqualTo(images.Count));
        foreach (int label in images.Labels) Assert.That(label, Is.InRange(0, images.Classes - 1));
        Assert.That(images.Image(images.Count - 1).Length, Is.EqualTo(images.ImageShape.Length));
    }
}
