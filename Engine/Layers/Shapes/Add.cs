using System.Numerics;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Layers;

/// <summary>output = a + b. The gradient goes both ways as it is; by one number a channel, summed over the pixels.</summary>
public sealed class Add<T> : JoinLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Nothing;

    internal override bool PassesGradientOn(LayerSite site) => site.Inputs[0] == site.Inputs[1];

    private protected override void Join(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> output) => TensorPrimitives.Add(a, b, output);

    private protected override void Share(int way, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> other, Span<T> gradInput) =>
        gradOutput.CopyTo(gradInput);
}
