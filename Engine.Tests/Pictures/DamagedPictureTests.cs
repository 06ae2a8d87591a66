using System.Buffers.Binary;
using System.Text;
using NUnit.Framework;
using Scratch.Tensors;

namespace Scratch.Tests.Pictures;

/// <summary>A picture is whole, or an error.</summary>
public sealed class DamagedPictureTests
{
    private PictureReader _reader = null!;

    private static IEnumerable<TestCaseData> Pngs =>
        PillowFiles.Cases.Where(test => ((PillowFile)test.Arguments[0]!).Name.StartsWith("png", StringComparison.Ordinal));

    [SetUp]
    public void SetUp() => _reader = new();

    [TestCaseSource(typeof(PillowFiles), nameof(PillowFiles.Cases))]
    public void Read_CutAtAnyByte_IsAnError(object file)
    {
        byte[] whole = ((PillowFile)file).Bytes;
        Assert.That(Enumerable.Range(0, whole.Length).Where(length => _reader.CanRead(whole[..length])), Is.Empty);
    }

    [TestCaseSource(typeof(PillowFiles), nameof(PillowFiles.Cases))]
    public void Read_SomethingAfterTheEnd_IsLetPass(object file) => Assert.That(_reader.CanRead([.. ((PillowFile)file).Bytes, .. "more"u8]));

    [TestCaseSource(nameof(Pngs))]
    public void Read_PngWithABitOfAnyByteFlipped_IsAnError(object file)
    {
        byte[] bytes = ((PillowFile)file).Bytes;
        List<int> passed = [];
        for (int bit = 0; bit < bytes.Length * 8; bit += 9)                  // from byte to byte another of its bits
        {
            bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
            if (_reader.CanRead(bytes)) passed.Add(bit);
            bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
        }
        Assert.That(passed, Is.Empty);
    }

    /// <summary>Damage that no checksum shows must not end in an exception of another kind, nor in an endless loop.</summary>
    [TestCaseSource(typeof(PillowFiles), nameof(PillowFiles.Cases))]
    public void Read_RandomBitsFlipped_IsReadOrRefused(object file)
    {
        const int Tries = 40, Seed = 5;
        byte[] whole = ((PillowFile)file).Bytes;
        var random = new RandomGenerator(Seed);
        for (int i = 0; i < Tries; i++)
        {
            byte[] bytes = [.. whole];
            int bit = (int)(random.NextDouble() * bytes.Length * 8);
            bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
            Assert.DoesNotThrow(() => _reader.CanRead(bytes));
        }
    }

    [Test]
    public void Read_PngWhoseRowsDoNotMatchTheirChecksum_IsAnError()
    {
        byte[] file = PngBytes.Of([1, 2, 3, 4, 5, 6], 2, 3, channels: 1, changeData: data => data[^1] ^= 1);
        Assert.That(Assert.Throws<InvalidDataException>(() => _reader.Read(file))!.Message, Does.Contain("damaged after").And.Contain("8 bytes"));
    }

    [Test]
    public void Read_PngWithTooFewRows_IsAnError()
    {
        byte[] file = PngBytes.Of([1, 2, 3, 4, 5, 6], 2, 3, channels: 1);
        byte[] taller = PngBytes.WithHeight(file, 3);
        Assert.That(Assert.Throws<InvalidDataException>(() => _reader.Read(taller))!.Message, Does.Contain("end after 8 of 12 bytes"));
    }

    [Test]
    public void Read_JpegCutAfterItsThumbnail_IsAnError()
    {
        byte[] whole = PillowFiles.Named("jpeg"), thumbnail = PillowFiles.Named("jpeg grey");       // which has an end of image of its own
        byte[] file = JpegBytes.WithSegment(whole, 0xE1, [.. "Exif\0\0"u8, .. thumbnail]);
        Assert.That(_reader.Read(file), Is.EqualTo(_reader.Read(whole)));
        string message = Assert.Throws<InvalidDataException>(() => _reader.Read(file[..^20]))!.Message;
        Assert.That(message, Does.Contain("is cut short").And.Contain("no end of image (EOI)"));
    }

