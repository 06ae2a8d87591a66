using System.Buffers.Binary;

namespace Scratch.Pictures.Formats;

/// <summary>The bytes of a file, read by place. What is asked for and not there means that the file is cut short.</summary>
internal readonly ref struct FileBytes(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>How many there are.</summary>
    public int Length => _bytes.Length;

    /// <summary>Some bytes.</summary>
    /// <exception cref="InvalidDataException">They are not all there.</exception>
    public ReadOnlySpan<byte> Slice(long from, long count, string part) =>
        from >= 0 && count >= 0 && from + count <= _bytes.Length ? _bytes.Slice((int)from, (int)count) : throw CutShort(part, from + count);

    /// <summary>From a place to the end.</summary>
    public ReadOnlySpan<byte> From(int from) => _bytes[Math.Min(from, _bytes.Length)..];

    /// <summary>One byte.</summary>
    public byte Byte(long at, string part) => Slice(at, 1, part)[0];

    /// <summary>Two bytes, the greater first.</summary>
    public int Big16(long at, string part) => BinaryPrimitives.ReadUInt16BigEndian(Slice(at, sizeof(ushort), part));

    /// <summary>Four bytes, the greatest first.</summary>
    public long Big32(long at, string part) => BinaryPrimitives.ReadUInt32BigEndian(Slice(at, sizeof(uint), part));

    /// <summary>Two bytes, the lesser first.</summary>
    public int Little16(long at, string part) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(at, sizeof(ushort), part));

    /// <summary>Four bytes, the least first.</summary>
    public long Little32(long at, string part) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(at, sizeof(uint), part));

    /// <summary>Whether these bytes stand there.</summary>
    public bool Has(int at, ReadOnlySpan<byte> wanted) => at <= _bytes.Length && _bytes[at..].StartsWith(wanted);

    private InvalidDataException CutShort(string part, long needed) =>
        new($"it is cut short: it has {_bytes.Length} bytes, its {part} goes to byte {needed}");
}
