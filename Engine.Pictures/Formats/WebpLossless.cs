namespace Scratch.Pictures.Formats;

/// <summary>The beginning of VP8L's pixels: as far as it says how many tables their decoder needs.</summary>
/// <remarks>
/// Before the pixels stand the data of transforms, which are small pictures themselves, and one more of which every pixel says by which group of five
/// codes a square of pixels is coded. The decoder takes tables of some 20 to 40 KB for every group up to the highest number, before it reads their
/// codes: a picture of 200 bytes that names group 65,535 takes 1.4 GB. So the small pictures are gone through here, without keeping them, and the
/// groups must have room in the bytes that follow.
/// Source: RFC 9649, section 3.
/// </remarks>
internal static class WebpLossless
{
    /// <summary>The most groups of codes; libwebp and what is made of it write 2600 at most.</summary>
    public const int MostGroups = 4096;

    private const int Literals = 256, Lengths = 24, Distances = 40, CodesOfGroup = 5, LeastBitsOfCode = 4, MostCacheBits = 11;

    private enum Transform
    {
        Predictor, Color, SubtractGreen, Palette,
    }

    /// <summary>Reads up to the codes of the pixels.</summary>
    /// <param name="data">From the first transform on.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <exception cref="InvalidDataException">It is damaged, or names more groups than are there.</exception>
    public static void CheckGroups(ReadOnlySpan<byte> data, int width, int height)
    {
        var bits = new WebpBits(data);
        for (int seen = 0; bits.Next() == 1; )
        {
            var transform = (Transform)bits.Number(2);
            if ((seen >> (int)transform & 1) == 1) throw new InvalidDataException("a transform of its pixels is there twice");
            seen |= 1 << (int)transform;
            if (transform is Transform.Predictor or Transform.Color) PassSquares(ref bits, width, height);
            if (transform != Transform.Palette) continue;
            int colors = bits.Number(8) + 1, pixelsInOne = colors <= 2 ? 8 : colors <= 4 ? 4 : colors <= 16 ? 2 : 1;
            PassPicture(ref bits, colors);
            width = (width + pixelsInOne - 1) / pixelsInOne;
        }
        CacheSize(ref bits);
        if (bits.Next() == 0) return;
        int groups = PassSquares(ref bits, width, height) + 1;
        if (groups > MostGroups || groups * (long)(CodesOfGroup * LeastBitsOfCode) > bits.Left)
            throw new InvalidDataException($"it has {groups} groups of codes in {bits.Left / 8} bytes, which must be at least "
                + $"{CodesOfGroup * LeastBitsOfCode} bits each and at most {MostGroups}");
    }

    // A picture with one pixel for each square of pixels.
    private static int PassSquares(ref WebpBits bits, int width, int height)
    {
        int side = 4 << bits.Number(3);
        return PassPicture(ref bits, (width + side - 1) / side * ((height + side - 1) / side));
    }

    // Returns the greatest number in red and green. Only what is written out has to be looked at for that: copies and the cache repeat it.
    private static int PassPicture(ref WebpBits bits, int pixels)
    {
        int most = 0, green = Literals + Lengths + CacheSize(ref bits);
        WebpCode main = WebpCode.Of(ref bits, green), red = WebpCode.Of(ref bits, Literals), blue = WebpCode.Of(ref bits, Literals),
            alpha = WebpCode.Of(ref bits, Literals), distance = WebpCode.Of(ref bits, Distances);
        while (pixels > 0)
        {
            long before = bits.Read;
            int symbol = main.Next(ref bits);
            if (symbol < Literals)
            {
                most = Math.Max(most, red.Next(ref bits) << 8 | symbol);
                blue.Next(ref bits);
                alpha.Next(ref bits);
                pixels--;
            }
            else if (symbol < Literals + Lengths)
            {
                pixels -= Repeats(ref bits, symbol - Literals);
                Repeats(ref bits, distance.Next(ref bits));
            }
            else pixels--;
            if (bits.Read == before) return most;                            // it is of one colour
        }
        return pixels == 0 ? most : throw new InvalidDataException("a copy of its pixels goes beyond their end");
    }

    // A length or a distance: a symbol, and the lower bits of greater ones.
    private static int Repeats(ref WebpBits bits, int symbol)
    {
        if (symbol < 4) return symbol + 1;
        int more = (symbol - 2) >> 1;
        return ((2 + (symbol & 1)) << more) + bits.Number(more) + 1;
    }

    private static int CacheSize(ref WebpBits bits)
    {
        if (bits.Next() == 0) return 0;
        int size = bits.Number(4);
        return size is >= 1 and <= MostCacheBits ? 1 << size : throw new InvalidDataException($"its cache of colours has {size} bits");
    }
}
