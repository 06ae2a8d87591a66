using System.Text.Encodings.Web;

namespace Scratch.Files;

/// <summary>Text from a file of a stranger, fit for one line of a message: what would move a terminal's cursor, or fill its screen,
/// does not.</summary>
internal static class PrintableText
{
    private const int Most = 120;

    /// <summary>Control characters escaped, and cut where it is long.</summary>
    public static string Of(string text)
    {
        string cut = text.Length > Most ? $"{text.AsSpan(0, Most)}…" : text.TrimEnd('.');
        return JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(cut).Replace("\\\"", "\"", StringComparison.Ordinal);
    }
}
