using System.Diagnostics;
using Scratch.Models;

namespace Scratch.Measuring;

/// <summary>Work with its memory ready.</summary>
/// <param name="Operations">Multiplications and additions of one run, padding counted.</param>
/// <param name="Algorithm">How it is done, in words.</param>
/// <param name="Run">Does it once; warm, it allocates nothing.</param>
internal sealed record Workload(double Operations, string Algorithm, Action Run)
{
    /// <summary>What a run reads and writes, for work that multiplies nothing and that memory bounds; else 0.</summary>
    public double Bytes { get; init; }
}

/// <summary>What a case came to.</summary>
/// <param name="Case">Its name.</param>
/// <param name="Threads">How many threads there were to use.</param>
/// <param name="Runs">How often it was timed.</param>
/// <param name="Best">Seconds of the fastest run.</param>
/// <param name="Median">Seconds of the run in the middle.</param>
/// <param name="Gflops">Operations in a second by the median, in units of 10⁹.</param>
/// <param name="Algorithm">How it was done.</param>
public sealed record BenchmarkResult(string Case, int Threads, int Runs, double Best, double Median, double Gflops, string Algorithm)
{
    /// <summary>Median seconds of the other algorithms, each in its own layout; none if not asked for, or if there are no others.</summary>
    public IReadOnlyDictionary<string, double>? Alternatives { get; init; }

    /// <summary>Median seconds by the same algorithm from NCHW to NCHW: conversion to its own layout, the work, and back.</summary>
    public double? Nchw { get; init; }

    /// <summary>Bytes read and written in a second by the median, in units of 10⁹, where nothing is multiplied and operations say nothing.</summary>
    public double? GigabytesPerSecond { get; init; }
}

/// <summary>Something whose time is worth knowing.</summary>
public sealed class BenchmarkCase
{
    private const int LeastRuns = 5, MostRuns = 2000;
    private readonly Func<int, Workload> _prepare;

    internal BenchmarkCase(string name, Func<int, Workload> prepare, long bytes = 0) => (Name, _prepare, Bytes) = (name, prepare, bytes);

    /// <summary>For example <c>conv/resnet-28/forward</c>.</summary>
    public string Name { get; }

    /// <summary>What a run reads and writes at least, each number once; 0 where it was not counted.</summary>
    internal long Bytes { get; }

    /// <summary>Other ways to the same result, by name.</summary>
    internal Func<IReadOnlyDictionary<string, Func<int, Workload>>>? Others { get; init; }

    /// <summary>The same from NCHW to NCHW.</summary>
    internal Func<int, Workload>? Nchw { get; init; }

    /// <summary>Times it: after three runs, and more of them until nothing was compiled for a quarter of a second, as many as the seconds allow, but
    /// 5 to 2000.</summary>
    /// <param name="threads">How many threads it may use.</param>
    /// <param name="seconds">For how long, about.</param>
    /// <param name="algorithms">Whether to time the other algorithms too, and the way from NCHW to NCHW, each for a third of that.</param>
    public BenchmarkResult Measure(int threads, double seconds, bool algorithms = false)
    {
        Workload work = _prepare(threads);
        double[] times = Times(work, seconds);
        double median = Median(times);
        return new(Name, threads, times.Length, times[0], median, work.Operations / median / 1e9, work.Algorithm)
        {
            Alternatives = algorithms
                ? Others?.Invoke().ToDictionary(other => other.Key, other => Median(Times(other.Value(threads), seconds / 3))) : null,
            GigabytesPerSecond = work.Bytes > 0 ? work.Bytes / median / 1e9 : null,
            Nchw = algorithms && Nchw is not null ? Median(Times(Nchw(threads), seconds / 3)) : null,
        };
    }

    /// <summary>In ascending order.</summary>
    private static double[] Times(Workload work, double seconds)
    {
        double perRun = WarmUp.Of(work.Run);
        double[] times = new double[(int)Math.Clamp(seconds / perRun, LeastRuns, MostRuns)];
        for (int i = 0; i < times.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            work.Run();
            times[i] = Stopwatches.Since(start);
        }
        Array.Sort(times);
        return times;
    }

    private static double Median(double[] times) => times[times.Length / 2];
}
