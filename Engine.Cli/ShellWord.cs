namespace Scratch.Cli;

/// <summary>Text as one word of a shell's command line.</summary>
internal static class ShellWord
{
    private const string Plain = "_-+=.,:/@%";                               // beside letters and digits; "~" is none: at the start it is a home folder

    /// <summary>The word; in single quotes where a character could mean something to the shell, as a POSIX shell reads them: all but a quote is itself.</summary>
    public static string Quoted(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal))
        ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
