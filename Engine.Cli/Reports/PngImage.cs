using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Scratch.Files;

namespace Scratch.Cli.Reports;

/// <summary>Small pictures as PNG, to stand in a page as text.</summary>
/// <remarks>Source: PNG (Portable Network Graphics) Specification, W3C. Eight bits a sample, no filter, no interlacing. Own, and not ImageSharp's
/// encoder: that library stays within Engine.Pictures, and pages of the book need bytes that are the same whoever packs them.</remarks>
internal static class PngImage
{
    private const byte Grey = 0, Rgb = 2, Indexed = 3;

    /// <summary>A picture of grey values, or of red, green and blue.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="isStored">Whether its bytes are to be the same whoever packs them: then they are larger.</param>
    /// <returns>An address that holds it.</returns>
    public static string Of(ImageData image, bool isStored = false)
    {
        int plane = image.Height * image.Width;
        if (image.Channels == 1) return Address(File(image.Width, image.Height, Grey, image.Pixels, [], isStored: isStored));
        byte[] samples = new byte[3 * plane];
        for (int i = 0; i < samples.Length; i++) samples[i] = image.Pixels[i % 3 * plane + i / 3];
        return Address(File(image.Width, image.Height, Rgb, samples, [], isStored: isStored));
    }

    /// <summary>A picture of numbers of colours.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="pixels">[height, width].</param>
    /// <param name="palette">[colours, 3]: red, green, blue.</param>
    /// <param name="lastIsClear">Whether one sees through the last colour.</param>
    /// <param name="isStored">Whether its bytes are to be the same whoever packs them: then they are larger.</param>
    public static string OfPalette(int width, int height, byte[] pixels, byte[] palette, bool lastIsClear = false, bool isStored = false) =>
        Address(File(width, height, Indexed, pixels, palette, lastIsClear, isStored));

    /// <summary>The same as the bytes of a file.</summary>
    public static byte[] FileOfPalette(int width, int height, byte[] pixels, byte[] palette) => File(width, height, Indexed, pixels, palette);

    /// <summary>An address that holds a file.</summary>
    public static string Address(byte[] file) => $"data:image/png;base64,{Convert.ToBase64String(file)}";

    private static byte[] File(int width, int height, byte kind, byte[] samples, byte[] palette, bool lastIsClear = false, bool isStored = false)
    {
        using var file = new MemoryStream();
        file.Write([0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n']);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, kind);
        Chunk(file, "IHDR", header);
        if (kind == Indexed) Chunk(file, "PLTE", palette);
        if (lastIsClear) Chunk(file, "tRNS", [.. Enumerable.Repeat(byte.MaxValue, palette.Length / 3 - 1), 0]);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, isStored ? CompressionLevel.NoCompression : CompressionLevel.Optimal, leaveOpen: true))
        {
            int row = samples.Length / height;
            for (int y = 0; y < height; y++)
            {
                zlib.WriteByte(0);                                           // this row has no filter
                zlib.Write(samples, y * row, row);
            }
        }
        Chunk(file, "IDAT", packed.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private static void Chunk(MemoryStream file, string name, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] content = [.. Encoding.ASCII.GetBytes(name), .. data];
        file.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(content));
        file.Write(number);
    }
}
