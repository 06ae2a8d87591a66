namespace Scratch.Cli.Pictures;

/// <summary>Reads a WebP chunk by chunk: what it says of itself, and whether it is as long as it says.</summary>
/// <remarks>
/// A RIFF file: chunks of a name (4 bytes), a length (4) and so many bytes, padded to an even number. The pixels are in VP8 (lossy) or VP8L (not);
/// VP8X says before them what else is there.
/// </remarks>
internal static class WebpFile
{
    private const int FirstChunk = 12, ChunkHeader = 8, SideBits = 14, SideMask = (1 << SideBits) - 1;
    private const byte MovesFlag = 0x02;

    /// <summary>Whether it starts as one.</summary>
    public static bool IsOne(FileBytes bytes) => bytes.Has(0, "RIFF"u8) && bytes.Has(8, "WEBP"u8);

    /// <summary>Walks over the chunks.</summary>
    /// <exception cref="InvalidDataException">One is incomplete, or there is no picture.</exception>
    public static PictureInfo Read(FileBytes bytes)
    {
        long end = bytes.Slice(0, ChunkHeader + bytes.Little32(4, "header"), "last chunk").Length;
        int orientation = 1;
        long height = 0, width = 0;
        bool hasProfile = false;
        for (long at = FirstChunk; at + ChunkHeader <= end; )
        {
            long length = bytes.Little32(at + 4, "chunk"), from = at + ChunkHeader;
            ReadOnlySpan<byte> data = bytes.Slice(from, length, $"chunk at byte {at}"), name = bytes.Slice(at, 4, "chunk");
            if (name.SequenceEqual("VP8X"u8) && (bytes.Byte(from, "chunk VP8X") & MovesFlag) != 0)
                throw new InvalidDataException("it is a moving WebP, which cannot be read");
            if (name.SequenceEqual("VP8 "u8))
                (width, height) = (bytes.Little16(from + 6, "chunk VP8") & SideMask, bytes.Little16(from + 8, "chunk VP8") & SideMask);
            if (name.SequenceEqual("VP8L"u8))
            {
                long sides = bytes.Little32(from + 1, "chunk VP8L");
                (width, height) = ((sides & SideMask) + 1, ((sides >> SideBits) & SideMask) + 1);
            }
            if (name.SequenceEqual("ICCP"u8)) hasProfile = true;
            if (name.SequenceEqual("EXIF"u8)) orientation = Exif.Orientation(data.StartsWith("Exif\0\0"u8) ? data[6..] : data);
            at = from + length + (length & 1);
        }
        if (width == 0) throw new InvalidDataException("it has no pixels");
        var size = PictureSize.Checked(height, width);
        return new(PictureFormat.Webp, size.Height, size.Width) { Orientation = orientation, HasProfile = hasProfile };
    }
}
