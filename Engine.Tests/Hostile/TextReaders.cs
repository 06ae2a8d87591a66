using System.Text;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Cli.Reports;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Pictures;
using Scratch.Tensors;
using Scratch.Tests.Cli;
using Scratch.Tests.Data;
using Scratch.Tests.Pictures;
using Scratch.Training;

namespace Scratch.Tests.Hostile;

/// <summary>Texts: lists of pictures, names of labels, prices, reports.</summary>
internal static class TextReaders
{
    private static readonly string[] _csvWords =
    [
        "\"", "\"\"", ",", ";", "\t", "\n", "\r\n", "|", "a.png", "b.png", "../a.png", "/etc/passwd", "train", "part",
        "labels", "\0", "\ufeff", "1", "0", "\u001b[31m",
    ];

    public static IReadOnlyList<HostileReader> All =>
    [
        new("CSV rows", () => Csv, path =>
        {
            foreach (CsvRow row in CsvRows.Read(path).Rows) Assert.That(row.Fields, Is.Not.Empty);
        }) { Words = _csvWords, PerByte = 96 },
        new("list of pictures", () => Csv, ReadList) { FileName = "list.csv", Words = _csvWords, PerByte = 512, Quick = 1000 },
        new("EMNIST mapping", () => ["0 48\n1 49\n10 65 97\n"u8.ToArray()], ReadMapping)
        {
            FileName = "emnist-mapping.txt", Words = ["0", "48", "\n", " ", "\t", "-1", "55296", "1114112", "1", "2", "8"], PerByte = 96,
        },
        new("prices", () => [Prices()], path => Assert.That(ChorePrices.Known(path).Values.SelectMany(prices => prices.All.ToArray()),
            Has.All.InRange(0.0, 1e6))) { Words = HostileReaders.JsonWords, PerByte = 96, Quick = 500 },
        new("options of a checkpoint", () => [WithOptions(Options)], ReadOptions)
        {
            FileName = "checkpoint-000000001.safetensors", Inside = () => [Options], Pack = WithOptions, PerByte = 4096, Besides = 16 << 20,
            Quick = 100, Words = [.. HostileReaders.JsonWords, "\"--epochs\"", "\"--lr\"", "\"--nothing\"", "\"--help\"", "\"resnet34\"",
                "\"1\"", "\"@x\""],
        },
        new("report.json", () => [_report.Value], path =>
        {
            RunData run = RunJson.Read(Path.GetDirectoryName(path)!);
            Assert.That(ReportCommand.Page([path], [run]), Does.Contain("</html>").And.Not.Contains("<script"));
        }) { FileName = RunFile.Data, Words = [.. HostileReaders.JsonWords, "<script>", "\"><script>"],
            PerByte = 512, Besides = 16 << 20, Quick = 100 },
    ];

    private static byte[] Options { get; } = "[\"--model\",\"resnet18\",\"--epochs\",\"2\",\"--nesterov\",\"--momentum\",\"0.9\"]"u8.ToArray();

    // Of a checkpoint, whose notes are the command line of its training: what it names is looked up, and then there are no images.
    private static void ReadOptions(string path)
    {
        const string Error = "error: ";
        string folder = Path.GetDirectoryName(path)!;
        CliRun run = CliRun.Of("train", "--resume", folder, "--data", Path.Combine(folder, "none"), "--verbose");
        int line = Array.FindIndex(run.ErrorLines, text => text.StartsWith(Error, StringComparison.Ordinal));
        string message = run.ErrorLines[line][Error.Length..], thrown = run.ErrorLines[line + 1];
        if (thrown.StartsWith($"{typeof(InvalidDataException)}:", StringComparison.Ordinal)) throw new InvalidDataException(message);
        Assert.That(thrown, Does.StartWith($"{typeof(FileNotFoundException)}:").Or.StartsWith($"{typeof(DirectoryNotFoundException)}:"));
    }

    private static byte[] WithOptions(byte[] json)
    {
        string path = Path.GetTempFileName();
        CheckpointFile.Write(new SavedState(), path, [("arguments", Encoding.UTF8.GetString(json))]);
        byte[] bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }

    private static byte[][] Csv { get; } =
    [
        "file,class\na.png,cat\nb.png,\"dog, wet\"\n"u8.ToArray(), "file;part;labels\r\na;train;cat|dog\r\nb.png;test;\r\n"u8.ToArray(),
        "file,cat,dog\na.png,1,0\nb.png,0,1\n"u8.ToArray(), "a.png\tcat\nb.png\tdog\n"u8.ToArray(),
    ];

    private static void ReadList(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        foreach (string name in (string[])["a.png", "b.png"])
            if (!File.Exists(Path.Combine(folder, name))) File.WriteAllBytes(Path.Combine(folder, name), PngBytes.Of([1, 2], 1, 2, 1));
        var table = new LabelTable(path);
        foreach (ImageFile file in new[] { table.Train, table.Valid, table.Test }.SelectMany(part => part ?? []))
        {
            Assert.That(Path.GetFullPath(file.Path), Does.StartWith(folder + Path.DirectorySeparatorChar).And.EndWith(".png"));
            Assert.That(file.Labels, Has.All.InRange(0, table.ClassNames.Count - 1));
        }
    }

    // Beside images of the labels 0, 1 and 2.
    private static void ReadMapping(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        if (!File.Exists(Path.Combine(folder, "emnist-test-labels-idx1-ubyte")))
        {
            foreach (string part in (string[])["emnist-train", "emnist-test"])
            {
                File.WriteAllBytes(Path.Combine(folder, $"{part}-images-idx3-ubyte"), IdxBytes.File(3, 5, 4));
                File.WriteAllBytes(Path.Combine(folder, $"{part}-labels-idx1-ubyte"), [.. IdxBytes.File(3)[..^3], 0, 1, 2]);
            }
        }
        Dataset images = Mnist.Load(folder).Train;
        Assert.That(images.ClassNames, Has.Count.EqualTo(images.Classes).And.All.Not.Empty);
    }

    private static byte[] Prices()
    {
        string path = Path.GetTempFileName();
        File.Delete(path);
        ChorePrices.Write(path, 8, ChorePrices.Shipped[8]);
        byte[] bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }

    // A run with everything in it, and little of each.
    private static readonly Lazy<byte[]> _report = new(() =>
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        CliRun run = CliRun.Of("train", "--data", folder.Path, "--train-size", "80", "--epochs", "2", "--batch-size", "40", "--out", folder["out"]);
        return run.ExitCode == ExitCode.Done ? File.ReadAllBytes(folder[$"out/{RunFile.Data}"]) : throw new InvalidOperationException(run.Error);
    });
}
