using NUnit.Framework;
using Scratch.Pictures.Formats;

namespace Scratch.Tests.Pictures;

/// <summary>How many bytes the scans of a JPEG must have.</summary>
public sealed class JpegBlocksTests
{
    // 81x25 pixels: 11x4 blocks of channel 1 by itself, 6x2 of channels 2 and 3, which are halved.
    private static readonly byte[] _frame = [8, 0, 25, 0, 81, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];

    private static readonly byte[] _all = [3, 1, 0, 2, 0, 3, 0, 0, 63, 0], _first = [1, 1, 0, 0, 63, 0], _second = [1, 2, 0, 0, 63, 0];

    [TestCase(nameof(_all), 17, 68)]
    [TestCase(nameof(_first), 11, 44)]
    [TestCase(nameof(_second), 3, 12)]
    public void Add_SequentialScan_HasTwoBitsForEachBlock(string scan, int bytes, int blocks)
    {
        byte[] header = scan switch { nameof(_all) => _all, nameof(_first) => _first, _ => _second };
        Assert.That(() => new JpegBlocks(_frame, isProgressive: false, 100).Add(header, bytes), Throws.Nothing);
        Assert.That(() => new JpegBlocks(_frame, isProgressive: false, 100).Add(header, bytes - 1),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains($"{bytes - 1} bytes for {blocks} blocks"));
    }

    [TestCase(0, 6, true)]
    [TestCase(0, 5, false)]
    [TestCase(1, 1, true)]
    [TestCase(1, 0, false)]
    public void Add_ProgressiveScan_HasABitForEachMeanAndSomeForTheRest(int from, int bytes, bool isEnough) => Assert.That(
        () => new JpegBlocks(_frame, isProgressive: true, 100).Add([1, 1, 0, (byte)from, 63, 0], bytes),
        isEnough ? Throws.Nothing : Throws.TypeOf<InvalidDataException>());

    [Test]
    public void Add_ChannelInTwoScans_IsRefusedUnlessProgressive()
    {
        var blocks = new JpegBlocks(_frame, isProgressive: false, 100);
        blocks.Add(_second, 3);
        Assert.That(() => blocks.Add(_first, 11), Throws.Nothing);
        Assert.That(() => blocks.Add(_second, 3), Throws.TypeOf<InvalidDataException>().With.Message.Contains("channel 2 is in two scans"));
        Assert.That(() => new JpegBlocks(_frame, isProgressive: false, 100).Add([3, 1, 0, 2, 0, 2, 0, 0, 63, 0], 17),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("channel 2 is in two scans"));
        var progressive = new JpegBlocks(_frame, isProgressive: true, 100);
        for (int scan = 0; scan < 2; scan++) Assert.That(() => progressive.Add(_second, 3), Throws.Nothing);
    }

    // 4096x4096 pixels are 262,144 blocks, and a scan of ten bytes leaves out all but 80: the file of 60,000 bytes bears fourteen of those.
    [Test]
    public void Add_ManyScansThatLeaveOutMostBlocks_AreRefused()
    {
        var blocks = new JpegBlocks([8, 16, 0, 16, 0, 1, 1, 0x11, 0], isProgressive: true, 60_000);
        for (int scan = 0; scan < 14; scan++) blocks.Add([1, 1, 0, 1, 63, 0], 10);
        Assert.That(() => blocks.Add([1, 1, 0, 1, 63, 0], 10), Throws.TypeOf<InvalidDataException>().With.Message.Contains("leave out more blocks"));
    }

    [TestCase(0x01)]
    [TestCase(0x50)]
    public void New_FactorsThatCannotBe_AreRefused(int factors) => Assert.That(
        () => new JpegBlocks([8, 0, 25, 0, 81, 1, 1, (byte)factors, 0], isProgressive: false, 100),
        Throws.TypeOf<InvalidDataException>().With.Message.Contains("factors"));

    [Test]
    public void Add_ScanOfNoChannel_IsRefused() => Assert.That(
        () => new JpegBlocks(_frame, isProgressive: false, 100).Add([1, 9, 0, 0, 63, 0], 100),
        Throws.TypeOf<InvalidDataException>().With.Message.Contains("no channel"));
}
