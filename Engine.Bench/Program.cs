using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Scratch.Bench;

// Without arguments everything runs in full. BenchmarkDotNet itself ends with 0 even where a benchmark threw or the filter met none.
if (args.Length == 0) args = ["--filter", "*"];
ThreadCounts.IsDry = args.Contains("Dry", StringComparer.OrdinalIgnoreCase);
Summary[] summaries = [.. BenchmarkSwitcher.FromAssembly(typeof(BenchConfig).Assembly).Run(args, new BenchConfig(args))];
if (args.Any(arg => arg is "--list" or "--help" or "--version" or "--info")) return 0;

int passed = 0, failed = 0;
foreach (Summary summary in summaries)
{
    passed += summary.Reports.Count(report => report.Success);
    failed += summary.BenchmarksCases.Length - summary.Reports.Count(report => report.Success);
    if (summary.HasCriticalValidationErrors) failed = Math.Max(failed, 1);
}
Console.WriteLine($"benchmarks: {passed} ran, {failed} failed");
return passed > 0 && failed == 0 ? 0 : 1;
