namespace Scratch.Pictures.Formats;

/// <summary>One prefix code of a JPEG: which bits stand for which symbol.</summary>
/// <remarks>Codes of one length count up, shorter ones come first (ITU T.81, C.2).</remarks>
internal sealed class JpegCode
{
    private const int Longest = 16;

    private readonly int[] _counts = new int[Longest + 1];
    private readonly byte[] _symbols;

    private JpegCode(ReadOnlySpan<byte> table)
    {
        for (int length = 1; length <= Longest; length++) _counts[length] = table[length - 1];
        _symbols = table.Slice(Longest, _counts.Sum()).ToArray();
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
    public byte Next(ref JpegBits bits)
    {
        for (int length = 1, code = 0, first = 0, index = 0; length <= Longest; length++)
        {
            code = 2 * code + bits.Next();
            first *= 2;
            if (code - first < _counts[length]) return _symbols[index + code - first];
            index += _counts[length];
            first += _counts[length];
        }
        throw new InvalidDataException("it is damaged: a scan has bits that are no code");
    }
}
