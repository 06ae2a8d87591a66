using System.Buffers.Binary;

namespace Scratch.Pictures.Formats;

/// <summary>The first directory of a TIFF file: numbers by tag. EXIF data are laid out alike.</summary>
/// <remarks>
/// Byte order (<c>II</c> or <c>MM</c>), 42, place of the directory; there: a count and entries of tag (2 bytes), type (2), count (4), and the values
/// or, where they take more than 4 bytes, their place.
/// </remarks>
internal sealed class TiffDirectory
{
    private const int EntryLength = 12;

    private readonly Dictionary<int, long[]> _values = [];

    private TiffDirectory(bool hasNext) => HasNext = hasNext;

    /// <summary>Whether another directory follows.</summary>
    public bool HasNext { get; }

    /// <summary>Whether it starts as one.</summary>
    public static bool IsOne(FileBytes bytes) => bytes.Has(0, "II*\0"u8) || bytes.Has(0, "MM\0*"u8);

    /// <summary>Reads the first directory.</summary>
    /// <exception cref="InvalidDataException">It is incomplete.</exception>
    public static TiffDirectory Read(FileBytes bytes)
    {
        const string Part = "directory";
        bool little = bytes.Has(0, "II"u8);
        long at = Number(bytes.Slice(4, 4, Part), little), count = Number(bytes.Slice(at, 2, Part), little);
        at += 2;
        long all = 0;
        var directory = new TiffDirectory(Number(bytes.Slice(at + count * EntryLength, 4, Part), little) != 0);
        for (int i = 0; i < count; i++, at += EntryLength)
        {
            ReadOnlySpan<byte> entry = bytes.Slice(at, EntryLength, Part);
            int size = Number(entry.Slice(2, 2), little) switch { 1 => 1, 3 => 2, 4 => 4, _ => 0 };
            if (size == 0) continue;                                         // text, fractions: nothing that is asked for here
            long values = Number(entry.Slice(4, 4), little);
            if ((all += values * size) > bytes.Length)
                throw new InvalidDataException($"its directory has more numbers than its {bytes.Length} bytes hold: several tags share them");
            ReadOnlySpan<byte> data = values * size <= 4 ? entry[8..] : bytes.Slice(Number(entry.Slice(8, 4), little), values * size, Part);
            long[] read = new long[values];
            for (int v = 0; v < read.Length; v++) read[v] = Number(data.Slice(v * size, size), little);
            directory._values[(int)Number(entry[..2], little)] = read;
        }
        return directory;
    }

    /// <summary>All numbers of a tag; none if it is not there.</summary>
    public long[] All(int tag) => _values.GetValueOrDefault(tag, []);

    /// <summary>The first number of a tag.</summary>
    public long First(int tag, long otherwise) => All(tag) is [long first, ..] ? first : otherwise;

    private static long Number(ReadOnlySpan<byte> bytes, bool little) => bytes.Length switch
    {
        1 => bytes[0],
        2 => little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes),
        _ => little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes),
    };
}
