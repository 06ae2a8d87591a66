using System.Text;

namespace Scratch.Cli.Reports;

/// <summary>Text that stands in a page as it is, whatever it holds.</summary>
internal static class Html
{
    /// <summary>For content and for attributes in double quotes. Control characters, which no page may hold, become a question mark.</summary>
    public static string Text(string text)
    {
        if (!text.Any(letter => letter is '&' or '<' or '>' or '"' || char.IsControl(letter) || char.IsSurrogate(letter))) return text;
        var safe = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())                         // half of a pair becomes the sign for what cannot be read
        {
            safe.Append(rune.Value switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\n' => " ",
                _ when Rune.IsControl(rune) => "?",
                _ => rune.ToString(),
            });
        }
        return safe.ToString();
    }
}
