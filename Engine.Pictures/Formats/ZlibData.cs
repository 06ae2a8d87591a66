using System.IO.Compression;

namespace Scratch.Pictures.Formats;

/// <summary>Whether a zlib stream is whole: it inflates, to enough bytes, and they match the checksum (Adler-32) at its end.</summary>
internal static class ZlibData
{
    private const int Slack = 1 << 20;

    /// <summary>Inflates and forgets.</summary>
    /// <param name="data">The stream, from its two header bytes to its checksum.</param>
    /// <param name="needed">The bytes of all rows; some more are let pass, as other readers do.</param>
    /// <param name="most">What it may inflate to, but for <see cref="Slack"/>.</param>
    /// <returns>How many bytes it inflates to.</returns>
    /// <exception cref="InvalidDataException">It is not whole.</exception>
    public static long Check(MemoryStream data, long needed, long most)
    {
        const int BufferLength = 1 << 16;
        byte[] buffer = new byte[BufferLength];
        long found = 0;
        try
        {
            using var inflated = new ZLibStream(data, CompressionMode.Decompress, leaveOpen: true);
            for (int count; found <= most + Slack && (count = inflated.Read(buffer)) > 0; ) found += count;
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"its compressed pixels are damaged after {found} of {needed} bytes", e);
        }
        if (found > most + Slack) throw new InvalidDataException($"its compressed pixels are more than {most} bytes, and {Slack} besides");
        if (found < needed) throw new InvalidDataException($"its pixels end after {found} of {needed} bytes");
        return found;
    }
}
