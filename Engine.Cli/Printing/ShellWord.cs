namespace Scratch.Cli;

/// <summary>Text as one word of a shell's command line.</summary>
internal static class ShellWord
{
    private const string Plain = "_-+=.,:/@%";                               // beside letters and digits; "~" is a home folder at the start

    /// <summary>The word; in single quotes where a character could mean something to the shell.</summary>
    /// <remarks>As a POSIX shell reads them: between single quotes all but a single quote is itself.</remarks>
    public static string Quoted(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || Plain.Contains(c))
        ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
