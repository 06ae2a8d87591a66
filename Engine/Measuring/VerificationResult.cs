using Scratch.Kernels.Simd;

namespace Scratch.Measuring;

/// <summary>How to verify.</summary>
public sealed record VerificationOptions
{
    /// <summary>Of the random shapes and numbers.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Random shapes for every kernel, beside the fixed ones.</summary>
    public int Cases { get; init; } = 60;

    /// <summary>How many threads compare; what they find is the same for any number.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The largest error that passes, in the units of <see cref="KernelVerification"/>. A wrong index is off by millions.</summary>
    public double Tolerance { get; init; } = 64;

    /// <summary>For tests: by which share every twin's numbers are wrong.</summary>
    internal double TwinError { get; init; }
}

/// <summary>What was found of one kernel in one precision.</summary>
/// <param name="Kernel">Which, and in which direction.</param>
/// <param name="Precision">float or double.</param>
/// <param name="Cases">How many shapes were compared.</param>
/// <param name="WorstError">The largest error, in units in the last place of the largest value.</param>
/// <param name="WorstShape">Where.</param>
public sealed record KernelComparison(string Kernel, string Precision, int Cases, double WorstError, string WorstShape);

/// <summary>What a verification found.</summary>
/// <param name="Width">The vectors that the kernels computed with.</param>
/// <param name="Tolerance">The largest error that passes.</param>
/// <param name="Kernels">Kernel by kernel.</param>
public sealed record VerificationResult(SimdWidth Width, double Tolerance, IReadOnlyList<KernelComparison> Kernels)
{
    /// <summary>Whether every kernel equals its twin. A verification of nothing does not pass.</summary>
    public bool Passed => Kernels.Count > 0 && Kernels.All(kernel => kernel.WorstError <= Tolerance);
}
