using System.CommandLine;
using Scratch.Models;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary><c>scratch models</c> and <c>scratch layers</c>: what there is, a line each.</summary>
internal static class ListCommands
{
    private const int Gap = 2;

    /// <summary><c>scratch models</c>.</summary>
    public static Command Models(Terminal terminal)
    {
        var command = new Command("models", "List the models that train and summary take by name.");
        command.SetAction(_ =>
        {
            Print(terminal, [.. ModelCatalog.Names.Select(name => (name, ModelCatalog.Describe(name)))]);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary><c>scratch layers</c>.</summary>
    public static Command Layers(Terminal terminal)
    {
        var command = new Command("layers", "List the layers that models are made of.");
        command.SetAction(_ =>
        {
            foreach (var (group, layers) in LayerList.All)
            {
                terminal.Output.MarkupLineInterpolated($"[bold]{group}[/]");
                Print(terminal, layers);
            }
            return ExitCode.Done;
        });
        return command;
    }

    // Lines break between words, the rest under the beginning.
    private static void Print(Terminal terminal, IReadOnlyList<(string Name, string About)> all)
    {
        int width = all.Max(one => one.Name.Length) + Gap;
        foreach (var (name, about) in all)
        {
            string[] lines = FittedText.Wrapped(about, terminal.TextWidth - width);
            for (int i = 0; i < lines.Length; i++) terminal.WriteText((i == 0 ? name : "").PadRight(width) + lines[i]);
        }
    }
}
