using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Scratch.Bench;

/// <summary>Thousand million operations per second: the case's <see cref="ICountedCase.OperationCount"/> by the mean time.</summary>
/// <remarks>Operations are nominal, padding counted, so kernels that skip it may come out above the processor's peak.</remarks>
internal sealed class GflopsColumn : IColumn
{
    public string Id => nameof(GflopsColumn);

    public string ColumnName => "GFLOP/s";

    public string Legend => "Nominal operations per second (padding counted), in thousand millions";

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
            ? (counted.OperationCount / time.Mean).ToString("0.0", CultureInfo.InvariantCulture)     // per nanosecond
            : "-";

    private static ICountedCase? Case(BenchmarkCase benchmark) => benchmark.Parameters.Items.Select(item => item.Value).OfType<ICountedCase>().FirstOrDefault();
}
