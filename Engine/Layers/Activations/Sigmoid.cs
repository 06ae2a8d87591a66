using System.Numerics;
using Scratch.Kernels;

namespace Scratch.Layers;

/// <summary>1 / (1 + exp(-x)): from 0 to 1.</summary>
/// <remarks>Any shape. The derivative is y · (1 - y).</remarks>
public sealed class Sigmoid<T>() : ActivationLayer<T>(BackwardReads.Output) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal override Activation<T> Activation => new(ActivationKind.Sigmoid);

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Map<V, SigmoidFunction<T>>(default, pass);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass) => MapBack<V, SigmoidFunction<T>>(default, pass);
}
