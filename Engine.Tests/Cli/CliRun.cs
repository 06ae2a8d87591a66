using Scratch.Cli;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli;

/// <summary>What a command came to, run in this process with captured writers, or as a process of its own.</summary>
internal sealed record CliRun(int ExitCode, string Output, string Error)
{
    public static string Mnist { get; } = Path.Combine(RepositoryFolder.Path, "data", "mnist");

    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static CliRun Of(params string[] arguments) => Of(new StringWriter(), CancellationToken.None, arguments);

    public static CliRun Of(TextWriter output, CancellationToken cancellation, params string[] arguments)
    {
        using var error = new StringWriter();
        int code = new CommandLine(new Terminal(output, error)).Run(arguments, cancellation);
        return new(code, $"{output}", $"{error}");
    }

    public static CliRun OfProcess(params string[] arguments)
    {
        using ChildProcess process = Start(arguments);
        var (code, output, error) = process.Finish();
        return new(code, output, error);
    }

    public static ChildProcess Start(params string[] arguments) => ChildProcess.Start("dotnet", [typeof(CommandLine).Assembly.Location,
        .. arguments]);

    /// <summary>The text after a word at the start of a line, up to the end of the line.</summary>
    public string After(string word) => Output.Split('\n').Single(line => line.StartsWith($"{word} ", StringComparison.Ordinal))[(word.Length
        + 1)..].TrimEnd();
}
