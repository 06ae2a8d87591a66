using System.Text;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary>A writer of the process, and whether a terminal is behind it: that cannot be seen any more once it is wrapped.</summary>
/// <param name="writer">Where the text goes.</param>
/// <param name="isTerminal">Whether someone sees it at once.</param>
internal sealed class TerminalStream(TextWriter writer, bool isTerminal) : IAnsiConsoleOutput
{
    private const int UsualWidth = 80, UsualHeight = 24;                     // where the terminal does not say

    /// <inheritdoc/>
    public TextWriter Writer => writer;

    /// <inheritdoc/>
    public bool IsTerminal => isTerminal;

    /// <inheritdoc/>
    public int Width => Asked(() => Console.WindowWidth, UsualWidth);

    /// <inheritdoc/>
    public int Height => Asked(() => Console.WindowHeight, UsualHeight);

    /// <inheritdoc/>
    public void SetEncoding(Encoding encoding)
    {
    }

    private int Asked(Func<int> ask, int otherwise)
    {
        if (!isTerminal) return otherwise;
        try
        {
            return ask() is > 0 and var size ? size : otherwise;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            return otherwise;
        }
    }
}
