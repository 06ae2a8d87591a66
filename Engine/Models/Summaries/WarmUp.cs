using System.Diagnostics;
using System.Runtime;

namespace Scratch.Models;

/// <summary>What comes before a measurement.</summary>
internal static class WarmUp
{
    private const int First = 3, Most = 8;
    // Without compiling; on a single processor the compiler waits ten times as long before it begins.
    private static readonly TimeSpan _quiet = TimeSpan.FromSeconds(Environment.ProcessorCount == 1 ? 1.25 : 0.25);

    /// <summary>Runs something three times, and more often until nothing was compiled for a quarter of a second, for two seconds at most.</summary>
    /// <remarks>The just-in-time compiler compiles what runs often once more, and better, on a thread of its own: one image through a small network
    /// takes twice as long before.</remarks>
    /// <returns>Seconds of a run, about.</returns>
    public static double Of(Action run)
    {
        for (int i = 0; i < First; i++) run();
        long start = Stopwatch.GetTimestamp(), last = start, compiled = JitInfo.GetCompiledMethodCount();
        int runs = 0;
        for (; runs == 0 || (Stopwatch.GetElapsedTime(last) < _quiet && Stopwatch.GetElapsedTime(start) < Most * _quiet); runs++)
        {
            run();
            if (JitInfo.GetCompiledMethodCount() is var now && now != compiled) (compiled, last) = (now, Stopwatch.GetTimestamp());
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds / runs;
    }
}
