using System.Runtime.InteropServices;

namespace Scratch.Cli;

/// <summary>Turns Ctrl-C, requests to terminate and the end of the session into a cancellation, while it lives.
/// Asked a second time, the process ends at once.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly PosixSignalRegistration[] _signals;
    private bool _asked;

    /// <summary>Listens from now on.</summary>
    /// <param name="outer">Another reason to cancel.</param>
    public Interrupt(CancellationToken outer)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        _signals = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, Handle))];
    }

    /// <summary>What the process is to tell who asked it to stop.</summary>
    public int ExitCode { get; private set; } = Cli.ExitCode.Interrupted;

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext signal)
    {
        if (_asked) return;                                                  // the second time: the default, which ends the process
        signal.Cancel = true;
        if (signal.Signal == PosixSignal.SIGTERM) ExitCode = Cli.ExitCode.Terminated;
        _asked = signal.Signal != PosixSignal.SIGHUP;                        // a closing session says it twice, itself and by its shell
        _source.Cancel();
    }
}
