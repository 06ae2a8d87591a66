using Scratch.Kernels.Simd;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Scratch.Cli;

/// <summary>Where commands write: results on standard output, progress and diagnostics on standard error.</summary>
/// <remarks>
/// On a terminal with colours (and without <c>NO_COLOR</c>) text is styled; into a file or a pipe it is plain, and no line is broken or cut.
/// </remarks>
internal sealed class Terminal
{
    private const int Unlimited = 100_000;                                   // columns
    private const int UsualText = 80, LeastText = 40;                        // a narrower terminal breaks the lines itself

    private readonly LastingWriter _output;

    /// <summary>A terminal that writes to the given writers; only those of the process can be interactive.</summary>
    /// <param name="output">For results.</param>
    /// <param name="error">For the rest.</param>
    /// <param name="input">What is piped in; nothing if null.</param>
    public Terminal(TextWriter output, TextWriter error, Stream? input = null)
        : this(new LastingWriter(output), new LastingWriter(error), outputIsSeen: false, errorIsSeen: false) => Input = input ?? Stream.Null;

    private Terminal(LastingWriter output, LastingWriter error, bool outputIsSeen, bool errorIsSeen)
    {
        _output = output;
        (Output, Error) = (Create(new TerminalStream(output, outputIsSeen)), Create(new TerminalStream(error, errorIsSeen)));
        Output.Profile.Width = ListWidth;
        output.Failed = e => Fail($"standard output is lost: {e.Message}");
    }

    /// <summary>What is piped in.</summary>
    public Stream Input { get; private init; } = Stream.Null;

    /// <summary>Results.</summary>
    public IAnsiConsole Output { get; }

    /// <summary>Progress, diagnostics, errors.</summary>
    public IAnsiConsole Error { get; }

    /// <summary>Whether someone sees a progress bar.</summary>
    public bool ShowsProgress => Error.Profile.Out.IsTerminal && Error.Profile.Capabilities.Ansi;

    /// <summary>Whether results are seen in colours.</summary>
    public bool HasColors => Output.Profile.Out.IsTerminal && Output.Profile.Capabilities.ColorSystem >= ColorSystem.EightBit;

    /// <summary>How many letters of results fit beside each other; very many where nobody looks.</summary>
    public int Columns => Output.Profile.Out.IsTerminal ? Output.Profile.Out.Width : Unlimited;

    /// <summary>How many letters a line of a list may be wide: what the terminal has; all that it takes where nobody looks.</summary>
    public int ListWidth => Math.Max(Columns, LeastText);

    /// <summary>How many letters a table may be wide: what the terminal has, and what is usual where nobody looks.</summary>
    public int TableWidth => Output.Profile.Out.IsTerminal ? ListWidth : UsualText;

    /// <summary>How many letters a line of text may have: as many, but no more than are usual.</summary>
    public int TextWidth => Math.Min(TableWidth, UsualText);

    /// <summary>Whether some of the results could not be written.</summary>
    public bool IsOutputLost => _output.Failure is not null;

    /// <summary>The terminal of this process.</summary>
    public static Terminal OfProcess()
    {
        var (output, error) = (new LastingWriter(Console.Out), new LastingWriter(Console.Error));
        Console.SetOut(output);                                              // by this others know the streams of the process
        Console.SetError(error);
        return new(output, error, !Console.IsOutputRedirected, !Console.IsErrorRedirected) { Input = Console.OpenStandardInput() };
    }

    /// <summary>One line of a result.</summary>
    public void WriteLine(string text) => Output.WriteLine(Plain(text));

    /// <summary>A result that is not cut, however narrow the terminal is: that breaks its lines itself.</summary>
    public void WriteWhole(IRenderable result)
    {
        Output.Profile.Width = Unlimited;
        Output.Write(result);
        Output.Profile.Width = ListWidth;
    }

    /// <summary>A result for programs, as it is.</summary>
    public void WriteText(string text) => Output.Profile.Out.Writer.WriteLine(text);

    /// <summary>One line for who watches, not for who reads the result.</summary>
    public void Diagnose(string text) => Error.MarkupLineInterpolated($"[grey]{Plain(text)}[/]");

    /// <summary>One line that something is not as it was meant to be.</summary>
    public void Notice(string text) => Error.MarkupLineInterpolated($"[yellow]{Plain(text)}[/]");

    /// <summary>Says with what the engine computes, and warns where it will be slow.</summary>
    /// <param name="threads">How many threads were asked for.</param>
    public void DescribeProcessor(int threads)
    {
        Diagnose($"{Processor.Description}, {Amount.Of(threads, "thread")}");
        if (!Processor.HasFusedMultiplyAdd)
            Notice("warning: no fused multiply-add here, expect a hundredth of the speed. Published ahead of time? Name a newer "
                + "instruction set, such as x86-64-v3.");
    }

    /// <summary>One line that says why nothing comes of it.</summary>
    public void Fail(string text) => Error.MarkupLineInterpolated($"[red]error: {Plain(text)}[/]");

    // Names come from files and folders of strangers: nothing in them reaches the terminal that it would obey.
    private static string Plain(string text) => !text.Any(IsCommand) ? text
        : string.Concat(text.Select(letter => IsCommand(letter) ? $"\\u{(int)letter:X4}" : $"{letter}"));

    private static bool IsCommand(char letter) => char.IsControl(letter) && letter is not ('\n' or '\t');

    private static IAnsiConsole Create(TerminalStream target)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = target,
            Ansi = target.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            // By the stream itself: detection looks at standard output only, and that may go into a pipe while standard error has someone watching.
            Interactive = target.IsTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            ColorSystem = target.IsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        if (!target.IsTerminal) console.Profile.Width = Unlimited;
        return console;
    }
}
