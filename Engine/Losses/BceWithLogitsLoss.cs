using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Losses;

/// <summary>For labels that are there or not, each by itself: the binary cross-entropy of sigmoid(output) with a target of 0 to 1.</summary>
/// <remarks>
/// -p · t · log σ(x) - (1 - t) · log(1 - σ(x)) with p the weight of the class's positives. Worked out as (1 - t) · x + (1 + (p - 1) · t) · log(1 +
/// e^-x), the logarithm as max(-x, 0) + log(1 + e^-|x|), so that ±1000 is no trouble; gradient (1 - t) · σ(x) - p · t · σ(-x). As PyTorch's.
/// </remarks>
/// <param name="positiveWeights">For each class (first axis of the output) how much a label that is there counts; all 1 if null.</param>
/// <exception cref="ArgumentOutOfRangeException">A weight is negative, not finite, or so large or small that T cannot reckon with it.</exception>
public sealed class BceWithLogitsLoss<T>(IReadOnlyList<double>? positiveWeights = null) : TargetLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _weights = Checked(positiveWeights ?? []);

    /// <summary>For each class how much a label that is there counts; all 1 if empty.</summary>
    public IReadOnlyList<double> PositiveWeights { get; } = positiveWeights ?? [];

    /// <inheritdoc/>
    public override double Begin(Batch<T> batch, Shape output)
    {
        if (_weights.Length > 0 && (output.Rank == 0 || output[0] != _weights.Length))
            throw new ArgumentException($"{Name}: {_weights.Length} positive weights for outputs {output}. Give one for each class, the first axis.");
        return base.Begin(batch, output);
    }

    /// <inheritdoc/>
    public override double Forward<V>(in LossPass<T> pass) =>
        ElementLoss.Run<V, T, Rule<V>>(default, pass.Output, pass.Targets, _weights, pass.Images, pass.Scale, pass.GradOutput);

    private static T[] Checked(IReadOnlyList<double> weights)
    {
        foreach (double weight in weights) ShapeGuard.Weight<T>(nameof(BceWithLogitsLoss<>), weight, "positive weight");
        return [.. weights.Select(T.CreateTruncating)];
    }

    private readonly struct Rule<V> : ILossRule<V> where V : unmanaged, IVector<V, T>
    {
        [MethodImpl(AggressiveInlining)]
        public V Loss(V output, V target, V weight, out V gradient)
        {
            V zero = default, one = V.Splat(T.One), size = V.Max(output, zero - output), positive = weight * target, negative = one - target;
            V e = V.Exp(zero - size), larger = one / (one + e), smaller = e * larger;      // σ(|x|) and σ(-|x|)
            V above = V.GreaterThan(output, zero), sigmoid = V.Select(above, larger, smaller), rest = V.Select(above, smaller, larger);
            gradient = negative * sigmoid - positive * rest;
            return V.MultiplyAdd(negative, output, (negative + positive) * (V.Max(zero - output, zero) + LogOnePlus(e)));
        }

        // log(1 + e) loses e's digits where e is small: the error of u = 1 + e is put right by e / (u - 1).
        [MethodImpl(AggressiveInlining)]
        private static V LogOnePlus(V e)
        {
            V one = V.Splat(T.One), u = one + e;
            return V.Select(V.Equal(u, one), e, V.Log(u) * e / (u - one));
        }
    }
}
