using System.Runtime.InteropServices;

namespace Scratch.Tests.Support;

/// <summary>What this process, and what it starts, does about a signal; for Unix.</summary>
internal static class SignalDisposition
{
    public const int HangUp = 1, Interrupt = 2, Kill = 9, Terminate = 15;    // the same numbers on all of them

    private const nint Default = 0, Ignored = 1;

    /// <summary>Does something while a signal ends the process, as if nobody had asked for anything else.</summary>
    public static T WithDefault<T>(int signal, Func<T> action) => With(signal, Default, action);

    /// <summary>Does something while a signal is ignored, as in a shell's background.</summary>
    public static T WithIgnored<T>(int signal, Func<T> action) => With(signal, Ignored, action);

    /// <summary>Sends a signal.</summary>
    public static void Send(int process, int signal)
    {
        if (kill(process, signal) != 0)
            throw new InvalidOperationException($"kill {process}, signal {signal}: error {Marshal.GetLastPInvokeError()}.");
    }

    // The handler is the first field of C's struct sigaction, everything else may be zero; the old one goes back as it was, whatever is in it.
    private static T With<T>(int signal, nint handler, Func<T> action)
    {
        byte[] wanted = new byte[256], old = new byte[256];
        MemoryMarshal.Write(wanted, handler);
        if (sigaction(signal, wanted, old) != 0)
            throw new InvalidOperationException($"sigaction {signal}: error {Marshal.GetLastPInvokeError()}.");
        try
        {
            return action();
        }
        finally
        {
            _ = sigaction(signal, old, new byte[256]);
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int sigaction(int signal, byte[] action, byte[] old);

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int process, int signal);
}
