using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Losses;

/// <summary>The distance of every output from its target: |x - t|, gradient 1 above, -1 below and 0 at the target.</summary>
public sealed class L1Loss<T> : TargetLoss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override double Forward<V>(in LossPass<T> pass) => Distance<V>(pass);

    /// <summary>The loss of one block, for others that are this one at their limit.</summary>
    internal static double Distance<V>(in LossPass<T> pass) where V : unmanaged, IVector<V, T> =>
        ElementLoss.Run<V, T, Rule<V>>(default, pass.Output, pass.Targets, [], pass.Images, pass.Scale, pass.GradOutput);

    private readonly struct Rule<V> : ILossRule<V> where V : unmanaged, IVector<V, T>
    {
        [MethodImpl(AggressiveInlining)]
        public V Loss(V output, V target, V weight, out V gradient)
        {
            V zero = default, one = V.Splat(T.One), difference = output - target;
            V orZero = V.Select(V.Equal(difference, zero), zero, difference);              // NaN stays NaN
            gradient = V.Select(V.GreaterThan(difference, zero), one, V.Select(V.GreaterThan(zero, difference), zero - one, orZero));
            return V.Max(difference, zero - difference);
        }
    }
}
