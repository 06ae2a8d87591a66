using System.Numerics;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Layers;

/// <summary>output = a · b, number by number: how a squeeze-and-excite block weighs channels.</summary>
public sealed class Multiply<T> : JoinLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Input;

    private protected override void Join(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> output) => TensorPrimitives.Multiply(a, b, output);

    private protected override void Share(int way, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> other, Span<T> gradInput) =>
        TensorPrimitives.Multiply(gradOutput, other, gradInput);
}
