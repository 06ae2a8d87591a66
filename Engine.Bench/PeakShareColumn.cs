using System.Globalization;
using Scratch.Measuring;
using BenchmarkCase = BenchmarkDotNet.Running.BenchmarkCase;

namespace Scratch.Bench;

/// <summary>What part of the processor's peak the benchmark reaches: the fused multiply-adds of as many threads as it has.</summary>
/// <remarks>The peak is measured once a process for each number of threads. As operations are nominal, more than 100 % is possible.</remarks>
internal sealed class PeakShareColumn : CountedColumn
{
    private static readonly Dictionary<int, double> Peaks = [];

    public override string ColumnName => "Peak";

    public override string Legend => "Share of the fused multiply-adds that as many threads did in this process";

    /// <summary>The peaks that were measured, in words.</summary>
    public static string Describe() => string.Join(" ", Peaks.OrderBy(peak => peak.Key).Select(peak =>
        string.Create(CultureInfo.InvariantCulture, $"Peak of {peak.Key} {(peak.Key == 1 ? "thread" : "threads")}: {peak.Value:0} GFLOP/s.")));

    protected override string Describe(BenchmarkCase benchmark, double gflops)
    {
        int threads = benchmark.Parameters["Threads"] as int? ?? 1;
        if (!Peaks.TryGetValue(threads, out double peak)) Peaks.Add(threads, peak = ProcessorPeak.Measure(threads));
        return (gflops / peak).ToString("0.0 %", CultureInfo.InvariantCulture);
    }
}
