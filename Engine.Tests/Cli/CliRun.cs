using System.Diagnostics;
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
        using Process process = Start(arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return new(process.ExitCode, output.Result, error.Result);
    }

    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = RepositoryFolder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(typeof(CommandLine).Assembly.Location);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>The text after a word at the start of a line, up to the end of the line.</summary>
    public string After(string word) => Output.Split('\n').Single(line => line.StartsWith($"{word} ", StringComparison.Ordinal))[(word.Length + 1)..].TrimEnd();
}
