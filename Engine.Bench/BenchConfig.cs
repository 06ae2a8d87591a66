using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Scratch.Bench;

/// <summary>What every benchmark is measured with: allocations, operations per second, tables in Markdown and JSON.</summary>
/// <remarks>
/// Runs in this process: no second restore and build, and variants are compared once, not once a process. Three warm-up and ten
/// measured iterations of 0.2 s, for the naive twins take up to seconds a call; <c>--job</c> on the command line takes their place.
/// </remarks>
internal sealed class BenchConfig : ManualConfig
{
    public BenchConfig(IReadOnlyList<string> args)
    {
        IConfig usual = DefaultConfig.Instance;
        AddLogger([.. usual.GetLoggers()]);
        AddColumnProvider([.. usual.GetColumnProviders()]);
        AddAnalyser([.. usual.GetAnalysers()]);
        AddValidator([.. usual.GetValidators()]);
        AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsMutator());
        if (!args.Any(arg => arg is "--job" or "-j"))                        // else the command line's job would run beside this one
            AddJob(new Job("Full").WithWarmupCount(3).WithIterationCount(10).WithIterationTime(TimeInterval.FromMilliseconds(200)));
        AddDiagnoser(MemoryDiagnoser.Default);
        AddColumn(new GflopsColumn(), new PeakShareColumn());
        AddExporter(new ResultExporter(args), JsonExporter.Brief);
        HideColumns(Column.Job, Column.RatioSD, Column.Gen0, Column.Gen1, Column.Gen2, Column.AllocRatio, Column.Median);
        WithSummaryStyle(SummaryStyle.Default.WithRatioStyle(RatioStyle.Trend).WithMaxParameterColumnWidth(40));
    }
}
