using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Scratch.Data;
using Scratch.Models;
using Scratch.Pictures;
using Scratch.Tensors;
using Scratch.Tests.Cli;
using Scratch.Tests.Data;
using Scratch.Tests.Pictures;

namespace Scratch.Tests.Hostile;

/// <summary>What the fuzzer found, and what reading the readers with a stranger's eyes found: each by its name.</summary>
public sealed class FoundTests
{
    private const long Megabyte = 1 << 20;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private static TestCaseData[] Messages() =>
    [
        new("x.npy", NumpyTests.Npy("|u1\u001b[31m\n", "2,", [1, 2])),
        new("x.npy", Encoding.Latin1.GetBytes("\u0093NUMPY\u0001\0\u0006\0\u001b[31m\n")),
        new("x.pkl", "cos\u001b[31m\nsystem\n."u8.ToArray()), new("x.csv", "a.png,\"c\"\u001b,\n"u8.ToArray()),
        new("list.csv", "file,part,class\n\u001b[31m.png,train,cat\n"u8.ToArray()), new("map.txt", "0 \u001b[31m\n"u8.ToArray()),
        new("m.json", "{\"layers\":[\"Con\\u001b[31mv\"]}"u8.ToArray()),
    ];

    [TestCaseSource(nameof(Messages))]
    public void Message_TextOfTheFile_MovesNoCursor(string name, byte[] file)
    {
        string path = Written(name, file);
        Exception? error = Assert.Catch<InvalidDataException>(() =>
        {
            _ = name switch
            {
                "x.npy" => NumpyArray.Read(path), "x.pkl" => PickleReader.Read(path), "x.csv" => CsvRows.Read(path),
                "list.csv" => new LabelTable(path), "map.txt" => LabelNames.Of(path),
                _ => (object)ModelDefinition.Load(path).Build<float>(new Shape(1, 4, 4), 2),
            };
        });
        Assert.That(error!.Message.Where(char.IsControl), Is.Empty, error.Message);
    }

    [Test]
    public void Terminal_ControlCharactersOfNames_AreShown()
    {
        File.WriteAllBytes(_folder["a\u001b[31m.png"], [1]);
        CliRun run = CliRun.Of("predict", _folder["a\u001b[31m.safetensors"], _folder["a\u001b[31m.png"]);
        Assert.That(run.Error, Does.Contain("\\u001B[31m").And.Not.Contains("\u001b"));
    }

    [Test]
    public void Pickle_TextNamedAgainAndAgain_TakesNoMemory()
    {
        const int Length = 200_000, Times = 5_000;
        List<byte> file = [0x80, 2, .. "}(X"u8, .. Little32(Length), .. new byte[Length], .. "q\u0001"u8];
        for (int i = 0; i < Times; i++) file.AddRange([.. "c_codecs\nencode\nh\u0001U\u0006latin1"u8, 0x86, (byte)'R']);
        Refused([.. file, .. "u."u8], path => PickleReader.Read(path), "bytes of all texts", 60 * Megabyte);
    }

    [Test]
    public void Npz_ArraysOneUponTheOther_AreRefused()
    {
        byte[] archive = Npz(NumpyTests.Npy("|u1", "100000,", new byte[100_000]));
        int directory = archive.AsSpan().LastIndexOf("PK\u0001\u0002"u8), end = archive.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        byte[] entry = archive[directory..end];
        List<byte> file = [.. archive[..directory]];
        const int Entries = 2000;
        for (int i = 0; i < Entries; i++)
        {
            Encoding.ASCII.GetBytes($"{i:00000}").CopyTo(entry, 46);         // its name
            file.AddRange(entry);
        }
        byte[] tail = archive[end..];
        BinaryPrimitives.WriteUInt16LittleEndian(tail.AsSpan(8), Entries);
        BinaryPrimitives.WriteUInt16LittleEndian(tail.AsSpan(10), Entries);
        BinaryPrimitives.WriteInt32LittleEndian(tail.AsSpan(12), Entries * entry.Length);
        Refused([.. file, .. tail], path => NumpyArray.ReadArchive(path), "one upon the other", 4 * Megabyte);
    }

    [Test]
    public void Npz_ElementThatDoesNotMatchTheChecksum_IsRefused()
    {
        byte[] archive = Npz(NumpyTests.Npy("|u1", "3,", [200, 201, 202]), CompressionLevel.NoCompression);
        archive[archive.AsSpan().IndexOf((byte[])[200, 201, 202])]++;
        Refused(archive, path => NumpyArray.ReadArchive(path), "does not match its checksum", Megabyte);
    }

    [TestCase("<b2")]
    [TestCase("|b8")]
    public void Npy_TruthValuesOfSeveralBytes_AreRefused(string type) =>
        Refused(NumpyTests.Npy(type, "2,", new byte[2 * (type[2] - '0')]), path => NumpyArray.Read(path), $"elements of type '{type}'", Megabyte);

