using System.Globalization;
using NUnit.Framework;
using Scratch.Tests.Cli;

namespace Scratch.Tests.Hostile;

/// <summary>Files that are damaged or made to harm: each reader answers with what it documents, within its memory, and ends:
/// docs/security.md.</summary>
public sealed class FuzzTests
{
    private static readonly int _many = int.Parse(TestContext.Parameters.Get("files", "100000"), CultureInfo.InvariantCulture);

    private static IEnumerable<TestCaseData> Readers() =>
        HostileReaders.All.Select(reader => new TestCaseData(reader).SetArgDisplayNames(reader.Name));

    [TestCaseSource(nameof(Readers))]
    public void Reader_DamagedFiles_AreRefusedOrSound(object reader) => Try((HostileReader)reader, ((HostileReader)reader).Quick, 1);

    [TestCaseSource(nameof(Readers))]
    [Category("Slow"), Category("Long"), Category("Fuzz")]
    public void Reader_ManyDamagedFiles_AreRefusedOrSound(object reader) => Try((HostileReader)reader, _many, 2);

    [TestCaseSource(nameof(Readers))]
    public void Reader_SoundFiles_AreRead(object reader)
    {
        using var folder = new TemporaryFolder();
        var hostile = (HostileReader)reader;
        foreach (byte[] file in hostile.Seeds().Concat(hostile.Inside().Select(hostile.Pack)))
        {
            File.WriteAllBytes(folder[hostile.FileName], file);
            Assert.That(() => hostile.Read(folder[hostile.FileName]), Throws.Nothing);
        }
    }

    [TestCaseSource(nameof(Readers))]
    public void Reader_FilesOfTheCorpus_AreRefusedOrSound(object reader)
    {
        using var folder = new TemporaryFolder();
        var hostile = (HostileReader)reader;
        IReadOnlyList<byte[]> files = Corpus.Of(hostile);
        if (hostile.Inside().Length > 0) files = [.. files, .. files.Select(hostile.Pack)];
        foreach (byte[] file in files) Assert.That(Verdict.Of(hostile, folder[hostile.FileName], file).Complaint, Is.Null);
    }

    private static void Try(HostileReader reader, int count, long seed)
    {
        using var folder = new TemporaryFolder();
        var run = new FuzzRun(reader, seed, folder.Path);
        run.Run(count);
        TestContext.Out.WriteLine($"{reader.Name}: {count} files, {run.Accepted} taken for sound, at most {run.Slowest.TotalMilliseconds:F0} ms "
            + $"of the thread (file {run.SlowestAt}) and {run.MostPerByte:F1} bytes for each byte for one");
        Assert.That(run.Found, Is.Empty, string.Join("\n\n", run.Found));
    }
}
