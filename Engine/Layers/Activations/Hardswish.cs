using System.Numerics;
using Scratch.Kernels;

namespace Scratch.Layers;

/// <summary>x · relu6(x + 3) / 6: the shape of <see cref="Silu{T}"/> without an exponential.</summary>
/// <remarks>
/// Any shape. The derivative is 0 below -3, 1 above 3, and x/3 + 1/2 from one to the other.
/// Source: Howard et al., "Searching for MobileNetV3", 2019, section 5.2.
/// </remarks>
public sealed class Hardswish<T>() : ActivationLayer<T>(BackwardReads.Input) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal override Activation<T> Activation => new(ActivationKind.Hardswish);

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Map<V, HardswishFunction<T>>(default, pass);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass) => MapBack<V, HardswishFunction<T>>(default, pass);
}
