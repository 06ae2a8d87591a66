using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>Wrong code is never timed: a benchmark's set-up throws where a variant does not give what the naive twin gives.</summary>
internal static class Agreement
{
    private static readonly HashSet<(Type, ICountedCase)> Verified = [];
    private const double Tolerance = 1e-4;                                   // of the largest value; sums in another order differ by up to 1e-5 (100,000 terms)

    /// <summary>Runs a comparison the first time that a class of benchmarks meets
    /// a case: they share a process, and the naive twins are slow.</summary>
    public static void RequireOnce<TBenchmarks>(ICountedCase @case, Action verify)
    {
        if (Verified.Contains((typeof(TBenchmarks), @case))) return;
        verify();
        Verified.Add((typeof(TBenchmarks), @case));                          // not if it threw: then the next benchmark throws as well
    }

    /// <summary>Compares every element.</summary>
    /// <exception cref="InvalidOperationException">One differs by more than the tolerance, or is not a number.</exception>
    public static void Require(string variant, Tensor<float> expected, Tensor<float> actual)
    {
        if (actual.Shape != expected.Shape) throw new InvalidOperationException($"{variant}: {actual.Shape} where the naive twin has {expected.Shape}.");
        double limit = Tolerance * expected.MaxMagnitude();
        ReadOnlySpan<float> e = expected.Span, a = actual.Span;
        for (int i = 0; i < e.Length; i++)
            if (!(Math.Abs((double)e[i] - a[i]) <= limit))                   // so written, NaN fails too
                throw new InvalidOperationException($"{variant}: element {i} of {expected.Shape} is {a[i]:R}, {e[i]:R} by the naive twin; {limit:g2} is allowed.");
    }
}
