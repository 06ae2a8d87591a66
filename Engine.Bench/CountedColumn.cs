using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Scratch.Bench;

/// <summary>A column about the speed of benchmarks whose case is an <see cref="ICountedCase"/>; <c>-</c> for others.</summary>
internal abstract class CountedColumn : IColumn
{
    public string Id => ColumnName;

    public abstract string ColumnName { get; }

    public abstract string Legend { get; }

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => summary.BenchmarksCases.Any(benchmark => Case(benchmark) is not null);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, summary.Style);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
        Case(benchmarkCase) is { } counted && summary[benchmarkCase]?.ResultStatistics is { } time
            ? Describe(benchmarkCase, counted.OperationCount / time.Mean)    // per nanosecond
            : "-";

    /// <summary>What to print for a benchmark of such a speed.</summary>
    protected abstract string Describe(BenchmarkCase benchmark, double gflops);

    private static ICountedCase? Case(BenchmarkCase benchmark) => benchmark.Parameters.Items.Select(item =>
        item.Value).OfType<ICountedCase>().FirstOrDefault();
}
