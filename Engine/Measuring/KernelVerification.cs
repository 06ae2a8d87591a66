using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>Compares every fast kernel with its naive twin, on this processor, in float and in double.</summary>
/// <remarks>
/// The twin computes in double, from the same numbers. The error of a result is the largest distance of its numbers from the twin's, in units in the
/// last place of the twin's largest value: the gap from that value, or from 1 if that is more, to the next number of the precision. (Inputs
/// reach up to 1; a result all of whose sums happen to cancel is not held against their remainder.) Results that are nothing but sums, as
/// the gradient of a bias, are held against the sum of the terms' magnitudes. Every order of additions has its own rounding errors: a
/// correct kernel is off by some units, a wrong one by millions.
/// </remarks>
public static class KernelVerification
{
    /// <summary>Verifies.</summary>
    public static VerificationResult Run(VerificationOptions? options = null)
    {
        options ??= new();
        int cases = VerificationShapes.FixedCount + options.Cases;
        var found = new IReadOnlyList<Discrepancy>[2 * cases];
        WorkerPool.Shared.Run(options.Threads, found.Length, (piece, _) => found[piece] = piece < cases
            ? ForVector.Widest(new OneCase<float>(piece, options))
            : ForVector.Widest(new OneCase<double>(piece - cases, options)));
        return new(Processor.Widest, options.Tolerance, [.. found.SelectMany(list => list).GroupBy(one => (one.Kernel, one.Precision)).Select(group =>
        {
            Discrepancy worst = group.MaxBy(one => one.Error);
            return new KernelComparison(group.Key.Kernel, group.Key.Precision, group.Count(), worst.Error, worst.Shape);
        })]);
    }

    private sealed class OneCase<T>(int number, VerificationOptions options) : IForVector<T, IReadOnlyList<Discrepancy>>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public IReadOnlyList<Discrepancy> With<V>() where V : unmanaged, IVector<V, T>
        {
            var random = new RandomGenerator(unchecked(options.Seed * 1_000_003 + number));
            var comparisons = new Comparisons<T>(random, options.TwinError);
            Conv2dTwins<V, T>.Compare(VerificationShapes.Convolution(number, random), comparisons);
            GemmTwins<V, T>.Compare(VerificationShapes.Product(number, random), comparisons);
            Pool2dTwins<V, T>.Compare(VerificationShapes.Pooling(random), comparisons);
            ChannelShape channel = VerificationShapes.Channel(random);
            NormalizationTwins<V, T>.Compare(channel, comparisons);
            ImageTwins<V, T>.Compare(channel, comparisons);
            WinogradTwins<V, T>.Compare(VerificationShapes.Winograd(random), comparisons);
            return comparisons.Found;
        }
    }
}
