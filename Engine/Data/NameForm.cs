using System.Globalization;
using System.Text;

namespace Scratch.Data;

/// <summary>Names as they are compared: a letter and its marks are one character, however they were written.</summary>
/// <remarks>
/// Some file systems store "é" as one character, others as "e" and a mark; a folder that was copied from one to the other is the same folder. What
/// the platform offers for this needs Unicode's own library, which an engine without native dependencies does not ask for. Marks that follow each
/// other in an order no script uses may stay apart.
/// </remarks>
public static class NameForm
{
    private const char Unknown = '\uFFFD';                                   // for what would move a terminal's cursor
    private const char FirstMark = '\u0300';                                 // below, nothing combines
    private const int Leads = 19, Vowels = 21, Tails = 28;                   // of Korean syllables, which are numbered by their letters
    private const char Lead = '\u1100', Vowel = '\u1161', NoTail = '\u11A7', Syllable = '\uAC00';

    private static readonly Dictionary<(char Letter, char Mark), char> _composed = NameMarks.All
        .SelectMany(row => row.Letters.Zip(row.Composed, (letter, composed) => (Pair: (letter, row.Mark), composed)))
        .ToDictionary(entry => entry.Pair, entry => entry.composed);

    /// <summary>The name with every letter and mark that Unicode has one character for as that character: of two names of one look, one in Unicode's
    /// form C and one in form D, the same. A control character becomes U+FFFD.</summary>
    /// <param name="name">Any text.</param>
    public static string Composed(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Any(char.IsControl)) name = string.Concat(name.Select(letter => char.IsControl(letter) ? Unknown : letter));
        if (!name.AsSpan().ContainsAnyInRange(FirstMark, char.MaxValue)) return name;
        var text = new StringBuilder(name.Length);
        int letter = -1;                                                     // where the last letter stands, which marks belong to
        foreach (char next in name)
        {
            bool isMark = IsMark(next);
            if (text.Length > 0 && Together(text[^1], next) is { } beside) text[^1] = beside;
            else if (isMark && letter >= 0 && Together(text[letter], next) is { } beyond) text[letter] = beyond;
            else
            {
                if (!isMark) letter = text.Length;
                text.Append(next);
            }
        }
        return text.ToString();
    }

    private static bool IsMark(char letter) =>
        char.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static char? Together(char letter, char next)
    {
        int lead = letter - Lead, vowel = next - Vowel, syllable = letter - Syllable, tail = next - NoTail;
        if (lead is >= 0 and < Leads && vowel is >= 0 and < Vowels) return (char)(Syllable + (lead * Vowels + vowel) * Tails);
        if (syllable is >= 0 and < Leads * Vowels * Tails && syllable % Tails == 0 && tail is > 0 and < Tails) return (char)(letter + tail);
        return _composed.TryGetValue((letter, next), out char composed) ? composed : null;
    }
}
