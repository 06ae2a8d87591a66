using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>A tensor of images as a batch, with labels or targets or without.</summary>
/// <remarks>Nothing is copied: the batch reads <paramref name="images"/> when the engine asks for a block.</remarks>
/// <param name="images">[N, C, H, W], or [N, ...] for layers of other shapes.</param>
/// <param name="labels">[N] classes, or [N, positions], or none.</param>
/// <param name="targets">[N, ...] numbers, or none.</param>
public sealed class TensorBatch<T>(Tensor<T> images, ReadOnlyMemory<int> labels = default, Tensor<T>? targets = null) : Batch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tensor<T> _images = images;

    /// <inheritdoc/>
    public override int Count { get; } = images.Shape[0];

    /// <inheritdoc/>
    public override Shape ImageShape { get; } = images.Shape.Tail();

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Labels => labels.Span;

    /// <inheritdoc/>
    public override Shape? TargetShape { get; } = TailOf(targets, images.Shape[0]);

    /// <inheritdoc/>
    public override void CopyBlock(int block, Span<T> lanes) => Copy(_images, block, lanes);

    /// <inheritdoc/>
    public override bool TryImages(int block, out ReadOnlySpan<T> images)
    {
        int size = ImageShape.Length;
        images = _images.Span.Slice(block * Lanes.Count * size, Lanes.Filled(block, Count) * size);
        return true;
    }

    /// <inheritdoc/>
    public override void CopyTargets(int block, Span<T> lanes)
    {
        if (targets is null) base.CopyTargets(block, lanes);
        else Copy(targets, block, lanes);
    }

    internal override bool TryTarget(int image, out ReadOnlySpan<T> target)
    {
        target = targets is null ? default : targets.Span.Slice(image * (targets.Length / Count), targets.Length / Count);
        return targets is not null;
    }

    internal override void CopyPart(int block, int phase, int part, int parts, Span<T> lanes) => Copy(_images, block, lanes, part, parts);

    private void Copy(Tensor<T> from, int block, Span<T> lanes, int part = 0, int parts = 1)
    {
        int size = from.Length / Count, first = Parts.Begin(size, part, parts), end = Parts.Begin(size, part + 1, parts);
        Lanes.Interleave<T>(from.Span.Slice(block * Lanes.Count * size, Lanes.Filled(block, Count) * size), size, lanes, first, end);
    }

    private static Shape? TailOf(Tensor<T>? targets, int count)
    {
        if (targets is null) return null;
        if (targets.Shape.Rank == 0 || targets.Shape[0] != count)
            ShapeGuard.Mismatch("TensorBatch", $"{count} images come with targets {targets.Shape}. Give every image one.",
                new Shape(count), targets.Shape);
        return targets.Shape.Tail();
    }
}
