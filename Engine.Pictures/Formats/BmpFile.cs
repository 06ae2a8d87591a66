namespace Scratch.Pictures.Formats;

/// <summary>Reads the headers of a Windows bitmap: what it says of itself, and whether its rows are all there.</summary>
internal static class BmpFile
{
    private const int HeaderAt = 14, OldHeader = 12;                         // the size of the header tells its kind; the old one is OS/2's
    private const int Plain = 0, RunLength8 = 1, RunLength4 = 2, Masks = 3, AlphaMasks = 6;

    /// <summary>Whether it starts as one.</summary>
    public static bool IsOne(FileBytes bytes) => bytes.Has(0, "BM"u8);

    /// <summary>Reads the headers.</summary>
    /// <exception cref="InvalidDataException">Something is missing.</exception>
    public static PictureInfo Read(FileBytes bytes)
    {
        const string Part = "header";
        long pixels = bytes.Little32(10, Part), header = bytes.Little32(HeaderAt, Part);
        bool old = header == OldHeader;
        var (height, width) = old                                            // a negative height: rows from the top
            ? PictureSize.Checked(bytes.Little16(20, Part), bytes.Little16(18, Part), bytes.Length)
            : PictureSize.Checked(Math.Abs((long)(int)bytes.Little32(22, Part)), bytes.Little32(18, Part), bytes.Length);
        int bits = bytes.Little16(old ? 24 : 28, Part);
        long packing = old ? Plain : bytes.Little32(30, Part), colours = old ? 0 : bytes.Little32(46, Part);
        if (bits is not (1 or 2 or 4 or 8 or 16 or 24 or 32))
            throw new InvalidDataException($"it has {bits} bits a pixel, must be 1, 2, 4, 8, 16, 24 or 32");
        if (packing is RunLength8 or RunLength4) PassRuns(bytes, pixels, packing == RunLength4);
        else if (packing is Plain or Masks or AlphaMasks)
            bytes.Slice(pixels, ((long)width * bits + 31) / 32 * 4 * (height - 1) + ((long)width * bits + 7) / 8, "pixels");
        else throw new InvalidDataException($"its pixels are packed in way {packing}, which cannot be read");
        if (bits > 8) return new(PictureFormat.Bmp, height, width);
        int entry = old ? 3 : 4;
        long most = Math.Max(0, pixels - HeaderAt - header), length = (colours is 0 or > 256 ? 1L << bits : colours) * entry;
        ReadOnlySpan<byte> palette = bytes.Slice(HeaderAt + header, Math.Min(length, most), "palette");
        return new(PictureFormat.Bmp, height, width) { IsGrey = Palette.IsGrey(palette, entry) };
    }

    /// <summary>Goes to the end of the picture.</summary>
    /// <remarks>
    /// Runs are a count and a value. After a count of 0, 0 ends a row, 1 the picture, 2 moves, and more are so many values, padded to 16 bits.
    /// </remarks>
    private static void PassRuns(FileBytes bytes, long at, bool halves)
    {
        while (true)
        {
            ReadOnlySpan<byte> run = bytes.Slice(at, 2, "pixels");
            at += 2;
            if (run[0] != 0) continue;
            if (run[1] == 1) return;
            if (run[1] == 2) at += 2;
            else if (run[1] > 2) at += ((halves ? (run[1] + 1) / 2 : run[1]) + 1) / 2 * 2;
        }
    }
}
