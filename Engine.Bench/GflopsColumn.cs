using System.Globalization;
using BenchmarkDotNet.Running;

namespace Scratch.Bench;

/// <summary>Thousand million operations per second: the case's <see cref="ICountedCase.OperationCount"/> by the mean time.</summary>
/// <remarks>Operations are nominal, padding counted, so kernels that skip it may come out above the processor's peak.</remarks>
internal sealed class GflopsColumn : CountedColumn
{
    public override string ColumnName => "GFLOP/s";

    public override string Legend => "Nominal operations per second (padding counted), in thousand millions";

    protected override string Describe(BenchmarkCase benchmark, double gflops) => gflops.ToString("0.0", CultureInfo.InvariantCulture);
}
