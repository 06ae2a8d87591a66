using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Losses;

/// <summary>The distance of every output from its target, rounded off near zero: <see cref="HuberLoss{T}"/> divided by its delta.</summary>
/// <remarks>
/// With d = x - t: d² / (2 · beta) where |d| &lt; beta, else |d| - beta / 2; gradient d / beta, or d's sign. As PyTorch's.
/// Source: Girshick, "Fast R-CNN", 2015.
/// </remarks>
/// <param name="beta">Where the square ends; with 0 it is <see cref="L1Loss{T}"/>.</param>
/// <exception cref="ArgumentOutOfRangeException">It is negative or not finite, or not 0 and it or one over it is none in T.</exception>
public sealed class SmoothL1Loss<T>(double beta = 1) : TargetLoss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Where the square ends.</summary>
    public double Beta { get; } = Checked(beta);

    /// <inheritdoc/>
    public override double Forward<V>(in LossPass<T> pass) => Beta == 0 ? L1Loss<T>.Distance<V>(pass) : HuberLoss<T>.Bent<V>(pass, Beta, 1 / Beta);

    private static double Checked(double beta)
    {
        ShapeGuard.Finite(nameof(SmoothL1Loss<>), beta, 0);
        if (beta == 0) return beta;
        ShapeGuard.Above<T>(nameof(SmoothL1Loss<>), beta, 0);
        ShapeGuard.Above<T>(nameof(SmoothL1Loss<>), 1 / beta, 0);            // what differences are multiplied by
        return beta;
    }
}
