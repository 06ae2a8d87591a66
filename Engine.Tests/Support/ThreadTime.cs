using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Scratch.Tests.Support;

/// <summary>How long the thread that asks was on a core: what a piece of work took, however busy the machine is, and whether or not the process
/// was stopped meanwhile.</summary>
/// <remarks>On Linux; elsewhere the clock's time.</remarks>
internal static class ThreadTime
{
    private const int OfThisThread = 3;                                     // CLOCK_THREAD_CPUTIME_ID

    /// <summary>Since some moment.</summary>
    public static TimeSpan Now => !OperatingSystem.IsLinux() ? Stopwatch.GetElapsedTime(0)
        : clock_gettime(OfThisThread, out Time time) == 0 ? new((long)time.Seconds * TimeSpan.TicksPerSecond + time.Nanoseconds / 100)
        : throw new InvalidOperationException($"clock_gettime: error {Marshal.GetLastPInvokeError()}.");

    [DllImport("libc", SetLastError = true)]
    private static extern int clock_gettime(int clock, out Time time);

    // C's struct timespec: two numbers of the machine's width.
    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public nint Seconds, Nanoseconds;
    }
}
