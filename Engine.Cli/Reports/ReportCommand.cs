using System.CommandLine;
using System.Text;
using Scratch.Files;

namespace Scratch.Cli.Reports;

/// <summary><c>scratch report</c>: makes the page of a training anew, or one page of several.</summary>
internal static class ReportCommand
{
    private const string Comparison = "comparison.html";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var folders = new Argument<string[]>("DIR") { Description = "Folders that train --out has written.", Arity = ArgumentArity.OneOrMore };
        var page = SharedOptions.Text("--html", "FILE", $"Write the page into this file; by default {RunFile.Page} in the folder, of several "
            + $"{Comparison} here.");
        var open = new Option<bool>(PageOpener.Option) { Description = "Show it in the browser." };
        var command = new Command("report", "Make the page of a training anew from its data, or one page that compares several.")
        {
            folders, page, open,
        };
        command.SetAction(parsed =>
        {
            string[] named = parsed.GetValue(folders)!;
            RunData[] runs = [.. named.Select(RunJson.Read)];
            string file = parsed.GetValue(page) is { Length: > 0 } said ? said : runs.Length == 1 ? Path.Combine(named[0], RunFile.Page) : Comparison;
            Write(file, Page(named, runs));
            terminal.WriteLine(Path.GetFullPath(file));
            if (parsed.GetValue(open)) PageOpener.Open(file, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The page of runs that were read from folders.</summary>
    /// <exception cref="InvalidDataException">What was read is of the right form, and cannot have been written by a training.</exception>
    public static string Page(IReadOnlyList<string> folders, IReadOnlyList<RunData> runs)
    {
        try
        {
            return runs.Count == 1 ? ReportPage.Of(runs[0]) : ComparisonPage.Of(runs);
        }
        catch (Exception e) when (e is ArgumentException or ArithmeticException or IndexOutOfRangeException or InvalidOperationException)
        {
            throw new InvalidDataException($"{RunFile.Data} in '{string.Join("', '", folders)}' does not fit together: "
                + $"{PrintableText.Of(e.Message)}", e);
        }
    }

    /// <summary>Writes a page, whole or not at all.</summary>
    public static void Write(string file, string page) => AtomicFile.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(page)));
}
