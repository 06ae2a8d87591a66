using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>In training sets each number to zero with probability p and divides the others by 1 - p, so that no unit can rely on another.</summary>
/// <remarks>Any shape. Outside training nothing changes. Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from
/// overfitting", 2014.</remarks>
/// <param name="p">The probability of being dropped.</param>
/// <exception cref="ArgumentOutOfRangeException">p is not from 0 to 1.</exception>
public sealed class Dropout<T>(double p = 0.5) : DropoutLayer<T>(p) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => input;

    /// <inheritdoc/>
    public override Division DivisionAt(LayerSite site) => Division.Anywhere;

    private protected override void Drop<V>(in Pass<T> pass, ReadOnlySpan<T> from, Span<T> to) =>
        DropoutLanes.Apply<V, T>(pass.RandomBits, Probability, 1, from, to, pass.FirstRow);
}
