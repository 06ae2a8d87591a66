using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Layers;

/// <summary>The hyperbolic tangent: from -1 to 1.</summary>
/// <remarks>Any shape. The derivative is 1 - y².</remarks>
public sealed class Tanh<T>() : ActivationLayer<T>(BackwardReads.Output) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Map<V, Function>(default, pass);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass) => MapBack<V, Function>(default, pass);

    private readonly struct Function : IElementFunction<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x) where V : unmanaged, IVector<V, T> => VectorMath.Tanh<V, T>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V y) where V : unmanaged, IVector<V, T> => V.Splat(T.One) - y * y;
    }
}
