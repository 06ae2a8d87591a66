using System.Globalization;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Scratch.Bench;
using Scratch.Bench.LearningRates;
using Scratch.Bench.Roofline;
using Scratch.Bench.Serving;

// The picture of docs/performance.md is drawn by "roofline FILE.svg [SECONDS of each case]".
if (args is ["roofline", string file, .. string[] rest])
    return RooflinePlot.Draw(file, rest is [string seconds] ? double.Parse(seconds, CultureInfo.InvariantCulture) : 0.6);

// The table of docs/learning-rates.md is written by "learning-rates [SET...]", in the folder of the repository.
if (args is ["learning-rates", .. string[] sets]) return LearningRateSweep.Run("data/mnist", sets);

// The figures of docs/serve.md: "onnx-service MODEL PORT" (with -p:Peers=true) is a service to compare with, "load URL SECONDS" asks a service.
if (args is ["onnx-service", string model, string port]) return Services.Run(model, int.Parse(port, CultureInfo.InvariantCulture));
if (args is ["load", string address, string time])
    return LoadClients.Run(new Uri(address), TimeSpan.FromSeconds(double.Parse(time, CultureInfo.InvariantCulture)));

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
