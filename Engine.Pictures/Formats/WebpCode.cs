namespace Scratch.Pictures.Formats;

/// <summary>One prefix code of VP8L: which bits stand for which symbol.</summary>
/// <remarks>Canonical, as deflate's: shorter codes first, of one length in the order of their symbols. A symbol that is the only one has no bits.
/// </remarks>
internal readonly struct WebpCode
{
    private const int Longest = 15, Lengths = 19, Previous = 16, FirstLength = 8;

    // The lengths of codes for lengths stand in this order.
    private static ReadOnlySpan<byte> Order => [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    private readonly int[] _symbols;
    private readonly PrefixCode<int> _code;

    private WebpCode(ReadOnlySpan<byte> lengths)
    {
        int[] counts = new int[Longest + 1];
        foreach (byte length in lengths) counts[length]++;
        counts[0] = 0;
        _symbols = new int[counts.Sum()];
        int open = 1, found = 0;
        for (int length = 1; length <= Longest; length++)
        {
            open = 2 * open - counts[length];
            if (open < 0) throw Damaged();
            for (int symbol = 0; symbol < lengths.Length && counts[length] > 0; symbol++)
                if (lengths[symbol] == length) _symbols[found++] = symbol;
        }
        if (found == 0 || (open > 0 && found > 1)) throw Damaged();
        _code = new(counts, _symbols);
    }

    /// <summary>Reads a code.</summary>
    /// <param name="bits">Where it stands.</param>
    /// <param name="alphabet">How many symbols there may be.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static WebpCode Of(ref WebpBits bits, int alphabet)
    {
        byte[] lengths = new byte[Math.Max(alphabet, 1 << FirstLength)];
        if (bits.Next() == 1)
        {
            bool areTwo = bits.Next() == 1;
            lengths[bits.Number(bits.Next() == 1 ? FirstLength : 1)] = 1;
            if (areTwo) lengths[bits.Number(FirstLength)] = 1;
        }
        else ReadLengths(ref bits, lengths.AsSpan(0, alphabet));
        return new(lengths.AsSpan(0, alphabet));
    }

    /// <summary>The next symbol.</summary>
    public int Next(ref WebpBits bits)
    {
        if (_symbols.Length == 1) return _symbols[0];
        return _code.TryNext(ref bits, out int symbol) ? symbol : throw Damaged();
    }

    // A code for lengths, then the lengths by it: one for each symbol, or as many of them as a number says. 16 repeats the last one that was not 0,
    // 17 and 18 are zeros.
    private static void ReadLengths(ref WebpBits bits, Span<byte> lengths)
    {
        Span<byte> coded = stackalloc byte[Lengths];
        for (int i = 0, count = bits.Number(4) + 4; i < count; i++) coded[i < Lengths ? Order[i] : throw Damaged()] = (byte)bits.Number(3);
        var code = new WebpCode(coded);
        int most = bits.Next() == 1 ? 2 + bits.Number(2 + 2 * bits.Number(3)) : lengths.Length;
        if (most > lengths.Length) throw Damaged();
        byte last = FirstLength;
        for (int symbol = 0; symbol < lengths.Length && most > 0; most--)
        {
            int length = code.Next(ref bits);
            if (length < Previous)
            {
                lengths[symbol++] = (byte)length;
                if (length > 0) last = (byte)length;
                continue;
            }
            int times = length switch { Previous => 3 + bits.Number(2), 17 => 3 + bits.Number(3), _ => 11 + bits.Number(7) };
            if (symbol + times > lengths.Length) throw Damaged();
            lengths.Slice(symbol, times).Fill(length == Previous ? last : (byte)0);
            symbol += times;
        }
    }

    private static InvalidDataException Damaged() => new("a code of its pixels is damaged");
}
