namespace Scratch.Files;

/// <summary>The checksum of PNG's chunks and of zip files: the remainder of the bytes, as a polynomial over one bit, by 0xEDB88320 (bits turned
/// round).</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] _ofByte = [.. Enumerable.Range(0, 256).Select(b => Shifted((uint)b))];

    /// <summary>The checksum of some bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="before">The checksum of those that came before them.</param>
    public static uint Of(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        uint crc = ~before;
        foreach (byte b in bytes) crc = (crc >> 8) ^ _ofByte[(byte)(crc ^ b)];
        return ~crc;
    }

    private static uint Shifted(uint crc)
    {
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * Polynomial);
        return crc;
    }
}
