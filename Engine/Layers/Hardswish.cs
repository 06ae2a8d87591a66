using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Layers;

/// <summary>x · relu6(x + 3) / 6: the shape of <see cref="Silu{T}"/> without an exponential.</summary>
/// <remarks>
/// Any shape. The derivative is 0 below -3, 1 above 3, and x/3 + 1/2 from one to the other.
/// Source: Howard et al., "Searching for MobileNetV3", 2019, section 5.2.
/// </remarks>
public sealed class Hardswish<T>() : ActivationLayer<T>(BackwardReads.Input) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Map<V, Function>(default, pass);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass) => MapBack<V, Function>(default, pass);

    private readonly struct Function : IElementFunction<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x) where V : unmanaged, IVector<V, T>
        {
            V six = V.Splat(T.CreateTruncating(6));
            return x * V.Min(V.Max(x + V.Splat(T.CreateTruncating(3)), default), six) / six;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x) where V : unmanaged, IVector<V, T>
        {
            V three = V.Splat(T.CreateTruncating(3)), one = V.Splat(T.One);
            V between = x / three + V.Splat(T.CreateTruncating(0.5));
            return V.Select(V.GreaterThan(x, three), one, V.Select(V.GreaterThan(default(V) - three, x), default, between));
        }
    }
}
