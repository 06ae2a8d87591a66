using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Scratch.Tests.Pictures;

/// <summary>Writes PNG files without filters, for tests.</summary>
internal static class PngBytes
{
    /// <summary>An image of pixels [H, W, channels]: 1 channel for grey, 3 for red, green, blue.</summary>
    public static byte[] Of(
        byte[] pixels, int height, int width, int channels, (string Type, byte[] Data)? more = null, Action<byte[]>? changeData = null)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, channels == 1 ? (byte)0 : (byte)2);
        Chunk(file, "IHDR", header);
        if (more is { } chunk) Chunk(file, chunk.Type, chunk.Data);
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
            for (int h = 0; h < height; h++)
            {
                zlib.WriteByte(0);                                           // no filter
                zlib.Write(pixels, h * width * channels, width * channels);
            }
        byte[] zipped = data.ToArray();
        changeData?.Invoke(zipped);                                          // before the checksum of the chunk is taken
        Chunk(file, "IDAT", zipped);
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>The same file with another height in its header.</summary>
    public static byte[] WithHeight(byte[] file, int height)
    {
        const int Header = 16, HeaderLength = 13, AfterHeader = 33;
        byte[] header = file[Header..(Header + HeaderLength)];
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        using var changed = new MemoryStream();
        changed.Write(file.AsSpan(0, 8));
        Chunk(changed, "IHDR", header);
        changed.Write(file.AsSpan(AfterHeader));
        return changed.ToArray();
    }

    private static void Chunk(MemoryStream file, string type, byte[] data)
    {
        byte[] number = new byte[4], named = [.. Encoding.ASCII.GetBytes(type), .. data];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(named);
        BinaryPrimitives.WriteUInt32BigEndian(number, Checksum(named));
        file.Write(number);
    }

    /// <summary>The checksum of a chunk's name and data.</summary>
    public static uint Checksum(ReadOnlySpan<byte> named)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte b in named)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }
}
