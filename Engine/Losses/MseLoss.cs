using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Losses;

/// <summary>The squared difference of every output from its target: (x - t)², gradient 2 · (x - t).</summary>
public sealed class MseLoss<T> : TargetLoss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override double Forward<V>(in LossPass<T> pass) =>
        ElementLoss.Run<V, T, Rule<V>>(default, pass.Output, pass.Targets, [], pass.Images, pass.Scale, pass.GradOutput);

    private readonly struct Rule<V> : ILossRule<V> where V : unmanaged, IVector<V, T>
    {
        [MethodImpl(AggressiveInlining)]
        public V Loss(V output, V target, V weight, out V gradient)
        {
            V difference = output - target;
            gradient = difference + difference;
            return difference * difference;
        }
    }
}
