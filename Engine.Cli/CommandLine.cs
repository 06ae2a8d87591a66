using System.CommandLine;
using Scratch.Cli.Reports;
using Scratch.Cli.Serve;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary>The commands, and what becomes of their errors: one line on standard error and an exit code.</summary>
/// <param name="terminal">Where they write.</param>
internal sealed class CommandLine(Terminal terminal)
{
    private const string ParameterNote = " (Parameter '";

    private readonly Option<bool> _verbose = new("--verbose") { Description = "Show where in the program an error came from.", Recursive = true };

    /// <summary>Runs one command.</summary>
    /// <param name="arguments">As the shell gives them.</param>
    /// <param name="cancellation">Stops a training as Ctrl-C does.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Run(IReadOnlyList<string> arguments, CancellationToken cancellation = default)
    {
        ParseResult parsed = Commands(cancellation).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpPage) return Complain(parsed);
        var writers = new InvocationConfiguration
        {
            Output = terminal.Output.Profile.Out.Writer,
            Error = terminal.Error.Profile.Out.Writer,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,                                // training listens for signals by itself; the rest may end at once
        };
        try
        {
            int code = parsed.Invoke(writers);
            return code == ExitCode.Done && terminal.IsOutputLost ? ExitCode.Failed : code;
        }
        catch (Exception e)                                                  // any: this is the end of the program
        {
            terminal.Fail(e is OutOfMemoryException ? OutOfMemory() : OneLine(e.Message));
            if (parsed.GetValue(_verbose)) terminal.Error.WriteLine(e.ToString());
            return e is UsageException ? ExitCode.WrongUsage : ExitCode.Failed;
        }
    }

    private static string OutOfMemory() =>
        $"not enough memory: .NET may take {Amount.OfBytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)} here. Take a smaller --batch-size or "
        + "fewer --threads; 'scratch summary' predicts what a step takes. In a container that is what it is given, less what the program itself "
        + "needs, unless DOTNET_GCHeapHardLimit or DOTNET_GCHeapHardLimitPercent of its environment say otherwise.";

    /// <summary>The program with all its commands.</summary>
    internal RootCommand Commands(CancellationToken cancellation)
    {
        var root = new RootCommand("Scratch: convolutional networks in pure C#, from the pixels to the gradients.")
        {
            TrainCommand.Create(terminal, cancellation),
            FindLrCommand.Create(terminal, cancellation),
            EvaluateCommand.Create(terminal),
            ReportCommand.Create(terminal),
            PredictCommand.Create(terminal),
            ServeCommand.Create(terminal, cancellation),
            SummaryCommand.Create(terminal),
            PlanCommand.Create(terminal),
            ListCommands.Models(terminal),
            ListCommands.Layers(terminal),
            GradcheckCommand.Create(terminal),
            VerifyCommand.Create(terminal),
            BenchCommand.Create(terminal),
            _verbose,
        };
        HelpPage help = HelpPage.Of(root, terminal);
        root.SetAction(help.Invoke);
        return root;
    }

    private int Complain(ParseResult parsed)
    {
        string command = parsed.CommandResult.Command is RootCommand ? "scratch" : $"scratch {parsed.CommandResult.Command.Name}";
        terminal.Fail($"{OneLine(parsed.Errors[0].Message)}{Hint(parsed)} See '{command} --help'.");
        return ExitCode.WrongUsage;
    }

    /// <summary>The command or option that the first unknown word may have meant.</summary>
    private string Hint(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens is not [var word, ..]) return "";
        Command command = parsed.CommandResult.Command;
        IEnumerable<string> words = word.StartsWith('-') ? command.Options.Append(_verbose).SelectMany(option => option.Aliases.Prepend(option.Name))
            : command.Subcommands.Select(known => known.Name);
        return Suggestion.For(word.Split('=')[0], words) is { } meant ? $" Did you mean '{meant}'?" : "";
    }

    /// <summary>A message without line breaks, and without the note that .NET adds for programmers.</summary>
    private static string OneLine(string message)
    {
        int note = message.IndexOf(ParameterNote, StringComparison.Ordinal);
        string own = note < 0 ? message : message[..note];
        return string.Join(' ', own.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
