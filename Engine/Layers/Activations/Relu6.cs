using System.Numerics;
using Scratch.Kernels;

namespace Scratch.Layers;

/// <summary>min(max(0, x), 6): a rectifier that saturates.</summary>
/// <remarks>
/// Any shape. The gradient is that of the output where the output lies between 0 and 6, and 0 at both ends, as in PyTorch.
/// Source: Krizhevsky, "Convolutional deep belief networks on CIFAR-10", 2010.
/// </remarks>
public sealed class Relu6<T>() : ActivationLayer<T>(BackwardReads.Output) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal override Activation<T> Activation => new(ActivationKind.Relu6);

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Elementwise.Activate<V, T>(Activation, pass.Input, pass.Output);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        if (!pass.GradInput.IsEmpty) Elementwise.ActivateBackward<V, T>(Activation, pass.Output, pass.GradOutput, pass.GradInput);
    }
}