    [Test]
    public void Read_GifWithFewerPixelsThanItsSize_IsAnError()
    {
        byte[] gif = PillowFiles.Named("gif");
        int picture = gif.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x2C, 0, 0, 0, 0, 6, 0, 4, 0]);
        BinaryPrimitives.WriteInt16LittleEndian(gif.AsSpan(picture + 7), 9);                       // rows
        Assert.That(Assert.Throws<InvalidDataException>(() => _reader.Read(gif))!.Message, Does.Contain("end after 24 of 54"));
    }

    /// <summary>Every length in the file is right: only that the pixels go on tells.</summary>
    [TestCase("webp lossy", 2), TestCase("webp lossy alpha", 2), TestCase("webp lossless alpha", 2)]
    public void Read_WebpWhoseChunkIsCut_IsAnError(string name, int step)
    {
        byte[] whole = PillowFiles.Named(name);
        int chunk = Chunk(whole), length = whole.Length - chunk - 8;
        Assert.That(Enumerable.Range(0, length / 2).Where(kept => kept % step == 0 && _reader.CanRead(Cut(whole, chunk, kept))), Is.Empty);
        Assert.That(_reader.Read(Cut(whole, chunk, length)), Is.EqualTo(_reader.Read(whole)));
    }

    [TestCase(-2, "its header says"), TestCase(-1, "its header says"), TestCase(2, "is cut short")]
    public void Read_WebpOfAnotherLengthThanItSays_IsAnError(int change, string why)
    {
        byte[] file = PillowFiles.Named("webp lossy alpha");
        file[4] = (byte)(file[4] + change);
        Assert.That(Assert.Throws<InvalidDataException>(() => _reader.Read(file))!.Message, Does.Contain(why));
    }

    // Bytes from the beginning of a chunk on: the canvas' width, how the alpha is packed, the alpha's length; version and start code of lossy pixels,
    // and the length of their first part; the mark and version of the others.
    [TestCase("webp lossy alpha", "VP8X", 12, 4, "it is 5x5 (H, W), its picture is 5x6")]
    [TestCase("webp lossy alpha", "ALPH", 8, 3, "its alpha (ALPH) is damaged")]
    [TestCase("webp lossy alpha", "VP8X", 15, 40, "its alpha (ALPH) has 30 bytes for 41x6 pixels")]
    [TestCase("webp lossy", "VP8 ", 8, 0x9F, "does not start as a picture does")]
    [TestCase("webp lossy", "VP8 ", 11, 0, "does not start as a picture does")]
    [TestCase("webp lossy", "VP8 ", 9, 0x80, "its first part of several goes to byte")]
    [TestCase("webp lossless alpha", "VP8L", 8, 0, "does not start as a picture does")]
    [TestCase("webp lossless alpha", "VP8L", 12, 0x30, "does not start as a picture does")]
    public void Read_WebpThatContradictsItself_IsAnError(string name, string chunk, int at, byte value, string why)
    {
        byte[] file = PillowFiles.Named(name);
        file[file.AsSpan().IndexOf(Encoding.ASCII.GetBytes(chunk)) + at] = value;
        Assert.That(Assert.Throws<InvalidDataException>(() => _reader.Read(file))!.Message, Does.Contain(why));
    }

    // The last chunk has the coded pixels.
    private static int Chunk(byte[] file) => Math.Max(file.AsSpan().IndexOf("VP8 "u8), file.AsSpan().IndexOf("VP8L"u8));

    private static byte[] Cut(byte[] file, int chunk, int kept)
    {
        byte[] cut = [.. file[..(chunk + 8 + kept)], .. new byte[kept % 2]];
        BinaryPrimitives.WriteInt32LittleEndian(cut.AsSpan(4), cut.Length - 8);
        BinaryPrimitives.WriteInt32LittleEndian(cut.AsSpan(chunk + 4), kept);
        return cut;
    }
}
