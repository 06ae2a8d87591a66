using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>A tensor of images as a batch, with labels or without.</summary>
/// <remarks>Nothing is copied: the batch reads <paramref name="images"/> when the engine asks for a block.</remarks>
/// <param name="images">[N, C, H, W], or [N, ...] for layers of other shapes.</param>
/// <param name="labels">[N] classes, or none.</param>
public sealed class TensorBatch<T>(Tensor<T> images, ReadOnlyMemory<int> labels = default) : Batch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override int Count { get; } = images.Shape[0];

    /// <inheritdoc/>
    public override Shape ImageShape { get; } = images.Shape.Tail();

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Labels => labels.Span;

    /// <inheritdoc/>
    public override void CopyBlock(int block, Span<T> lanes)
    {
        int size = ImageShape.Length;
        Lanes.Interleave<T>(images.Span.Slice(block * Lanes.Count * size, Lanes.Filled(block, Count) * size), size, lanes);
    }
}
