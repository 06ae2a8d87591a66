using System.Reflection;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>The table for <c>results/</c>: GitHub's Markdown with processor and runtime above, and below it what else is needed to repeat
/// it.</summary>
/// <param name="args">The command line's.</param>
internal sealed class ResultExporter(IReadOnlyList<string> args) : ExporterBase
{
    protected override string FileExtension => "md";

    protected override string FileNameSuffix => "-github";

    public override void ExportToLog(Summary summary, ILogger logger)
    {
        MarkdownExporter.GitHub.ExportToLog(summary, logger);
        logger.WriteLine();
        logger.WriteLine($"Version and commit: {Version}. {PeakShareColumn.Describe()}");
        logger.WriteLine();
        logger.WriteLine($"Arguments: `{string.Join(' ', args.Select(arg => arg.Contains('*') ? $"'{arg}'" : arg))}`");
    }

    private static string Version => typeof(Shape).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "unknown";
}
