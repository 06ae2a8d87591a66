namespace Scratch.Pictures.Formats;

/// <summary>Bits to be read one after the other.</summary>
internal interface IBits
{
    /// <summary>The next one.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    int Next();
}

/// <summary>Which bits stand for which symbol: shorter codes first, those of one length count up.</summary>
/// <param name="counts">How many codes there are of each length, from 0 on.</param>
/// <param name="symbols">Theirs, in order.</param>
internal readonly struct PrefixCode<S>(int[] counts, S[] symbols)
{
    /// <summary>The next symbol.</summary>
    /// <returns>Whether these bits stand for one.</returns>
    /// <exception cref="InvalidDataException">They end.</exception>
    public bool TryNext<B>(ref B bits, out S symbol) where B : struct, IBits, allows ref struct
    {
        for (int length = 1, code = 0, first = 0, index = 0; length < counts.Length; length++)
        {
            code = 2 * code + bits.Next();
            first *= 2;
            if (code - first < counts[length])
            {
                symbol = symbols[index + code - first];
                return true;
            }
            index += counts[length];
            first += counts[length];
        }
        symbol = default!;
        return false;
    }
}
