namespace Scratch.Pictures.Formats;

/// <summary>The colours that pixels choose from by number.</summary>
internal static class Palette
{
    /// <summary>Whether every colour has as much red as green as blue.</summary>
    /// <param name="entries">The colours.</param>
    /// <param name="size">Bytes of a colour, of which the first three count.</param>
    public static bool IsGrey(ReadOnlySpan<byte> entries, int size)
    {
        for (int i = 0; i + 3 <= entries.Length; i += size)
            if (entries[i] != entries[i + 1] || entries[i] != entries[i + 2]) return false;
        return true;
    }
}
