using System.Buffers.Binary;
using NUnit.Framework;

namespace Scratch.Tests.Pictures;

/// <summary>Pictures are seen as they are to be turned.</summary>
/// <remarks>The letters below are what Pillow's <c>ImageOps.exif_transpose</c> makes of the rows "abc" and "def".</remarks>
public sealed class OrientationTests
{
    private const int Height = 2, Width = 3;

    private PictureReader _reader = null!;

    [SetUp]
    public void SetUp() => _reader = new();

    private static byte[] Exif(int orientation, bool little)
    {
        byte[] data = [.. little ? "II*\0"u8 : "MM\0*"u8, .. new byte[22]];
        Span<byte> at = data.AsSpan(4);
        foreach (var (value, size) in new[] { (8, 4), (1, 2), (274, 2), (3, 2), (1, 4), (orientation, 2), (0, 2), (0, 4) })
        {
            if (size == 4 && little) BinaryPrimitives.WriteInt32LittleEndian(at, value);
            else if (size == 4) BinaryPrimitives.WriteInt32BigEndian(at, value);
            else if (little) BinaryPrimitives.WriteInt16LittleEndian(at, (short)value);
            else BinaryPrimitives.WriteInt16BigEndian(at, (short)value);
            at = at[size..];
        }
        return data;
    }

    [TestCase(1, "abc def"), TestCase(2, "cba fed"), TestCase(3, "fed cba"), TestCase(4, "def abc")]
    [TestCase(5, "ad be cf"), TestCase(6, "da eb fc"), TestCase(7, "fc eb da"), TestCase(8, "cf be ad")]
    [TestCase(0, "abc def"), TestCase(9, "abc def")]
    public void Read_EveryOrientation_IsTurnedAsPillowDoes(int orientation, string rows)
    {
        byte[] png = PngBytes.Of([.. "abcdef"u8], Height, Width, channels: 1, ("eXIf", Exif(orientation, little: false)));
        string[] seen = rows.Split(' ');
        Assert.That((PictureReader.Info(png).Height, PictureReader.Info(png).Width), Is.EqualTo((seen.Length, seen[0].Length)));
        byte[] pixels = _reader.Read(png);
        Assert.That(Enumerable.Range(0, Height * Width).Select(p => (char)pixels[3 * p]), Is.EqualTo(string.Concat(seen)));
        Assert.That(_reader.Notes.Line(), Is.EqualTo(orientation is > 1 and <= 8 ? "1 picture: 1 turned as the file says" : null));
    }

    private static byte[] Turned(string name, int orientation, bool little)
    {
        byte[] file = PillowFiles.Named(name), exif = Exif(orientation, little);
        if (name == "jpeg") return JpegBytes.WithSegment(file, 0xE1, [.. "Exif\0\0"u8, .. exif]);
        if (name == "tiff")
        {
            file[file.AsSpan().IndexOf((ReadOnlySpan<byte>)[18, 1, 3, 0, 1, 0, 0, 0]) + 8] = (byte)orientation;
            return file;
        }
        byte[] length = new byte[4];                                         // a WebP: the chunk after the last, and its length in the whole
        BinaryPrimitives.WriteInt32LittleEndian(length, exif.Length);
        file = [.. file, .. "EXIF"u8, .. length, .. exif];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        return file;
    }

    [Test]
    public void Read_EveryFormat_IsTurned([Values("jpeg", "tiff", "webp lossy")] string name, [Values] bool little)
    {
        byte[] upright = _reader.Read(PillowFiles.Named(name)), turned = _reader.Read(Turned(name, 6, little));
        PillowFile file = PillowFiles.All.Single(file => file.Name == name);
        Assert.That(PictureReader.Info(Turned(name, 6, little)).Height, Is.EqualTo(file.Width));
        for (int h = 0; h < file.Width; h++)
            for (int w = 0; w < file.Height; w++)
                for (int c = 0; c < 3; c++)
                    Assert.That(turned[(h * file.Height + w) * 3 + c], Is.EqualTo(upright[((file.Height - 1 - w) * file.Width + h) * 3 + c]));
    }

    [Test]
    public void Read_BrokenExif_IsNotTurned([Range(0, 25)] int length)
    {
        byte[] file = PillowFiles.Named("jpeg");
        byte[] broken = JpegBytes.WithSegment(file, 0xE1, [.. "Exif\0\0"u8, .. Exif(6, little: true)[..length]]);
        Assert.That(_reader.Read(broken), Is.EqualTo(_reader.Read(file)));
    }
}
