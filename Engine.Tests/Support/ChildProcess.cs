using System.Diagnostics;

namespace Scratch.Tests.Support;

/// <summary>A program that a test starts: with signals as they usually are, whatever the shell around the tests does about them,
/// and killed when its time is over.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly CancellationTokenSource _watch = new();
    private readonly Task<string> _error;

    private ChildProcess(ProcessStartInfo start, TimeSpan limit)
    {
        Func<Process> run = () => Process.Start(start)!;
        foreach (int signal in (int[])[SignalDisposition.HangUp, SignalDisposition.Interrupt, SignalDisposition.Terminate])
        {
            if (OperatingSystem.IsWindows()) break;
            Func<Process> inner = run;
            run = () => SignalDisposition.WithDefault(signal, inner);
        }
        _process = run();
        _error = _process.StandardError.ReadToEndAsync();
        _watch.Token.Register(() => _process.Kill(entireProcessTree: true));
        _watch.CancelAfter(limit);
    }

    /// <summary>Starts it in the folder of the repository.</summary>
    public static ChildProcess Start(string program, params string[] arguments) => Start(_limit, program, arguments);

    /// <summary>The same with another limit.</summary>
    public static ChildProcess Start(TimeSpan limit, string program, params string[] arguments) =>
        new(Info(RepositoryFolder.Path, program, arguments), limit);

    /// <summary>Starts it in another folder.</summary>
    public static ChildProcess StartIn(string folder, string program, params string[] arguments) => new(Info(folder, program, arguments), _limit);

    /// <summary>The next line of its standard output; null at the end.</summary>
    public string? ReadLine() => _process.StandardOutput.ReadLine();

    /// <summary>Sends it a signal.</summary>
    public void Signal(int signal) => SignalDisposition.Send(_process.Id, signal);

    /// <summary>The bytes of it that are in memory.</summary>
    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <exception cref="TimeoutException">It did not end in time, and was killed.</exception>
    public (int ExitCode, string Output, string Error) Finish()
    {
        string output = _process.StandardOutput.ReadToEnd();
        _process.WaitForExit();
        if (_watch.IsCancellationRequested)
            throw new TimeoutException($"{_process.StartInfo.FileName} did not end in time. Its output: {output}\n{_error.Result}");
        return (_process.ExitCode, output, _error.Result);
    }

    private static ProcessStartInfo Info(string folder, string program, string[] arguments) =>
        new(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _watch.Dispose();
        _process.Dispose();
    }
}
