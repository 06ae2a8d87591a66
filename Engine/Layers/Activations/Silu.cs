using System.Numerics;
using Scratch.Kernels;

namespace Scratch.Layers;

/// <summary>x · sigmoid(x), also called swish.</summary>
/// <remarks>
/// Any shape. With s = sigmoid(x) the derivative is s · (1 + x · (1 - s)).
/// Source: Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units for neural network function approximation", 2017.
/// </remarks>
public sealed class Silu<T>() : ActivationLayer<T>(BackwardReads.Input) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal override Activation<T> Activation => new(ActivationKind.Silu);

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Map<V, SiluFunction<T>>(default, pass);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass) => MapBack<V, SiluFunction<T>>(default, pass);
}
