using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Layers;

/// <summary>min(max(0, x), 6): a rectifier that saturates.</summary>
/// <remarks>
/// Any shape. The gradient is that of the output where the output lies between 0 and 6, and 0 at both ends, as in PyTorch.
/// Source: Krizhevsky, "Convolutional deep belief networks on CIFAR-10", 2010.
/// </remarks>
public sealed class Relu6<T>() : ActivationLayer<T>(BackwardReads.Output) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal override Activation<T> Activation => new(ActivationKind.Relu6, T.Zero);

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Map<V, Function>(default, pass);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass) => MapBack<V, Function>(default, pass);

    private readonly struct Function : IElementFunction<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x) where V : unmanaged, IVector<V, T> => V.Min(V.Max(x, default), V.Splat(T.CreateTruncating(6)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V y) where V : unmanaged, IVector<V, T>
        {
            V belowSix = V.Select(V.GreaterThan(V.Splat(T.CreateTruncating(6)), y), V.Splat(T.One), default);
            return V.Select(V.GreaterThan(y, default), belowSix, default);
        }
    }
}
