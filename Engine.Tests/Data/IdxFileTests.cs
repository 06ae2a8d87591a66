using System.IO.Compression;
using NUnit.Framework;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Tests.Data;

public sealed class IdxFileTests
{
    private static readonly uint[][] SizesOfEveryRank = [[], [7], [3, 5], [2, 5, 4], [2, 3, 5, 4], [0, 28, 28], [1, 2, 1, 3, 2]];

    [TestCaseSource(nameof(SizesOfEveryRank))]
    public void Read_AnyRank_GivesShapeAndElements(uint[] sizes)
    {
        byte[] file = IdxBytes.File(sizes);
        foreach (byte[] packed in (byte[][])[file, IdxBytes.Gzip(file)])
        {
            IdxFile read = Read(packed);
            Assert.That(read.Shape, Is.EqualTo(new Shape(Array.ConvertAll(sizes, size => (int)size))));
            Assert.That(read.Bytes.ToArray(), Is.EqualTo(file[(4 + 4 * sizes.Length)..]));
        }
    }

    [Test]
    public void Read_WholeGzip_TakesMemoryForItsElementsOnly()
    {
        byte[] packed = IdxBytes.Gzip(IdxBytes.File(1000, 28, 28));
        Read(packed);
        long before = GC.GetAllocatedBytesForCurrentThread();
        IdxFile file = Read(packed);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1.1 * file.Bytes.Length));
    }

    [Test]
    public void Read_GzipOfManyChunks_GivesEveryElement()
    {
        byte[] file = IdxBytes.File(300, 1001);
        Assert.That(Read(IdxBytes.Gzip(file)).Bytes.ToArray(), Is.EqualTo(file[12..]));
    }

    [Test]
    public void Read_StreamThatCannotSeek_GivesElements([Values] bool packed)
    {
        byte[] file = IdxBytes.File(2, 3);
        using var unseekable = new DeflateStream(new MemoryStream(Deflate(packed ? IdxBytes.Gzip(file) : file)), CompressionMode.Decompress);
        Assert.That(IdxFile.Read(unseekable, "x").Bytes.ToArray(), Is.EqualTo(file[12..]));
    }

    [Test]
    public void Read_StreamNotAtItsStart_ReadsFromThere([Values] bool packed)
    {
        byte[] file = IdxBytes.File(2, 3);
        using var stream = new MemoryStream([9, 9, 9, .. packed ? IdxBytes.Gzip(file) : file]) { Position = 3 };
        Assert.That(IdxFile.Read(stream, "x").Bytes.ToArray(), Is.EqualTo(file[12..]));
    }

    [Test]
    public void Read_Path_CallsTheFileByItsNameAndIgnoresItsEnding()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("scratch").FullName, "plain.gz");
        File.WriteAllBytes(path, IdxBytes.File(2));
        IdxFile read = IdxFile.Read(path, rank: 1);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        Assert.That((read.Name, read.Shape), Is.EqualTo(("plain.gz", new Shape(2))));
    }

    private static readonly TestCaseData[] Broken =
    [
        Case("empty", [], null, "f: expected a magic of 4 bytes at byte 0, found the end at byte 0."),
        Case("cut magic", [0, 0, 8], null, "f: expected a magic of 4 bytes at byte 0, found the end at byte 3."),
        Case("cut sizes", IdxBytes.File(2, 3)[..9], null, "f: expected 2 sizes of 8 bytes at byte 4, found the end at byte 9."),
        Case("cut elements", IdxBytes.File(2, 3)[..^1], null, "f: expected 6 bytes for sizes [2, 3] from byte 12, found 5. The file is cut off."),
        Case("not IDX", [0x50, 0x4b, 8, 3], 3, "f: expected magic 0x00000803 at byte 0, found 0x504B0803. This is not an IDX file."),
        Case("not IDX, any rank", [0, 1, 8, 3], null,
            "f: expected magic 0x000008.. (the rank last) at byte 0, found 0x00010803. This is not an IDX file."),
        Case("labels for images", IdxBytes.File(2), 3, "f: expected magic 0x00000803 at byte 0, found 0x00000801. This is a label file."),
        Case("images for labels", IdxBytes.File(1, 2, 2), 1, "f: expected magic 0x00000801 at byte 0, found 0x00000803. This is an image file."),
        Case("other rank", IdxBytes.File(1, 2), 3, "f: expected magic 0x00000803 at byte 0, found 0x00000802. It has 2 sizes, 3 were expected."),
        Case("floats", IdxBytes.File([1], new byte[4], type: 0x0D), null,
            "f: expected element type 0x08 (unsigned byte) at byte 2, found 0x0D (32-bit float)."),
        Case("no type", IdxBytes.File([1], [0], type: 0x77), null,
            "f: expected element type 0x08 (unsigned byte) at byte 2, found 0x77 (not a type of the format)."),
        Case("one size too large", IdxBytes.File([1, 0xFFFF_FFFF], []), null,
            "f: expected sizes of at most 2147483591 elements together, found 4294967295 at byte 8, which exceeds that."),
        Case("product too large", IdxBytes.File([60000, 28, 2800], []), null,
            "f: expected sizes of at most 2147483591 elements together, found 2800 at byte 12, which exceeds that."),
        Case("product overflows 64 bits", IdxBytes.File([.. Enumerable.Repeat(1u << 16, 255)], []), null,
            "f: expected sizes of at most 2147483591 elements together, found 65536 at byte 8, which exceeds that."),
    ];

    [TestCaseSource(nameof(Broken))]
    public void Read_BrokenFile_SaysFileByteExpectedAndFound(byte[] file, int? rank, string message)
    {
        Assert.That(() => Read(file, rank), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(message));
        Assert.That(() => Read(IdxBytes.Gzip(file), rank), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(message));
    }

    [Test]
    public void Read_BytesAfterTheElements_SaysWhere()
    {
        byte[] file = [.. IdxBytes.File(2, 3), 1, 2];
        Assert.That(() => Read(file),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("f: expected the end at byte 18, found 2 more bytes."));
        Assert.That(() => Read(IdxBytes.Gzip(file)),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("f: expected the end at byte 18, found more bytes."));
    }

    [Test]
    public void Read_GzipCutAnywhere_IsInvalid()
    {
        byte[] packed = IdxBytes.Gzip(IdxBytes.File(40, 5));
        for (int length = 0; length < packed.Length; length++)
        {
            byte[] cut = packed[..length];
            Assert.That(() => Read(cut),
                Throws.TypeOf<InvalidDataException>().With.Message.StartsWith("f: expected ").And.Message.Not.Contain("\n"), $"cut at {length}");
        }
    }

    [Test]
    public void Read_GzipWithABrokenByte_IsInvalidOrUnchanged()
    {
        byte[] file = IdxBytes.File(40, 5), packed = IdxBytes.Gzip(file);
        for (int at = 0; at < packed.Length; at++)
        {
            byte[] broken = [.. packed];
            broken[at] ^= 0x10;
            // Only the header's time stamp and the like may differ without harm.
            try { Assert.That(Read(broken).Bytes.ToArray(), Is.EqualTo(file[12..]), $"byte {at}"); }
            catch (InvalidDataException invalid) { Assert.That(invalid.Message, Does.StartWith("f: expected "), $"byte {at}"); }
        }
    }

    [Test]
    public void Read_BytesAfterGzip_IsInvalid([Values(1, 4, 20000)] int extra)
    {
        byte[] packed = [.. IdxBytes.Gzip(IdxBytes.File(4, 5)), .. new byte[extra]];
        Assert.That(() => Read(packed), Throws.TypeOf<InvalidDataException>().With.Message.Contains("expected the unpacked size 32 at byte"));
    }

    [TestCase(2, 60)]
    [TestCase(7, 20000)]                                                     // members end within and beyond the pieces that are read at a time
    [TestCase(40, 4100)]
    public void Read_GzipOfSeveralMembers_GivesEveryElement(int members, int each)
    {
        byte[] file = IdxBytes.File((uint)members, (uint)each);
        Assert.That(Read(Members(file, members)).Bytes.ToArray(), Is.EqualTo(file[12..]));
    }

    [Test]
    public void Read_GzipMembersWithNames_AreSkippedOver()
    {
        byte[] file = IdxBytes.File(3, 50), first = IdxBytes.Gzip(file[..20]), second = IdxBytes.Gzip(file[20..]);
        byte[] named = [.. second[..3], 4 | 8 | 16, .. second[4..10], 2, 0, 1, 1, (byte)'n', 0, (byte)'c', 0, .. second[10..]];
        Assert.That(Read([.. first, .. named]).Bytes.ToArray(), Is.EqualTo(file[12..]));
    }

    [Test]
    public void Read_GzipOfSeveralMembersCutAnywhere_IsInvalid()
    {
        byte[] packed = Members(IdxBytes.File(4, 30), 4);
        for (int length = 0; length < packed.Length; length++)
        {
            byte[] cut = packed[..length];
            if (length == packed.Length - EmptyMember.Length) Assert.That(() => Read(cut).Shape, Is.EqualTo(new Shape(4, 30)));
            else Assert.That(() => Read(cut), Throws.TypeOf<InvalidDataException>().With.Message.StartsWith("f: expected "), $"cut at {length}");
        }
    }

    [Test]
    public void Read_BytesAfterSeveralMembers_IsInvalid([Values(1, 4, 20000)] int extra) => Assert.That(
        () => Read([.. Members(IdxBytes.File(4, 30), 3), .. new byte[extra]]),
        Throws.TypeOf<InvalidDataException>().With.Message.Contains("expected the unpacked size 132 at byte"));

    [Test]
    public void Read_HeaderClaimsGigabytes_AllocatesLittle([Values] bool packed)
    {
        byte[] file = IdxBytes.File([2_000_000, 32, 32], new byte[100]);
        if (packed) file = IdxBytes.Gzip(file);
        Assert.That(() => Read(file), Throws.TypeOf<InvalidDataException>());
        long before = GC.GetAllocatedBytesForCurrentThread();
        try { Read(file); }
        catch (InvalidDataException) { }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    private static IdxFile Read(byte[] file, int? rank = null)
    {
        using var stream = new MemoryStream(file);
        return IdxFile.Read(stream, "f", rank);
    }

    // The file in members of about equal size, the last one empty.
    private static byte[] Members(byte[] file, int members)
    {
        int each = file.Length / members + 1;
        return [.. file.Chunk(each).SelectMany(IdxBytes.Gzip), .. EmptyMember];
    }

    private static readonly byte[] EmptyMember = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static TestCaseData Case(string name, byte[] file, int? rank, string message) =>
        new TestCaseData(file, rank, message).SetArgDisplayNames(name);

    private static byte[] Deflate(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var stream = new DeflateStream(packed, CompressionMode.Compress)) stream.Write(content);
        return packed.ToArray();
    }
}
