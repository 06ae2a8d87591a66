using Scratch.Tests.Support;

namespace Scratch.Tests.Cli;

/// <summary>A folder like the repository's for one who types commands: <c>data/mnist</c> (a few images without meaning) and
/// <c>data/seven.png</c>.</summary>
internal sealed class CommandFolder : IDisposable
{
    // The program's own, compiled ahead, beside the tests' copy of it: it starts in half the time.
    private static readonly string _program = Path.Combine(RepositoryFolder.Path, "Engine.Cli",
        Path.GetRelativePath(Path.Combine(RepositoryFolder.Path, "Engine.Tests"), AppContext.BaseDirectory), "scratch.dll");

    private readonly TemporaryFolder _folder = new();

    public CommandFolder()
    {
        Directory.CreateDirectory(_folder["data/mnist"]);
        TinyMnist.WriteTo(_folder["data/mnist"]);
        File.Copy(Path.Combine(RepositoryFolder.Path, "data", "seven.png"), _folder["data/seven.png"]);
    }

    /// <summary>Runs a command as one types it.</summary>
    public CliRun Run(string command)
    {
        using ChildProcess process = Start(command);
        var (code, output, error) = process.Finish();
        return new(code, output, error);
    }

    /// <summary>Begins a command as one types it.</summary>
    public ChildProcess Start(string command) =>
        ChildProcess.StartIn(_folder.Path, "dotnet", [_program, .. command.Split(' ')[1..]]);

    /// <summary>What a command prints on a terminal so many columns wide; its messages are left out.</summary>
    public string RunOnTerminal(int columns, string command)
    {
        string line = $"stty cols {columns}; TERM=xterm-256color COLORTERM=truecolor dotnet '{_program}' {command.Split(' ', 2)[1]} 2>/dev/null";
        using ChildProcess process = ChildProcess.StartIn(_folder.Path, "script", "-qec", line, "/dev/null");
        var (code, output, error) = process.Finish();
        return code == Scratch.Cli.ExitCode.Done ? output : throw new InvalidOperationException($"{command}: exit code {code}. {output}{error}");
    }

    public void Dispose() => _folder.Dispose();
}
