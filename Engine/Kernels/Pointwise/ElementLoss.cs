using System.Diagnostics;
using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>How wrong one output is, written for a vector of outputs that do not know of each other.</summary>
internal interface ILossRule<V>
{
    /// <summary>The loss of one output, and its derivative by the output.</summary>
    /// <param name="output">What the model says.</param>
    /// <param name="target">What it should say.</param>
    /// <param name="weight">The weight of the output's class, 1 where there are none; a rule may ignore it.</param>
    /// <param name="gradient">The derivative.</param>
    V Loss(V output, V target, V weight, out V gradient);
}

/// <summary>Takes a rule over all outputs of a block.</summary>
internal static unsafe class ElementLoss
{
    private const int Strip = 32;                                            // numbers added up before the sum goes on in double

    /// <summary>The sum of the losses of the filled lanes; the gradient is scaled.</summary>
    /// <param name="rule">The loss of one output.</param>
    /// <param name="output">[elements, lanes].</param>
    /// <param name="target">Like the output.</param>
    /// <param name="weights">One for each stretch of elements / weights elements, or none.</param>
    /// <param name="images">How many lanes count.</param>
    /// <param name="scale">Of the gradient, not of the loss.</param>
    /// <param name="gradOutput">Like the output, overwritten, zero in empty lanes.</param>
    public static double Run<V, T, R>(R rule, ReadOnlySpan<T> output, ReadOnlySpan<T> target, ReadOnlySpan<T> weights, int images, T scale,
        Span<T> gradOutput) where V : unmanaged, IVector<V, T> where T : unmanaged, IFloatingPointIeee754<T> where R : struct, ILossRule<V>
    {
        int elements = output.Length / Lanes.Count, stretch = weights.IsEmpty ? elements : elements / weights.Length;
        Debug.Assert(output.Length == target.Length && output.Length == gradOutput.Length && output.Length % Lanes.Count == 0
            && (weights.IsEmpty || stretch * weights.Length == elements) && images <= Lanes.Count);
        T* losses = stackalloc T[Lanes.Count];
        double sum = 0;
        fixed (T* y = output, t = target, dy = gradOutput)
            for (int start = 0; start < elements; start += Strip)
            {
                int end = Math.Min(start + Strip, elements);
                for (int n = 0; n < Lanes.Count; n += V.Count)
                {
                    V some = default;
                    for (int i = start; i < end; i++)
                    {
                        int at = i * Lanes.Count + n;
                        V weight = V.Splat(weights.IsEmpty ? T.One : weights[i / stretch]);
                        some += rule.Loss(V.Load(y + at), V.Load(t + at), weight, out V gradient);
                        V.Store(gradient * V.Splat(scale), dy + at);
                    }
                    V.Store(some, losses + n);
                }
                for (int n = 0; n < images; n++) sum += double.CreateTruncating(losses[n]);
            }
        Lanes.ClearEmpty(gradOutput, images);
        return sum;
    }
}
