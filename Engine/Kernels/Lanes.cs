using System.Diagnostics;

namespace Scratch.Kernels;

/// <summary>The engine's own layout: 32 images side by side, one pixel of all of them adjacent, so that a vector is one pixel of many images.</summary>
/// <remarks>
/// A block is [C][H][W][<see cref="Count"/>]: the image is the innermost index, its place there is its lane. A batch is a row of blocks; the last may
/// be part-filled, its empty lanes are zero. Every kernel then reads like the textbook loop over one image in which a number became a vector.
/// </remarks>
public static class Lanes
{
    /// <summary>How many images lie side by side: two vectors of 512 bits in float, four in double, a whole number of every narrower vector.</summary>
    public const int Count = 32;

    /// <summary>How many blocks a batch of <paramref name="images"/> takes.</summary>
    public static int Blocks(int images) => (images + Count - 1) / Count;

    /// <summary>How many lanes of block <paramref name="block"/> are filled in a batch of <paramref name="images"/>.</summary>
    public static int Filled(int block, int images) => Math.Min(Count, images - block * Count);

    /// <summary>Lays images side by side: <c>block[p][n] = images[n][p]</c>; empty lanes become zero.</summary>
    /// <param name="images">[n, size], n at most <see cref="Count"/>.</param>
    /// <param name="size">Numbers of one image.</param>
    /// <param name="block">[size, <see cref="Count"/>], overwritten.</param>
    public static void Interleave<T>(ReadOnlySpan<T> images, int size, Span<T> block) where T : unmanaged
    {
        int count = size == 0 ? 0 : images.Length / size;
        Debug.Assert(count <= Count && images.Length == count * size && block.Length == size * Count);
        if (count < Count) block.Clear();
        const int Strip = 16;                                                // pixels whose block rows stay in the cache over all images
        for (int start = 0; start < size; start += Strip)
        {
            int end = Math.Min(start + Strip, size);
            for (int n = 0; n < count; n++)
            {
                ReadOnlySpan<T> image = images.Slice(n * size, size);
                for (int p = start; p < end; p++) block[p * Count + n] = image[p];
            }
        }
    }

    /// <summary>Takes images apart again: <c>images[n][p] = block[p][n]</c> for the filled lanes.</summary>
    /// <param name="block">[size, <see cref="Count"/>].</param>
    /// <param name="size">Numbers of one image.</param>
    /// <param name="images">[n, size], n at most <see cref="Count"/>, overwritten.</param>
    public static void Deinterleave<T>(ReadOnlySpan<T> block, int size, Span<T> images) where T : unmanaged
    {
        int count = size == 0 ? 0 : images.Length / size;
        Debug.Assert(count <= Count && images.Length == count * size && block.Length == size * Count);
        for (int n = 0; n < count; n++)
        {
            Span<T> image = images.Slice(n * size, size);
            for (int p = 0; p < size; p++) image[p] = block[p * Count + n];
        }
    }
}
