using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Some images with what is known of them, able to lay any block of themselves into lanes.</summary>
/// <remarks>
/// What a loss compares outputs with are labels, or targets: numbers, such as one for each of many labels. The engine asks for blocks from several
/// threads at once; each asks for another block.
/// </remarks>
public abstract class Batch<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many images.</summary>
    public abstract int Count { get; }

    /// <summary>The shape of one image, [C, H, W].</summary>
    public abstract Shape ImageShape { get; }

    /// <summary>The class of each image, [<see cref="Count"/>], or of each position of each image, [<see cref="Count"/>, positions];
    /// empty where there are none.</summary>
    public abstract ReadOnlySpan<int> Labels { get; }

    /// <summary>The shape of one image's target, such as [classes]; none where the images have no targets.</summary>
    public virtual Shape? TargetShape => null;

    /// <summary>Writes one block: the images from <c>block · Lanes.Count</c> on, side by side, empty lanes zero.</summary>
    /// <param name="block">The number of the block.</param>
    /// <param name="lanes">[C, H, W, <see cref="Kernels.Lanes.Count"/>], overwritten.</param>
    public abstract void CopyBlock(int block, Span<T> lanes);

    /// <summary>Writes the targets of one block, as <see cref="CopyBlock"/> writes the images.</summary>
    /// <param name="block">The number of the block.</param>
    /// <param name="lanes">[<see cref="TargetShape"/>, <see cref="Kernels.Lanes.Count"/>], overwritten.</param>
    /// <exception cref="InvalidOperationException">The images have no targets.</exception>
    public virtual void CopyTargets(int block, Span<T> lanes) => ShapeGuard.WrongOrder("Batch", "targets were asked for, the images have none.");

    /// <summary>The target of one image as it is, if it lies somewhere as numbers already.</summary>
    /// <param name="image">Its place in the batch.</param>
    /// <param name="target">[<see cref="TargetShape"/>].</param>
    internal virtual bool TryTarget(int image, out ReadOnlySpan<T> target)
    {
        target = default;
        return false;
    }

    /// <summary>The images of one block as they are, if they lie somewhere as numbers already: then nothing needs to be laid into lanes for layers
    /// that want them otherwise.</summary>
    /// <param name="block">The number of the block.</param>
    /// <param name="images">[n, C, H, W].</param>
    public virtual bool TryImages(int block, out ReadOnlySpan<T> images)
    {
        images = default;
        return false;
    }

    /// <summary>How many times a block is gone through until it lies in lanes, for threads that share it; no part of one time begins before all of
    /// the time before are done.</summary>
    internal virtual int Phases => 1;

    /// <summary>A part of <see cref="CopyBlock"/>, one time through it; parts may be done by different threads at once.</summary>
    /// <param name="block">The number of the block.</param>
    /// <param name="phase">Which time.</param>
    /// <param name="part">Which part.</param>
    /// <param name="parts">Of how many. Who cannot be cut does all in the first.</param>
    /// <param name="lanes">As for <see cref="CopyBlock"/>.</param>
    internal virtual void CopyPart(int block, int phase, int part, int parts, Span<T> lanes)
    {
        if (part == 0) CopyBlock(block, lanes);
    }

    /// <summary>For a model of several inputs: the images of one of them. This batch, by default.</summary>
    public virtual Batch<T> InputAt(int i) => this;

    /// <summary>For a model of several outputs: who knows the labels or targets of one of them. This batch, by default.</summary>
    public virtual Batch<T> TargetAt(int i) => this;
}
