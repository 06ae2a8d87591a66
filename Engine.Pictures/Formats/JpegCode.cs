namespace Scratch.Pictures.Formats;

/// <summary>One prefix code of a JPEG: which bits stand for which symbol.</summary>
/// <remarks>ITU T.81, C.2.</remarks>
internal sealed class JpegCode
{
    private const int Longest = 16;

    private readonly PrefixCode<byte> _code;

    private JpegCode(ReadOnlySpan<byte> table)
    {
        int[] counts = new int[Longest + 1];
        for (int length = 1; length <= Longest; length++) counts[length] = table[length - 1];
        _code = new(counts, table.Slice(Longest, counts.Sum()).ToArray());
    }

    /// <summary>Reads a code, and goes on behind it.</summary>
    /// <param name="segment">How many codes there are of each length, from 1 to 16 bits, then their symbols.</param>
    /// <exception cref="InvalidDataException">They are not all there.</exception>
    public static JpegCode Of(ref ReadOnlySpan<byte> segment)
    {
        int symbols = 0;
        if (segment.Length >= Longest)
            foreach (byte count in segment[..Longest]) symbols += count;
        if (segment.Length < Longest + symbols) throw new InvalidDataException("it is damaged: a table of codes is cut short");
        var code = new JpegCode(segment);
        segment = segment[(Longest + symbols)..];
        return code;
    }

    /// <summary>The next symbol.</summary>
    /// <exception cref="InvalidDataException">These bits stand for none, or end.</exception>
    public byte Next(ref JpegBits bits) =>
        _code.TryNext(ref bits, out byte symbol) ? symbol : throw new InvalidDataException("it is damaged: a scan has bits that are no code");
}
