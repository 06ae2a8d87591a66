using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;
using Scratch.Tensors;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary><c>--help</c>: what a command does and takes, its options in groups, and an example to copy; in 80 columns, or those of a narrower
/// terminal. The list of commands has one sentence for each.</summary>
/// <param name="terminal">Where to print.</param>
internal sealed class HelpPage(Terminal terminal) : SynchronousCommandLineAction
{
    private const int Column = 26;                                           // where descriptions begin; a name that is longer has a line of its own

    private const string First = "scratch train --out runs/first", Second = "scratch train --model lesson-bn --schedule one-cycle --out runs/second";
    private const char Unbroken = '\u00a0';                                  // a space at which no line ends

    private static readonly Dictionary<string, string[]> _examples = new()
    {
        ["train"] = ["scratch train --epochs 1", Second],
        ["find-lr"] = ["scratch find-lr --model lesson-bn --optimizer adamw"],
        ["evaluate"] = [First, "scratch evaluate runs/first/model.safetensors"],
        ["report"] = [First, Second, "scratch report runs/first runs/second"],
        ["predict"] = [First, "scratch predict runs/first/model.safetensors data/seven.png"],
        ["serve"] = [First, "scratch serve runs/first/model.safetensors"],
        ["summary"] = ["scratch summary --model resnet50 --image 3x224x224 --classes 1000"],
        ["plan"] = ["scratch plan --model resnet9 --train"],
        ["models"] = ["scratch models"],
        ["layers"] = ["scratch layers"],
        ["gradcheck"] = ["scratch gradcheck --model lesson --sample 50"],
        ["verify"] = ["scratch verify --cases 2"],
        ["bench"] = ["scratch bench --filter infer/lesson --seconds 0.2"],
    };

    /// <summary>Commands to copy, of a command by its name; each after those before it, in the folder of the repository.</summary>
    public static IReadOnlyDictionary<string, string[]> Examples => _examples;

    /// <summary>Gives a root's own help option this page.</summary>
    /// <param name="root">The program.</param>
    /// <param name="terminal">Where to print.</param>
    public static HelpPage Of(RootCommand root, Terminal terminal)
    {
        var page = new HelpPage(terminal);
        root.Options.OfType<HelpOption>().Single().Action = page;
        return page;
    }

    /// <summary>The options of a command, and those that all have.</summary>
    public static IEnumerable<Option> OptionsOf(Command command) => command.Options
        .Concat(command.Parents.OfType<Command>().SelectMany(parent => parent.Options.Where(option => option.Recursive)))
        .Where(option => !option.Hidden).DistinctBy(option => option.Name);

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Command command = parseResult.CommandResult.Command;
        foreach (string line in command.Description!.Split('\n')) Write(line, line.Length - line.TrimStart().Length);
        Heading("Usage:");
        Write($"  {Usage(command)}", 2);
        if (command.Arguments.Count > 0) Heading("Arguments:");
        foreach (Argument argument in command.Arguments) Entry(Named(argument), argument.Description!);
        foreach (var (heading, options) in OptionGroups.All)
        {
            Option[] own = [.. options.SelectMany(name => OptionsOf(command).Where(option => option.Name == name))];
            if (own.Length > 0) Heading($"{heading}:");
            foreach (Option option in own) Entry(Named(option), About(option));
        }
        if (command.Subcommands.Count > 0) Heading("Commands:");
        foreach (Command each in command.Subcommands) Entry(each.Name, FirstSentence(each.Description!));
        if (!_examples.TryGetValue(command.Name, out string[]? examples)) return ExitCode.Done;
        Heading(examples.Length == 1 ? "Example:" : "Examples:");
        foreach (string example in examples) terminal.WriteText($"  {example}");
        return ExitCode.Done;
    }

    private static string Usage(Command command) => command is RootCommand ? "scratch <command> [options]"
        : string.Join(' ', [$"scratch {command.Name}", .. command.Arguments.Select(Named), "[options]"]);

    private static string Named(Argument argument) =>
        $"<{argument.HelpName ?? argument.Name}>{(argument.Arity.MaximumNumberOfValues > 1 ? "..." : "")}";

    private static string Named(Option option)
    {
        string name = string.Join(", ", option.Aliases.Where(alias => alias.StartsWith('-') && alias != "-?").Append(option.Name));
        if (option.HelpName is not { Length: > 0 } value) return name;
        return option.Arity.MinimumNumberOfValues == 0 ? $"{name} [<{value}>]" : $"{name} <{value}>";
    }

    private static string About(Option option)
    {
        string text = option switch
        {
            HelpOption => "Print this.",
            VersionOption => "Print the version.",
            _ => option.Description!,
        };
        object? normally = option.HasDefaultValue && option is not Option<bool> ? option.GetDefaultValue() : null;
        return normally switch
        {
            null => text,
            Shape shape => $"{text} [default:{Unbroken}{string.Join('x', shape.Sizes.ToArray())}]",
            _ => $"{text} [default:{Unbroken}{Convert.ToString(normally, CultureInfo.InvariantCulture)}]",
        };
    }

    private void Heading(string text)
    {
        terminal.WriteLine("");
        terminal.Output.MarkupLineInterpolated($"[bold]{text}[/]");
    }

    private void Entry(string name, string about)
    {
        string[] names = Broken($"  {name}");
        string[] lines = [.. FittedText.Wrapped(about, terminal.TextWidth - Column).Select(line => line.Replace(Unbroken, ' '))];
        bool isBeside = names[^1].Length < Column - 1;
        foreach (string line in isBeside ? names[..^1] : names) terminal.WriteLine(line);
        for (int i = 0; i < lines.Length; i++) terminal.WriteLine((i == 0 && isBeside ? names[^1] : "").PadRight(Column) + lines[i]);
    }

    // A list of words that is longer than a line goes on after one of its bars.
    private string[] Broken(string name)
    {
        if (name.Length <= terminal.TextWidth) return [name];
        int end = name.LastIndexOf('|', terminal.TextWidth - 1) + 1;
        return end == 0 ? [name] : [name[..end], .. Broken($"      {name[end..]}")];
    }

    private void Write(string text, int indent)
    {
        foreach (string line in FittedText.Wrapped(text.Trim(), terminal.TextWidth - indent))
            terminal.WriteLine((new string(' ', indent) + line).TrimEnd());
    }

    private static string FirstSentence(string text) => text.Split([". ", ".\n", "; ", "\n"], 2, StringSplitOptions.None)[0].TrimEnd('.') + ".";
}
