using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Scratch.Cli;

/// <summary><c>--help</c>: what a command does and takes, in 80 columns, and an example to copy. The list of commands has one sentence for
/// each.</summary>
/// <param name="page">Writes all but the examples.</param>
internal sealed class HelpPage(HelpAction page) : SynchronousCommandLineAction
{
    /// <summary>Columns: of a terminal of the usual width, of a page, of a message.</summary>
    public const int Width = 80;

    private static readonly Dictionary<string, string[]> _examples = new()
    {
        ["train"] = ["scratch train --epochs 1 --train-size 2000", "scratch train --model lesson-bn --schedule one-cycle --out runs/first"],
        ["find-lr"] = ["scratch find-lr --model lesson-bn --optimizer adamw"],
        ["evaluate"] = ["scratch evaluate runs/first/model.safetensors"],
        ["report"] = ["scratch report runs/first runs/second"],
        ["predict"] = ["scratch predict shapes.safetensors drawing.png --json"],
        ["serve"] = ["scratch serve runs/first/model.safetensors --port 8080"],
        ["summary"] = ["scratch summary --model resnet50 --image 3x224x224 --classes 1000"],
        ["plan"] = ["scratch plan --model resnet9 --train"],
        ["models"] = ["scratch models"],
        ["layers"] = ["scratch layers"],
        ["gradcheck"] = ["scratch gradcheck --model lesson"],
        ["verify"] = ["scratch verify"],
        ["bench"] = ["scratch bench --filter infer/lesson --seconds 1"],
    };

    /// <summary>Commands to copy, of a command by its name.</summary>
    public static IReadOnlyDictionary<string, string[]> Examples => _examples;

    /// <summary>Gives a root's own help option this page.</summary>
    public static HelpPage Of(RootCommand root)
    {
        HelpOption option = root.Options.OfType<HelpOption>().Single();
        var action = (HelpAction)option.Action!;
        action.MaxWidth = Width;
        var page = new HelpPage(action);
        option.Action = page;
        return page;
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Command command = parseResult.CommandResult.Command;
        foreach (Command each in command.Subcommands) each.Description = FirstSentence(each.Description!);
        int code = page.Invoke(parseResult);
        if (!_examples.TryGetValue(command.Name, out string[]? examples)) return code;
        TextWriter output = parseResult.InvocationConfiguration.Output;
        output.WriteLine(examples.Length == 1 ? "Example:" : "Examples:");
        foreach (string example in examples) output.WriteLine($"  {example}");
        output.WriteLine();
        return code;
    }

    private static string FirstSentence(string text) => text.Split([". ", ".\n", "; ", "\n"], 2, StringSplitOptions.None)[0].TrimEnd('.') + ".";
}
