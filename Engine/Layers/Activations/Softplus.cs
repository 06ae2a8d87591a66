using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>log(1 + exp(beta · x)) / beta: a rectifier without a corner.</summary>
/// <remarks>Any shape. Where beta · x is above the threshold it is x itself, as in PyTorch. The derivative is sigmoid(beta · x).
/// Source: Dugas et al., "Incorporating second-order functional knowledge for better option pricing", 2000.</remarks>
public sealed class Softplus<T> : ActivationLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Function _function;

    /// <summary>With PyTorch's defaults.</summary>
    /// <param name="beta">How sharp the bend is.</param>
    /// <param name="threshold">beta · x from which on it is x.</param>
    /// <exception cref="ArgumentOutOfRangeException">beta is not above 0, or the threshold not a finite number.</exception>
    public Softplus(double beta = 1, double threshold = 20)
        : base(BackwardReads.Input)
    {
        ShapeGuard.Above(TypeName, beta, 0);
        ShapeGuard.Finite(TypeName, threshold, double.MinValue);
        (Beta, Threshold, _function) = (beta, threshold, new(T.CreateTruncating(beta), T.CreateTruncating(threshold)));
    }

    /// <summary>How sharp the bend is.</summary>
    public double Beta { get; }

    /// <summary>beta · x from which on it is x.</summary>
    public double Threshold { get; }

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Map<V, Function>(_function, pass);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass) => MapBack<V, Function>(_function, pass);

    private readonly struct Function(T beta, T threshold) : IElementFunction<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x) where V : unmanaged, IVector<V, T>
        {
            // log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|)): no exponential overflows
            V z = x * V.Splat(beta), soft = V.Max(z, default) + VectorMath.Log1P<V, T>(V.Exp(default(V) - VectorMath.Abs<V, T>(z)));
            return V.Select(V.GreaterThan(z, V.Splat(threshold)), x, soft / V.Splat(beta));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x) where V : unmanaged, IVector<V, T>
        {
            V z = x * V.Splat(beta);
            return V.Select(V.GreaterThan(z, V.Splat(threshold)), V.Splat(T.One), VectorMath.Sigmoid<V, T>(z));
        }
    }
}
