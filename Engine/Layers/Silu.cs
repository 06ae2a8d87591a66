using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Layers;

/// <summary>x · sigmoid(x), also called swish.</summary>
/// <remarks>
/// Any shape. With s = sigmoid(x) the derivative is s · (1 + x · (1 - s)).
/// Source: Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units for neural network function approximation", 2017.
/// </remarks>
public sealed class Silu<T>() : ActivationLayer<T>(BackwardReads.Input) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Map<V, Function>(default, pass);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass) => MapBack<V, Function>(default, pass);

    private readonly struct Function : IElementFunction<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x) where V : unmanaged, IVector<V, T> => x * VectorMath.Sigmoid<V, T>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x) where V : unmanaged, IVector<V, T>
        {
            V one = V.Splat(T.One), s = VectorMath.Sigmoid<V, T>(x);
            return s * V.MultiplyAdd(x, one - s, one);
        }
    }
}
