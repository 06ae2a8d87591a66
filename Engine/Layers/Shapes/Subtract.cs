using System.Numerics;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Layers;

/// <summary>output = a - b.</summary>
public sealed class Subtract<T> : JoinLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Nothing;

    private protected override void Join(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> output) => TensorPrimitives.Subtract(a, b, output);

    private protected override void Share(int way, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> other, Span<T> gradInput)
    {
        if (way == 0) gradOutput.CopyTo(gradInput);
        else TensorPrimitives.Negate(gradOutput, gradInput);
    }
}
