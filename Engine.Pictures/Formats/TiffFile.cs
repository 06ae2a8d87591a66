namespace Scratch.Pictures.Formats;

/// <summary>Reads the first directory of a TIFF: what it says of itself, and whether its pixels are all there.</summary>
/// <remarks>
/// Pixels lie in strips (some rows) or tiles. Kinds that the decoder does not know, or that are seldom, are refused with their names: fax and JPEG
/// within TIFF, less than 8 bits, floating point, CMYK, grey with alpha.
/// </remarks>
internal static class TiffFile
{
    private const int WidthTag = 256, HeightTag = 257, BitsTag = 258, PackingTag = 259, ColourTag = 262, StripsTag = 273, ChannelsTag = 277;
    private const int RowsTag = 278;
    private const int StripLengthsTag = 279, PaletteTag = 320, TilesTag = 324, TileLengthsTag = 325, NumbersTag = 339, ProfileTag = 34675;
    private const long MostOfStrip = 1 << 24;
    private const int Plain = 1, Lzw = 5, Zip = 8, OldZip = 32946, PackBits = 32773;
    private const int WhiteIsZero = 0, BlackIsZero = 1, Rgb = 2, PaletteColour = 3;

    /// <summary>Whether it starts as one.</summary>
    public static bool IsOne(FileBytes bytes) => TiffDirectory.IsOne(bytes);

    /// <summary>Reads the directory.</summary>
    /// <exception cref="InvalidDataException">Something is missing, or of a kind that cannot be read.</exception>
    public static PictureInfo Read(FileBytes bytes)
    {
        TiffDirectory tags = TiffDirectory.Read(bytes);
        var (height, width) = PictureSize.Checked(tags.First(HeightTag, 0), tags.First(WidthTag, 0), bytes.Length);
        long bits = tags.First(BitsTag, 1), packing = tags.First(PackingTag, Plain);
        long colour = tags.First(ColourTag, -1), channels = tags.First(ChannelsTag, 1);
        long[] allBits = tags.All(BitsTag) is [_, ..] all ? all : [bits];
        Refuse(allBits.Any(other => other != bits) || bits is not (8 or 16), $"of {string.Join(", ", allBits)} bits a channel");
        Refuse(tags.First(NumbersTag, 1) != 1, "of numbers with a sign or a fraction");
        Refuse(packing is not (Plain or Lzw or Zip or OldZip or PackBits), $"packed in way {packing}");
        Refuse((colour, channels) is not ((WhiteIsZero or BlackIsZero or PaletteColour, 1) or (Rgb, 3 or 4)),
            $"of {channels} channels in colours of kind {colour}");
        long[] places = tags.All(StripsTag), lengths = tags.All(StripLengthsTag);
        bool tiled = places.Length == 0;
        if (tiled) (places, lengths) = (tags.All(TilesTag), tags.All(TileLengthsTag));
        if (places.Length == 0 || places.Length != lengths.Length) throw new InvalidDataException("it has no pixels");
        long needed = (long)height * width * channels * bits / 8;
        for (int i = 0; i < places.Length; i++) bytes.Slice(places[i], lengths[i], $"pixels {i + 1} of {places.Length}");
        if (lengths.Sum() > bytes.Length) throw new InvalidDataException("it is damaged: its pixels lie one upon the other");
        if (packing == Plain && lengths.Sum() < needed) throw new InvalidDataException($"its pixels end after {lengths.Sum()} of {needed} bytes");
        long rows = tags.First(RowsTag, uint.MaxValue);                      // of a strip: the decoder takes memory for so many
        if (!tiled && rows > height && rows != uint.MaxValue && needed / height * rows > MostOfStrip)
            throw new InvalidDataException($"its strips are of {rows} rows, it has {height}");
        if (packing is Zip or OldZip) CheckZipped(bytes, places, lengths, needed);
        return new(PictureFormat.Tiff, height, width)
        {
            Orientation = Exif.Orientation(tags),
            IsGrey = colour is WhiteIsZero or BlackIsZero || (colour == PaletteColour && IsGrey(tags.All(PaletteTag))),
            Depth = (int)bits,
            HasMore = tags.HasNext,
            HasProfile = tags.All(ProfileTag).Length > 0,
        };
    }

    private static void Refuse(bool isUnknown, string kind)
    {
        if (isUnknown) throw new InvalidDataException($"it is a TIFF {kind}, which cannot be read; save it as PNG");
    }

    private static void CheckZipped(FileBytes bytes, long[] places, long[] lengths, long needed)
    {
        long found = 0;
        for (int i = 0; i < places.Length; i++)
        {
            using var data = new MemoryStream(bytes.Slice(places[i], lengths[i], "pixels").ToArray());
            found += ZlibData.Check(data, 1, needed);
        }
        if (found < needed) throw new InvalidDataException($"its pixels end after {found} of {needed} bytes");
    }

    /// <summary>A palette holds all reds, then all greens, then all blues.</summary>
    private static bool IsGrey(long[] palette)
    {
        int count = palette.Length / 3;
        ReadOnlySpan<long> red = palette.AsSpan(0, count);
        return red.SequenceEqual(palette.AsSpan(count, count)) && red.SequenceEqual(palette.AsSpan(2 * count, count));
    }
}
