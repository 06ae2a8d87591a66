using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>max(0, x): lets through what is positive.</summary>
/// <remarks>Any shape. The gradient is that of the output where the output is positive, else 0; at 0 it is 0. NaN stays NaN.</remarks>
public sealed class Relu<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Output;

    /// <inheritdoc/>
    public override OutputMemory OutputMemory => OutputMemory.MayReplaceInput;

    internal override Activation<T> Activation => new(ActivationKind.Relu, T.Zero);

    /// <inheritdoc/>
    public override bool IsCheap => true;

    /// <inheritdoc/>
    public override bool IsActivation => true;

    /// <inheritdoc/>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public override Division DivisionAt(LayerSite site) => Division.Anywhere;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => input;

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Elementwise.Relu<V, T>(pass.Input, pass.Output);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        if (!pass.GradInput.IsEmpty) Elementwise.ReluBackward<V, T>(pass.Output, pass.GradOutput, pass.GradInput);
    }
}
