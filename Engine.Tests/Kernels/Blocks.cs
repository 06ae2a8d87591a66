using System.Numerics;
using Scratch.Kernels;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

/// <summary>Images into a block in lanes and out again, between fences.</summary>
internal static class Blocks
{
    /// <summary>[images, size] as [size, lanes]; empty lanes are zero.</summary>
    public static GuardedBuffer<T> Of<T>(ReadOnlySpan<T> images, int size) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var block = new GuardedBuffer<T>(size * Lanes.Count);
        Lanes.Interleave(images, size, block.Span);
        return block;
    }

    /// <summary>The first images of a block that was written to the last number.</summary>
    public static T[] Images<T>(GuardedBuffer<T> block, int count) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] all = block.Written();
        int size = all.Length / Lanes.Count;
        var images = new T[count * size];
        Lanes.Deinterleave<T>(all, size, images);
        return images;
    }
}
