using System.Buffers.Binary;
using NUnit.Framework;
using Scratch.Tensors;

namespace Scratch.Tests.Cli.Pictures;

/// <summary>A picture is whole, or an error.</summary>
public sealed class DamagedPictureTests
{
    private PictureReader _reader = null!;

    private static IEnumerable<TestCaseData> Files => PillowFiles.All.Select(file => new TestCaseData(file).SetArgDisplayNames(file.Name));

    private static IEnumerable<TestCaseData> Pngs =>
        Files.Where(test => ((PillowFile)test.Arguments[0]!).Name.StartsWith("png", StringComparison.Ordinal));

    [SetUp]
    public void SetUp() => _reader = new();

    [TestCaseSource(nameof(Files))]
    public void Read_CutAtAnyByte_IsAnError(object file)
    {
        byte[] whole = ((PillowFile)file).Bytes;
        Assert.That(Enumerable.Range(0, whole.Length).Where(length => _reader.CanRead(whole[..length])), Is.Empty);
    }

    [TestCaseSource(nameof(Files))]
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
    [TestCaseSource(nameof(Files))]
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
}
