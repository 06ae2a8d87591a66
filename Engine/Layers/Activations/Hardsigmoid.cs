using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Layers;

/// <summary>relu6(x + 3) / 6: the shape of <see cref="Sigmoid{T}"/> without an exponential.</summary>
/// <remarks>
/// Any shape. The derivative is 1/6 where the output lies between 0 and 1, and 0 at both ends, as in PyTorch.
/// Source: Howard et al., "Searching for MobileNetV3", 2019, section 5.2.
/// </remarks>
public sealed class Hardsigmoid<T>() : ActivationLayer<T>(BackwardReads.Output) where T : unmanaged, IBinaryFloatingPointIeee754<T>
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
            return V.Min(V.Max(x + V.Splat(T.CreateTruncating(3)), default), six) / six;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V y) where V : unmanaged, IVector<V, T>
        {
            V one = V.Splat(T.One), slope = V.Splat(T.One / T.CreateTruncating(6));
            return V.Select(V.GreaterThan(y, default), V.Select(V.GreaterThan(one, y), slope, default), default);
        }
    }
}
