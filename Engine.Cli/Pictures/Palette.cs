namespace Scratch.Cli.Pictures;

/// <summary>The colours that pixels choose from by number.</summary>
internal static class Palette
{
    /// <summary>Whether every colour has as much red as green as blue; entries are of <paramref name="size"/> bytes, of which the first three count.</summary>
    public static bool IsGrey(ReadOnlySpan<byte> entries, int size)
    {
        for (int i = 0; i + 3 <= entries.Length; i += size)
            if (entries[i] != entries[i + 1] || entries[i] != entries[i + 2]) return false;
        return true;
    }
}
