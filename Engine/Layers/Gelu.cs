using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Layers;

/// <summary>How <see cref="Gelu{T}"/> computes the normal distribution.</summary>
public enum GeluApproximation
{
    /// <summary>As it is, by the error function.</summary>
    None,

    /// <summary>By the hyperbolic tangent of a cubic: about 1e-3 off, and cheaper.</summary>
    Tanh,
}

/// <summary>x · Φ(x), where Φ is the share of the standard normal distribution that lies below x.</summary>
/// <remarks>
/// Any shape. Φ(x) = erfc(-x/sqrt(2)) / 2; the derivative is Φ(x) + x · exp(-x²/2)/sqrt(2π). Approximated, Φ(x) = (1 + tanh(u)) / 2 = sigmoid(2u) with
/// u = sqrt(2/π) · (x + 0.044715 · x³). Source: Hendrycks and Gimpel, "Gaussian error linear units", 2016.
/// </remarks>
/// <param name="approximation">How to compute Φ.</param>
public sealed class Gelu<T>(GeluApproximation approximation = GeluApproximation.None) : ActivationLayer<T>(BackwardReads.Input)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How Φ is computed.</summary>
    public GeluApproximation Approximation => approximation;

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        if (approximation == GeluApproximation.None) Map<V, Exact>(default, pass);
        else Map<V, ByTanh>(default, pass);
    }

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        if (approximation == GeluApproximation.None) MapBack<V, Exact>(default, pass);
        else MapBack<V, ByTanh>(default, pass);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Number<V>(double number) where V : unmanaged, IVector<V, T> => V.Splat(T.CreateTruncating(number));

    private readonly struct Exact : IElementFunction<T>
    {
        private const double RootHalf = 0.70710678118654752440, InverseRootTwoPi = 0.39894228040143267794;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x) where V : unmanaged, IVector<V, T> => x * Below(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x) where V : unmanaged, IVector<V, T>
        {
            V density = V.Exp(Number<V>(-0.5) * x * x) * Number<V>(InverseRootTwoPi);
            return V.MultiplyAdd(x, density, Below(x));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Below<V>(V x) where V : unmanaged, IVector<V, T> => Number<V>(0.5) * VectorMath.Erfc<V, T>(x * Number<V>(-RootHalf));
    }

    private readonly struct ByTanh : IElementFunction<T>
    {
        // 2u = Linear · x + Cubic · x³. Beyond ±Most the sigmoid is 0 or 1 in every precision, and the cube would overflow.
        private const double Linear = 1.59576912160573071176, Cubic = Linear * 0.044715, Most = 30;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x) where V : unmanaged, IVector<V, T> => x * Below(Bounded(x));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x) where V : unmanaged, IVector<V, T>
        {
            V one = V.Splat(T.One), bounded = Bounded(x), s = Below(bounded);
            V inner = V.MultiplyAdd(Number<V>(3 * Cubic) * bounded, bounded, Number<V>(Linear));
            return s * V.MultiplyAdd(bounded * (one - s), inner, one);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Bounded<V>(V x) where V : unmanaged, IVector<V, T> => V.Max(V.Min(x, Number<V>(Most)), Number<V>(-Most));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Below<V>(V x) where V : unmanaged, IVector<V, T> =>
            VectorMath.Sigmoid<V, T>(x * V.MultiplyAdd(Number<V>(Cubic) * x, x, Number<V>(Linear)));
    }
}
