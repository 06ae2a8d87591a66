using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>Wrong code is never timed: a benchmark's set-up throws where a variant does not give what the naive twin gives.</summary>
internal static class Agreement
{
    private static readonly Dictionary<(Type, object), Tensor<float>> Expected = [];
    private static readonly HashSet<(Type, object, int)> Verified = [];
    // of the largest value; sums in another order differ by up to 1e-5 (100,000 terms)
    private const double Tolerance = 1e-4;

    /// <summary>Compares variants with the naive twin the first time that a class of benchmarks meets a case with so many threads. Benchmarks share
    /// a process and the naive twins are slow: each computes a case once.</summary>
    public static void RequireOnce(Type benchmarks, object @case, int threads, Variant naive, params IEnumerable<(string Name,
        Variant Variant)> others)
    {
        if (Verified.Contains((benchmarks, @case, threads))) return;
        if (!Expected.TryGetValue((benchmarks, @case), out Tensor<float>? expected))
        {
            naive.Run();
            Expected.Add((benchmarks, @case), expected = naive.Result().Clone());
        }
        foreach (var (name, variant) in others)
        {
            variant.Run();
            Require(name, expected, variant.Result());
        }
        Verified.Add((benchmarks, @case, threads));                          // not if it threw: then the next benchmark throws as well
    }

    /// <summary>Compares every element.</summary>
    /// <exception cref="InvalidOperationException">One differs by more than the tolerance, or is not a number.</exception>
    public static void Require(string variant, Tensor<float> expected, Tensor<float> actual)
    {
        if (actual.Shape != expected.Shape) throw new InvalidOperationException($"{variant}: {actual.Shape} where {expected.Shape} was expected.");
        double limit = Tolerance * expected.MaxMagnitude();
        ReadOnlySpan<float> e = expected.Span, a = actual.Span;
        for (int i = 0; i < e.Length; i++)
            if (!(Math.Abs((double)e[i] - a[i]) <= limit))                   // so written, NaN fails too
                throw new InvalidOperationException($"{variant}: element {i} of {expected.Shape} is {a[i]:R}, expected {e[i]:R}; {limit:g2} is "
                    + "allowed.");
    }
}
