using NUnit.Framework;
using Scratch.Pictures;
using Scratch.Tests.Cli;

namespace Scratch.Tests.Pictures;

/// <summary>Progressive scans with fewer bytes than blocks: their bits must do for all blocks, to the last.</summary>
public sealed class JpegProgressTests
{
    // 40x24 pixels are 15 blocks. Codes: 0 for a number, 10 for one after a zero, both with a sign; 110 for the end of a block, 1110 for that of
    // eight to fifteen, with three bits that say how many; 11110 for sixteen zeros.
    private const int Width = 40, Height = 24;
    private const string One = "110 ", Four = One + One + One + One, Nine = "1110 001 ", Fifteen = "1110 111 ";

    // The first block has numbers at 1 and 3, the second at 18.
    private const string Numbers = "0 1 10 1 " + One + "11110 10 0 " + One + Four + Nine;

    private static readonly byte[] _symbols = [0x01, 0x11, 0x00, 0x30, 0xF0];

    private static TestCaseData[] Scans() =>
    [
        Case("a number and a run", 0, (1, 63, 0, "0 1 " + One + "1110 110")),
        Case("two runs, the last longer than what is left", 0, (1, 63, 0, Nine + Nine)),
        Case("numbers, zeros and ends", 0, (1, 63, 0, Numbers)),
        Case("a full band has no end", 0, (1, 2, 0, "0 1 0 0 " + One + Four + Nine)),
        Case("restarts", 5, (1, 63, 0, "0 1 " + One + Four + "|" + One + Four + "|" + One + Four)),
        Case("a run does not go past a restart", 5, (1, 63, 0, Nine + "|" + Nine + "|" + Nine)),
        Case("refined in a run", 0, (1, 63, 0, Numbers), (1, 63, 1, Fifteen + "1 0 1")),
        Case("refined by a number", 0, (1, 63, 0, Numbers), (1, 63, 1, "0 1 1 " + One + "1 0 1 " + One + "1 " + One + Four + Nine)),
        Case("refined past sixteen zeros", 0, (1, 63, 0, Numbers), (1, 63, 1, "11110 0 1 0 1 " + One + "11110 0 1 " + One + "1 " + Four + Nine)),
        Case("refined in two bands", 0, (1, 63, 0, Numbers), (1, 2, 1, Fifteen + "1"), (3, 63, 1, Fifteen + "0 1")),
    ];

    [TestCaseSource(nameof(Scans))]
    public void Load_ShortScans_HaveTheBitsOfAllBlocks(int interval, (int First, int Last, int Known, string Bits)[] scans)
    {
        Assert.That(Complaint(interval, scans), Is.Null);
        var (first, last, known, bits) = scans[^1];
        bits = bits.Replace(" ", "", StringComparison.Ordinal);
        int rest = bits.Length - bits.LastIndexOf('|') - 1;
        scans = [.. scans[..^1], (first, last, known, bits[..^(rest % 8 == 0 ? 8 : rest % 8)])];
        Assert.That(Complaint(interval, scans), Does.Contain("the bits of a scan end before its blocks do"), "a byte less");
    }

    [Test]
    public void Load_NoRestartMarker_IsRefused() =>
        Assert.That(Complaint(5, (1, 63, 0, One + Four + "|" + One + Four + One + Four)), Does.Contain("lacks a restart marker"));

    [TestCase(1, 63, "11111", "bits that are no code")]
    [TestCase(1, 2, "0 1 10 1", "more numbers than it takes")]
    [TestCase(9, 3, Fifteen, "the coefficients 9 to 3")]
    [TestCase(1, 64, Fifteen, "the coefficients 1 to 64")]
    public void Load_DamagedScan_IsRefused(int first, int last, string bits, string said) =>
        Assert.That(Complaint(0, (first, last, 0, bits + "0000000000000000")), Does.Contain(said));

    [Test]
    public void Load_NumberInFourteenScans_IsReadAndInAnotherRefused()
    {
        (int, int, int, string)[] scans = [(1, 20, 0, Fifteen), .. Enumerable.Range(0, 13).Select(bit => (1, 20, 13 - bit, Fifteen))];
        Assert.That(Complaint(0, scans), Is.Null);
        Assert.That(Complaint(0, [.. scans, (21, 63, 0, Fifteen)]), Is.Null);
        Assert.That(Complaint(0, [.. scans, (20, 63, 0, Fifteen)]), Does.Contain("coefficient 20 is in more than 14 scans"));
    }

    private static string? Complaint(int interval, params (int First, int Last, int Known, string Bits)[] scans)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["x.jpg"], ProgressiveJpeg.Of(Width, Height, _symbols, scans, interval));
        try
        {
            Assert.That(Picture.Load(folder["x.jpg"]).Shape[2], Is.EqualTo(Width));
            return null;
        }
        catch (InvalidDataException error)
        {
            return error.Message;
        }
    }

    private static TestCaseData Case(string name, int interval, params (int, int, int, string)[] scans) =>
        new TestCaseData(interval, scans).SetArgDisplayNames(name);
}
