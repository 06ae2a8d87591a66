using System.Numerics;
using Scratch.Kernels;

namespace Scratch.Layers;

/// <summary>The hyperbolic tangent: from -1 to 1.</summary>
/// <remarks>Any shape. The derivative is 1 - y².</remarks>
public sealed class Tanh<T>() : ActivationLayer<T>(BackwardReads.Output) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal override Activation<T> Activation => new(ActivationKind.Tanh);

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Map<V, TanhFunction<T>>(default, pass);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass) => MapBack<V, TanhFunction<T>>(default, pass);
}
