using Scratch.Measuring;

namespace Scratch.Cli;

/// <summary>What <c>verify</c> prints, as a table or as JSON; errors in units in the last place of the largest value.</summary>
internal sealed record VerifyReport(
    string Processor, string Vectors, long Seed, int Cases, double Tolerance, bool Passed, double WorstError, IReadOnlyList<KernelComparison> Kernels)
{
    /// <summary>Gathers it.</summary>
    public static VerifyReport Of(VerificationOptions options, VerificationResult result) => new(
        Scratch.Kernels.Simd.Processor.Description, $"{result.Width}", options.Seed, options.Cases, result.Tolerance, result.Passed,
        result.Kernels.Max(kernel => kernel.WorstError), result.Kernels);
}
