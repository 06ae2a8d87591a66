using NUnit.Framework;
using Scratch.Cli;
using Scratch.Cli.Reports;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Pictures;
using Scratch.Tests.Cli;
using Scratch.Tests.Pictures;

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
        new("EMNIST mapping", () => ["0 48\n1 49\n10 65 97\n"u8.ToArray()], path => Assert.That(LabelNames.Of(path)(1), Is.Not.Empty))
        {
            Words = ["0", "48", "\n", " ", "\t", "-1", "55296", "1114112"], PerByte = 96,
        },
        new("prices", () => [Prices()], path => Assert.That(ChorePrices.Known(path).Values.SelectMany(prices => prices.All.ToArray()),
            Has.All.InRange(0.0, 1e6))) { Words = HostileReaders.JsonWords, PerByte = 96, Quick = 500 },
        new("report.json", () => [_report.Value], path =>
        {
            RunData run = RunJson.Read(Path.GetDirectoryName(path)!);
            Assert.That(ReportCommand.Page([path], [run]), Does.Contain("</html>").And.Not.Contains("<script"));
        }) { FileName = RunFile.Data, Words = [.. HostileReaders.JsonWords, "<script>", "\"><script>"],
            PerByte = 512, Besides = 16 << 20, Quick = 100 },
    ];

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
