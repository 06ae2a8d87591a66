namespace Scratch.Pictures.Formats;

/// <summary>The bits of VP8L: of each byte the lowest first. One that is asked for and not there means that the picture is cut short.</summary>
internal ref struct WebpBits(ReadOnlySpan<byte> bytes) : IBits
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>How many were read.</summary>
    public long Read { get; private set; }

    /// <summary>How many there are still.</summary>
    public readonly long Left => 8L * _bytes.Length - Read;

    /// <summary>The next one.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public int Next()
    {
        if (Left <= 0) throw new InvalidDataException($"it is cut short: its {_bytes.Length} coded bytes end before its pixels");
        int bit = _bytes[(int)(Read / 8)] >> (int)(Read % 8) & 1;
        Read++;
        return bit;
    }

    /// <summary>A number of so many bits, the lowest first.</summary>
    /// <exception cref="InvalidDataException">There are not so many.</exception>
    public int Number(int count)
    {
        int number = 0;
        for (int i = 0; i < count; i++) number |= Next() << i;
        return number;
    }
}
