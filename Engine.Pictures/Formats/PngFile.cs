using System.Text;
using Scratch.Files;

namespace Scratch.Pictures.Formats;

/// <summary>Reads a PNG chunk by chunk: what it says of itself, and whether it is whole.</summary>
/// <remarks>
/// Chunks are length (4 bytes), name (4), data, CRC of name and data (4). The data of all IDAT chunks one after the other are a zlib stream of
/// rows, each led by the number of its filter. Interlaced files hold seven pictures of rows (Adam7).
/// </remarks>
internal static class PngFile
{
    private const int SignatureLength = 8, HeaderAt = 16, HeaderLength = 13, Around = 12;  // bytes of a chunk around its data
    private const int GreyType = 0, RgbType = 2, PaletteType = 3, GreyAlphaType = 4, RgbaType = 6;

    private static readonly (int X, int Y, int StepX, int StepY)[] _adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>Whether it starts as one.</summary>
    public static bool IsOne(FileBytes bytes) => bytes.Has(0, [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);

    /// <summary>Walks over the chunks, up to IEND.</summary>
    /// <exception cref="InvalidDataException">One is missing or incomplete.</exception>
    public static PictureInfo Read(FileBytes bytes)
    {
        ReadOnlySpan<byte> header = bytes.Slice(HeaderAt, HeaderLength, "chunk IHDR");
        if (!bytes.Has(SignatureLength + 4, "IHDR"u8)) throw new InvalidDataException("its first chunk is not IHDR");
        int type = header[9];
        var (height, width) = Size(bytes);
        var info = new PictureInfo(PictureFormat.Png, height, width)
        {
            Depth = type == PaletteType ? 8 : header[8],
            IsGrey = type is GreyType or GreyAlphaType,
        };
        bool hasData = false;
        for (long at = SignatureLength; ; )
        {
            long length = bytes.Big32(at, "chunk after the last");
            string name = Encoding.Latin1.GetString(bytes.Slice(at + 4, 4, "chunk after the last"));
            if (!name.All(char.IsAsciiLetter)) throw new InvalidDataException($"it is damaged: no chunk starts at byte {at}");
            ReadOnlySpan<byte> data = bytes.Slice(at + 8, length + 4, $"chunk {name} at byte {at}")[..^4];
            switch (name)
            {
                case "IHDR" when at > SignatureLength: throw new InvalidDataException($"it is damaged: its chunk IHDR at byte {at} is a second one");
                case "PLTE" when type == PaletteType: info = info with { IsGrey = Palette.IsGrey(data, size: 3) }; break;
                case "eXIf": info = info with { Orientation = Exif.Orientation(data) }; break;
                case "iCCP": info = info with { HasProfile = true }; break;
                case "acTL": info = info with { HasMore = true }; break;
                case "IDAT": hasData = true; break;
                case "IEND": return hasData ? info : throw new InvalidDataException("it has no chunk IDAT");
            }
            at += length + Around;
        }
    }

    /// <summary>Compares the checksum of every chunk and that of the inflated rows, and whether the rows are all there.</summary>
    /// <exception cref="InvalidDataException">Something is damaged or missing.</exception>
    public static void CheckData(FileBytes bytes)
    {
        using var data = new MemoryStream();
        bool ends = false;
        for (long at = SignatureLength; !ends; )
        {
            long length = bytes.Big32(at, "chunk after the last");
            ReadOnlySpan<byte> named = bytes.Slice(at + 4, length + 4, "chunk");
            string name = Encoding.Latin1.GetString(named[..4]);
            if (Crc32.Of(named) != bytes.Big32(at + 8 + length, "chunk"))
                throw new InvalidDataException($"it is damaged: chunk {name} at byte {at} does not match its checksum");
            if (name == "IDAT") data.Write(named[4..]);
            ends = name == "IEND";
            at += length + Around;
        }
        data.Position = 0;
        long rows = RowBytes(bytes);
        ZlibData.Check(data, rows, rows);
    }

    private static (int Height, int Width) Size(FileBytes bytes) =>
        PictureSize.Checked(bytes.Big32(HeaderAt + 4, "chunk IHDR"), bytes.Big32(HeaderAt, "chunk IHDR"), bytes.Length);

    private static long RowBytes(FileBytes bytes)
    {
        ReadOnlySpan<byte> header = bytes.Slice(HeaderAt, HeaderLength, "chunk IHDR");
        (long height, long width) = Size(bytes);
        int channels = header[9] switch { RgbType => 3, GreyAlphaType => 2, RgbaType => 4, _ => 1 };
        int bits = channels * header[8];
        if (header[12] == 0) return height * RowLength(width, bits);
        long sum = 0;
        foreach (var (x, y, stepX, stepY) in _adam7)
        {
            long columns = (width - x + stepX - 1) / stepX, rows = (height - y + stepY - 1) / stepY;
            if (columns > 0 && rows > 0) sum += rows * RowLength(columns, bits);
        }
        return sum;
    }

    private static long RowLength(long width, int bits) => 1 + (width * bits + 7) / 8;
}
