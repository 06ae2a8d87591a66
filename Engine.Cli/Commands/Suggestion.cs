namespace Scratch.Cli;

/// <summary>What someone may have meant by a misspelt word.</summary>
internal static class Suggestion
{
    private const int LettersPerError = 3;                                   // "trian" is one error away from "train", "x" from too many words

    /// <summary>The nearest of some words; none if all are far away.</summary>
    public static string? For(string word, IEnumerable<string> words)
    {
        var (nearest, errors) = words.Select(known => (known, Distance(word, known))).DefaultIfEmpty(("", int.MaxValue)).MinBy(pair => pair.Item2);
        return errors <= Math.Max(1, nearest.Length / LettersPerError) && errors < nearest.Length ? nearest : null;
    }

    /// <summary>How many letters were left out, added, changed, or swapped with their neighbour (optimal string alignment).</summary>
    public static int Distance(string from, string to)
    {
        int[,] errors = new int[from.Length + 1, to.Length + 1];             // from the first i letters to the first j
        for (int i = 0; i <= from.Length; i++)
        {
            for (int j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    errors[i, j] = i + j;
                    continue;
                }
                int same = from[i - 1] == to[j - 1] ? 0 : 1;
                int least = Math.Min(errors[i - 1, j - 1] + same, Math.Min(errors[i - 1, j], errors[i, j - 1]) + 1);
                bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
                errors[i, j] = swapped ? Math.Min(least, errors[i - 2, j - 2] + 1) : least;
            }
        }
        return errors[from.Length, to.Length];
    }
}
