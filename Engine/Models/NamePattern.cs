namespace Scratch.Models;

/// <summary>A pattern of names: <c>*</c> is any letters or none, <c>?</c> any one; the rest is itself. <c>layer1.*</c> is all of
/// <c>layer1</c>.</summary>
internal static class NamePattern
{
    /// <summary>Whether a name is one of the pattern's.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int p = 0, n = 0, star = -1, afterStar = 0;                          // the last star, and the name's letters that it does without
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*') (star, afterStar, p) = (p, n, p + 1);
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == name[n])) (p, n) = (p + 1, n + 1);
            else if (star >= 0) (p, n) = (star + 1, ++afterStar);
            else return false;
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }
}
