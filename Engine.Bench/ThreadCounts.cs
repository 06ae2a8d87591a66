namespace Scratch.Bench;

/// <summary>How many threads benchmarks run on: one, and as many as there are cores.</summary>
internal static class ThreadCounts
{
    /// <summary>Whether every benchmark runs once only, to see that it works: then on all cores, and not on one as well.</summary>
    public static bool IsDry { get; set; }

    public static IEnumerable<int> All => IsDry ? [Environment.ProcessorCount] : new[] { 1, Environment.ProcessorCount }.Distinct();
}