    [TestCase("../a.png")]
    [TestCase("/{0}/a.png")]
    [TestCase("inner/../../a.png")]
    public void List_FileOutsideItsFolder_IsRefused(string name)
    {
        File.WriteAllBytes(_folder["a.png"], PngBytes.Of([1], 1, 1, 1));
        Directory.CreateDirectory(_folder["lists/inner"]);
        File.WriteAllText(_folder["lists/list.csv"], $"file,class\n{name.Replace("/{0}", _folder.Path, StringComparison.Ordinal)},cat\n");
        Assert.That(() => new LabelTable(_folder["lists/list.csv"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("line 2: expected a picture file, found"));
    }

    [TestCase("vgg11", "1x32x32", "parameters")]
    [TestCase("{\"layers\":[\"Flatten\",{\"Linear\":{\"outFeatures\":2000000000}}]}", "1x1x1", "parameters")]
    [TestCase("{\"layers\":[{\"Conv2d\":{\"outChannels\":1,\"kernelSize\":1,\"padding\":20000}}]}", "1x1x1", "numbers")]
    [TestCase("{\"layers\":[{\"Prelu\":{\"numParameters\":2000000000}}]}", "1x1x1", "at most 1")]
    [TestCase("lesson", "1x60000x30000", "image")]
    public void Model_LargerThanItsFile_TakesNoMemory(string model, string image, string said)
    {
        string path = _folder["m.safetensors"];
        new Scratch.Files.SafetensorsWriter().Add("w", new Tensor<float>(new Shape(3))).AddMetadata("model", model).AddMetadata("image", image)
            .AddMetadata("classes", "[\"a\",\"b\"]").AddMetadata("mean", "0").AddMetadata("std", "1").Write(path);
        Refused(File.ReadAllBytes(path), file => Classifier.Load(file), said, 2 * Megabyte);
    }

    [TestCase("learning_rate", -1e-86)]
    [TestCase("momentum", 1e190)]
    [TestCase("weight_decay", 1e101)]
    public void Checkpoint_SettingThatAnOptimizerCannotHave_IsRefused(string setting, double number)
    {
        HostileReader reader = ModelReaders.All.Single(reader => reader.Name == "checkpoint, resumed");
        byte[] file = [.. reader.Inside()[0]];                               // a copy: other tests read it, too
        long header = BitConverter.ToInt64(file);
        Match entry = Regex.Match(Encoding.UTF8.GetString(file.AsSpan(8, (int)header)), $@"/{setting}"":{{[^}}]*""data_offsets"":\[(\d+),");
        BinaryPrimitives.WriteDoubleLittleEndian(file.AsSpan((int)(8 + header) + int.Parse(entry.Groups[1].Value)), number);
        string path = Written(reader.FileName, reader.Pack(file));
        Assert.That(() => reader.Read(path),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith("Learner: the checkpoint is damaged. Adam: "));
    }

    [Test]
    public void Definition_SizeOfThingsThatAreNoNumbers_IsRefused() => Assert.That(
        () => ModelDefinition.Parse("""{"layers":[{"Conv2d":{"outChannels":1,"kernelSize":[{},3]}}]}""").Build<float>(new Shape(1, 4, 4), 2),
        Throws.TypeOf<InvalidDataException>().With.Message.Contains("kernelSize"));

    [Test]
    public void Definition_OfTooManyModules_IsRefused()
    {
        string json = $"{{\"layers\":[{string.Join(',', Enumerable.Repeat("\"Relu\"", 5000))}]}}";
        Assert.That(() => ModelDefinition.Parse(json).Build<float>(new Shape(1, 2, 2), 2),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("4096"));
    }

    [Test]
    public void Tiff_TagsThatShareTheirNumbers_TakeNoMemory()
    {
        const int Tags = 2000, Numbers = 60_000;
        List<byte> file = [.. "II*\0"u8, .. Little32(8), Tags & 255, Tags >> 8];
        for (int i = 0; i < Tags; i++) file.AddRange([(byte)i, (byte)(i >> 8), 1, 0, .. Little32(Numbers), .. Little32(0)]);
        Refused([.. file, .. new byte[Numbers]], path => Picture.Load(path), "share", 2 * Megabyte);
    }

    [Test]
    public void Tiff_StripsOneUponTheOther_AreRefused()
    {
        const int Width = 256, Height = 257, Bits = 258, Packing = 259, Colour = 262, Strips = 273, Lengths = 279, Short = 3, Zip = 8;
        byte[] Tag(int tag, int first, int second = -1) =>
            [.. Little16(tag), .. Little16(Short), .. Little32(second < 0 ? 1 : 2), .. Little16(first), .. Little16(Math.Max(second, 0))];
        byte[] tags = [.. Tag(Width, 8), .. Tag(Height, 8), .. Tag(Bits, 8), .. Tag(Packing, Zip), .. Tag(Colour, 1), .. Tag(Strips, 8, 9),
            .. Tag(Lengths, 80, 79)];
        Refused([.. "II*\0"u8, .. Little32(8), .. Little16(tags.Length / 12), .. tags, .. Little32(0)], path => Picture.Load(path),
            "one upon the other", Megabyte);
    }

    [Test]
    public void Picture_OfManyPixelsInFewBytes_IsRefusedBeforeMemoryIsTaken()
    {
        byte[] file = PillowFiles.Named("webp lossless alpha");
        int at = file.AsSpan().IndexOf("VP8L"u8) + 9;                        // behind its mark: width less 1 and height less 1 in 14 bits each
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), 12_000u | 12_000u << 14);
        Refused(file, path => Picture.Load(path), "more than 4194304 pixels", Megabyte);
    }

    [Test]
    public void Png_RowsThatInflateForEver_AreRefused()
    {
        byte[] pixels = new byte[64 << 20], file = PngBytes.Of(pixels, 64, 1 << 20, 1);
        Refused(PngBytes.WithHeight(file, 1), path => Picture.Load(path), "besides", 4 * file.Length + 4 * Megabyte);
    }

    [Test]
    public void Jpeg_ManyScans_AreRefused()
    {
        byte[] file = PillowFiles.Named("jpeg grey");
        int scan = file.AsSpan().IndexOf((byte[])[0xFF, 0xDA]);
        byte[] many = [.. file[..scan], .. Enumerable.Repeat(file[scan..^2], 2).SelectMany(bytes => bytes), 0xFF, 0xD9];
        Refused(many, path => Picture.Load(path), "channel 1 is in two scans", Megabyte);
        var scans = Enumerable.Range(0, 100).Select(scan => (1 + scan % 63, 1 + scan % 63, 0, "1110 111"));
        byte[] progressive = ProgressiveJpeg.Of(40, 24, [0x01, 0x11, 0x00, 0x30, 0xF0], [.. scans]);
        Refused(progressive, path => Picture.Load(path), "more than 100 scans", Megabyte);
    }

    [Test]
    public void Jpeg_SecondHeader_IsRefused()
    {
        byte[] file = PillowFiles.Named("jpeg grey");
        int frame = file.AsSpan().IndexOf((byte[])[0xFF, 0xC0]), length = BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(frame + 2)) + 2;
        Refused([.. file[..frame], .. file[frame..(frame + length)], .. file[frame..]], path => Picture.Load(path), "second header", Megabyte);
    }

    [Test]
    public void Jpeg_ScansOfNoBytes_AreRefused()
    {
        byte[] file = PillowFiles.Named("jpeg grey");
        int frame = file.AsSpan().IndexOf((byte[])[0xFF, 0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(frame + 5), 2301);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(frame + 7), 1280);
        Refused(file, path => Picture.Load(path), "bytes for 46080 blocks", Megabyte);
    }

    [Test]
    public void Tiff_StripsOfMoreRowsThanThePicture_TakeNoMemory()
    {
        byte[] file = PillowFiles.Named("tiff");
        int rows = file.AsSpan().IndexOf((byte[])[278 & 255, 278 >> 8, 4, 0, 1, 0, 0, 0]);      // as a number of four bytes
        if (rows < 0) rows = file.AsSpan().IndexOf((byte[])[278 & 255, 278 >> 8, 3, 0, 1, 0, 0, 0]);
        file[rows + 2] = 4;
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(rows + 8), 50_000_000);
        Refused(file, path => Picture.Load(path), "strips are of 50000000 rows", Megabyte);
    }

    // Seed 2, number 81872: one code is damaged, others are of groups that are not there. WebpLosslessTests has the latter by itself.
    [Test]
    public void Webp_GroupsOfCodesThatAreNotThere_TakeNoMemory() => Refused(Convert.FromBase64String(
        "UklGRqoAAABXRUJQVlA4TJ0AAAAvBcAAEL/AJLZtVfMc+eefJo2Wa/4gTCG4wHff/hxsAgBIg0MCaEFNYhCA21twc9rk0n+sI8k2dfFl3+cI3s"
        + "s/KdsoBG3bxkX+D3mCo7pxfnYNADfw5zNYi8iF0W+lkKIln1VVHzuv/vAbxWr9zO+/jaQXtvK9J99jj7pmNIVgB6/+8BvFav3M77+NpBe28r0n"
        + "32OPumY0hWAHt5owKGzbSE0d3zNDRP8Dg1dqU3eEdMrIy/h9uR0A"),
        path => Picture.Load(path), "a code of its pixels is damaged", Megabyte);

    private void Refused(byte[] file, Func<string, object> read, string said, long most)
    {
        string path = Written("hostile", file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exception? error = Assert.Catch<InvalidDataException>(() => read(path));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(most));
        Assert.That(error!.Message, Does.Contain(said));
    }

    private string Written(string name, byte[] file)
    {
        File.WriteAllBytes(_folder[name], file);
        return _folder[name];
    }

    private static byte[] Npz(byte[] array, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        using (Stream entry = archive.CreateEntry("00000.npy", level).Open()) entry.Write(array);
        return bytes.ToArray();
    }

    private static byte[] Little32(int number) => BitConverter.GetBytes(number);

    private static byte[] Little16(int number) => BitConverter.GetBytes((ushort)number);
}
