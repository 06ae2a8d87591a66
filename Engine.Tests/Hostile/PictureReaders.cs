using System.Buffers.Binary;
using NUnit.Framework;
using Scratch.Pictures;
using Scratch.Tensors;
using Scratch.Tests.Pictures;

namespace Scratch.Tests.Hostile;

/// <summary>Pictures of each format, decoded as training and <c>predict</c> do.</summary>
internal static class PictureReaders
{
    private const int SignatureLength = 8, Around = 12;

    /// <summary>What may be allocated for a picture without regard to its length: a decoder's tables and the buffers of threads are of the picture's
    /// size, which a file of few bytes may claim up to <see cref="PictureSize.Free"/>.</summary>
    public const long Decoder = 24 * PictureSize.Free;

    public static IReadOnlyList<HostileReader> All =>
    [
        Of("PNG", "png") with { Inside = () => Files("png"), Pack = WithChecksums, Offsets = [8, 16, 20, 24, 25, 28, 33, 37] },
        Of("JPEG", "jpeg") with { Offsets = [4, 20, 158, 160, 162, 163, 165] },
        Of("GIF", "gif") with { Offsets = [6, 8, 10, 13] },
        Of("BMP", "bmp") with { Offsets = [2, 10, 14, 18, 22, 26, 28, 30, 34, 46] },
        Of("TIFF", "tiff") with { Offsets = [4, 8, 10, 14, 18, 22, 26, 30, 34, 38, 46] },
        Of("WebP", "webp") with { Offsets = [4, 12, 16, 20, 23, 26, 28, 30] },
    ];

    private static HostileReader Of(string name, string prefix) => new(name, () => Files(prefix), Read)
    {
        FileName = $"x.{prefix}", Besides = Decoder, PerByte = 24 * PictureSize.PixelsPerByte, Quick = 600,
    };

    /// <summary>Sound files of a format.</summary>
    public static byte[][] Files(string prefix) => [.. PillowFiles.All.Where(file => file.Name.StartsWith(prefix, StringComparison.Ordinal))
        .Select(file => file.Bytes)];

    private static void Read(string path)
    {
        foreach (int channels in (int[])[1, 3])
        {
            Picture picture = Picture.Load(path, channels);
            Assert.That(picture.Shape, Is.EqualTo(new Shape(channels, picture.Shape[1], picture.Shape[2])));
            Assert.That(picture.Pixels.Length, Is.EqualTo(picture.Shape.Length));
        }
    }

    /// <summary>With the right checksum of every chunk of a PNG as it stands, as far as chunks go.</summary>
    public static byte[] WithChecksums(byte[] file)
    {
        byte[] changed = [.. file];
        for (long at = SignatureLength; at + Around <= file.Length;)
        {
            long length = BinaryPrimitives.ReadUInt32BigEndian(changed.AsSpan((int)at));
            if (at + Around + length > file.Length) break;
            uint crc = PngBytes.Checksum(changed.AsSpan((int)at + 4, (int)length + 4));
            BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan((int)(at + 8 + length)), crc);
            at += length + Around;
        }
        return changed;
    }
}
