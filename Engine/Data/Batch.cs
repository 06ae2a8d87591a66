using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Some images with their labels, able to lay any block of themselves into lanes.</summary>
/// <remarks>The engine asks for blocks from several threads at once; each asks for another block.</remarks>
public abstract class Batch<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many images.</summary>
    public abstract int Count { get; }

    /// <summary>The shape of one image, [C, H, W].</summary>
    public abstract Shape ImageShape { get; }

    /// <summary>The class of each image, [<see cref="Count"/>]; empty where the images have none.</summary>
    public abstract ReadOnlySpan<int> Labels { get; }

    /// <summary>Writes one block: the images from <c>block · Lanes.Count</c> on, side by side, empty lanes zero.</summary>
    /// <param name="block">The number of the block.</param>
    /// <param name="lanes">[C, H, W, <see cref="Kernels.Lanes.Count"/>], overwritten.</param>
    public abstract void CopyBlock(int block, Span<T> lanes);
}
