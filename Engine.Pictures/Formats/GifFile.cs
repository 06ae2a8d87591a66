namespace Scratch.Pictures.Formats;

/// <summary>Reads a GIF block by block: what it says of itself, and whether its first picture is whole.</summary>
/// <remarks>
/// Header and palette; then blocks: 0x21 an extension, 0x2C a picture, 0x3B the end. Data come in pieces of a length and so many bytes, up to a
/// length of 0. Pixels are coded by LZW: a code stands for a string of pixels, that of the code before and one more.
/// </remarks>
internal static class GifFile
{
    private const int HeaderLength = 13, PictureHeader = 9;
    private const byte Extension = 0x21, Picture = 0x2C, End = 0x3B, GraphicControl = 0xF9;
    private const int MostCodes = 4096, HasPalette = 0x80, SizeBits = 7, SeeThrough = 1;

    /// <summary>Whether it starts as one.</summary>
    public static bool IsOne(FileBytes bytes) => bytes.Has(0, "GIF87a"u8) || bytes.Has(0, "GIF89a"u8);

    /// <summary>Walks over the blocks, up to the end.</summary>
    /// <exception cref="InvalidDataException">One is incomplete, or there is no picture.</exception>
    public static PictureInfo Read(FileBytes bytes)
    {
        ReadOnlySpan<byte> header = bytes.Slice(0, HeaderLength, "header");
        var size = PictureSize.Checked(bytes.Little16(8, "header"), bytes.Little16(6, "header"), bytes.Length);
        long at = HeaderLength;
        ReadOnlySpan<byte> palette = PassPalette(bytes, header[10], ref at);
        int seeThrough = -1, pictures = 0;
        while (true)
        {
            byte block = bytes.Byte(at++, "block after the last");
            if (block == End) break;
            if (block == Extension)
            {
                if (bytes.Byte(at++, "extension") == GraphicControl && pictures == 0 && (bytes.Byte(at + 1, "extension") & SeeThrough) != 0)
                    seeThrough = bytes.Byte(at + 4, "extension");
                PassPieces(bytes, ref at, into: null);
            }
            else if (block == Picture)
            {
                ReadOnlySpan<byte> frame = bytes.Slice(at, PictureHeader, "picture");
                at += PictureHeader;
                ReadOnlySpan<byte> own = PassPalette(bytes, frame[8], ref at);
                int width = frame[4] | (frame[5] << 8), height = frame[6] | (frame[7] << 8);
                int codeBits = bytes.Byte(at++, "picture");
                using var codes = new MemoryStream();
                PassPieces(bytes, ref at, codes);
                if (pictures++ > 0) continue;
                if (own.Length > 0) palette = own;
                CheckPixels(codes.ToArray(), codeBits, (long)width * height);
            }
            else throw new InvalidDataException($"it is damaged: at byte {at - 1} stands {block:X2}, no kind of block");
        }
        if (pictures == 0) throw new InvalidDataException("it has no pixels");
        int background = 3 * Math.Max(seeThrough, 0);
        ReadOnlySpan<byte> colour = background + 3 <= palette.Length ? palette.Slice(background, 3) : [0, 0, 0];
        return new(PictureFormat.Gif, size.Height, size.Width)
        {
            IsGrey = Palette.IsGrey(palette, size: 3),
            HasMore = pictures > 1,
            Background = (colour[0], colour[1], colour[2]),
        };
    }

    private static ReadOnlySpan<byte> PassPalette(FileBytes bytes, byte flags, ref long at)
    {
        if ((flags & HasPalette) == 0) return [];
        ReadOnlySpan<byte> palette = bytes.Slice(at, 3 * (2 << (flags & SizeBits)), "palette");
        at += palette.Length;
        return palette;
    }

    private static void PassPieces(FileBytes bytes, ref long at, MemoryStream? into)
    {
        while (true)
        {
            int length = bytes.Byte(at++, "data");
            if (length == 0) return;
            ReadOnlySpan<byte> piece = bytes.Slice(at, length, "data");
            at += length;
            into?.Write(piece);
        }
    }

    /// <summary>Counts the pixels that the codes stand for.</summary>
    private static void CheckPixels(ReadOnlySpan<byte> codes, int codeBits, long needed)
    {
        if (codeBits is < 1 or > 8) throw new InvalidDataException($"it is damaged: codes of {codeBits} bits");
        int clear = 1 << codeBits, end = clear + 1, next = end + 1, bits = codeBits + 1, before = -1;
        int[] lengths = new int[MostCodes];
        lengths.AsSpan(0, clear).Fill(1);
        long found = 0;
        for (long bit = 0; bit + bits <= codes.Length * 8L; )
        {
            int code = 0;
            for (int i = 0; i < bits; i++, bit++) code |= ((codes[(int)(bit >> 3)] >> (int)(bit & 7)) & 1) << i;
            if (code == end) break;
            if (code == clear)
            {
                (next, bits, before) = (end + 1, codeBits + 1, -1);
                continue;
            }
            if (code > next || (code == next && before < 0)) throw new InvalidDataException("it is damaged: a code stands for nothing");
            if (before >= 0 && next < MostCodes)
            {
                lengths[next++] = lengths[before] + 1;
                if (next == 1 << bits && bits < 12) bits++;
            }
            found += lengths[code];
            before = code;
        }
        if (found < needed) throw new InvalidDataException($"its pixels end after {found} of {needed}");
    }
}
