using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Losses;

/// <summary>Half the square of small differences, and the distance for large ones, which then pull no harder the larger they are.</summary>
/// <remarks>
/// With d = x - t: d² / 2 where |d| ≤ delta, else delta · (|d| - delta / 2); gradient d, or delta with d's sign. As PyTorch's.
/// Source: Huber, "Robust estimation of a location parameter", 1964.
/// </remarks>
/// <param name="delta">Where the square ends.</param>
/// <exception cref="ArgumentOutOfRangeException">It is not above zero, in T too.</exception>
public sealed class HuberLoss<T>(double delta = 1) : TargetLoss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Where the square ends.</summary>
    public double Delta { get; } = Checked(delta);

    /// <inheritdoc/>
    public override double Forward<V>(in LossPass<T> pass) => Bent<V>(pass, Delta, 1);

    /// <summary>The loss of one block, times a factor.</summary>
    internal static double Bent<V>(in LossPass<T> pass, double delta, double factor) where V : unmanaged, IVector<V, T>
    {
        var rule = new Rule<V> { Delta = V.Splat(T.CreateTruncating(delta)), Factor = V.Splat(T.CreateTruncating(factor)) };
        return ElementLoss.Run<V, T, Rule<V>>(rule, pass.Output, pass.Targets, [], pass.Images, pass.Scale, pass.GradOutput);
    }

    private static double Checked(double delta)
    {
        ShapeGuard.Above<T>(nameof(HuberLoss<>), delta, 0);
        return delta;
    }

    private readonly struct Rule<V> : ILossRule<V> where V : unmanaged, IVector<V, T>
    {
        public V Delta { get; init; }

        public V Factor { get; init; }

        // With c the difference cut at ±delta, both cases are c · (d - c / 2), and the gradient is c.
        [MethodImpl(AggressiveInlining)]
        public V Loss(V output, V target, V weight, out V gradient)
        {
            V difference = output - target, cut = V.Min(V.Max(difference, default(V) - Delta), Delta), half = V.Splat(T.CreateTruncating(0.5));
            gradient = cut * Factor;
            return gradient * (difference - half * cut);
        }
    }
}
