using System.Numerics;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Losses;

/// <summary>A loss that compares every output with a number of its own: targets have the shape of the outputs.</summary>
/// <remarks>The mean is over all outputs of all images, as PyTorch's is.</remarks>
public abstract class TargetLoss<T> : Loss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected TargetLoss()
    {
    }

    /// <inheritdoc/>
    public sealed override bool IsByPosition => true;

    /// <inheritdoc/>
    public override double Begin(Batch<T> batch, Shape output)
    {
        if (batch.TargetShape is not { } target)
            throw new ArgumentException($"{Name}: the images have no targets. Outputs {output} take as many numbers an image.", nameof(batch));
        ShapeGuard.Same(Name, "the target of one image", output, target);
        return Reduction == Reduction.Mean ? (double)batch.Count * output.Length : 1;
    }
}
