using System.Diagnostics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>The engine's own layout: 32 images side by side, one pixel of all
/// of them adjacent, so that a vector is one pixel of many images.</summary>
/// <remarks>
/// A block is [C][H][W][<see cref="Count"/>]: the image is the innermost index, its place there is its lane. A batch is a row of blocks; the last may
/// be part-filled, its empty lanes are zero. Every kernel then reads like the textbook loop over one image in which a number became a vector.
/// </remarks>
public static class Lanes
{
    /// <summary>How many images lie side by side: two vectors of 512 bits in
    /// float, four in double, a whole number of every narrower vector.</summary>
    public const int Count = 32;

    /// <summary>How many blocks a batch of <paramref name="images"/> takes.</summary>
    public static int Blocks(int images) => (images + Count - 1) / Count;

    /// <summary>The next length from here on that is a whole number of vectors, whatever their width.</summary>
    internal static int RoundUp(int length) => (length + Count - 1) / Count * Count;

    /// <summary>How many lanes of block <paramref name="block"/> are filled in a batch of <paramref name="images"/>.</summary>
    public static int Filled(int block, int images) => Math.Min(Count, images - block * Count);

    /// <summary>Lays images side by side: <c>block[p][n] = images[n][p]</c>; empty lanes become zero.</summary>
    /// <param name="images">[n, size], n at most <see cref="Count"/>.</param>
    /// <param name="size">Numbers of one image.</param>
    /// <param name="block">[size, <see cref="Count"/>], overwritten.</param>
    public static void Interleave<T>(ReadOnlySpan<T> images, int size, Span<T> block) where T : unmanaged => Interleave(images, size, block, 0, size);

    /// <summary>The same for the numbers of each image from <paramref name="first"/> to <paramref name="end"/>.</summary>
    internal static void Interleave<T>(ReadOnlySpan<T> images, int size, Span<T> block, int first, int end) where T : unmanaged
    {
        int count = size == 0 ? 0 : images.Length / size;
        Debug.Assert(count <= Count && images.Length == count * size && block.Length == size * Count && 0 <= first && first <= end && end <= size);
        Span<T> rows = block[(first * Count)..(end * Count)];
        if (count < Count) rows.Clear();
        Transpose(images[Math.Min(first, images.Length)..], count, end - first, size, rows, Count);
    }

    /// <summary>Takes images apart again: <c>images[n][p] = block[p][n]</c> for the filled lanes.</summary>
    /// <param name="block">[size, <see cref="Count"/>].</param>
    /// <param name="size">Numbers of one image.</param>
    /// <param name="images">[n, size], n at most <see cref="Count"/>, overwritten.</param>
    public static void Deinterleave<T>(ReadOnlySpan<T> block, int size, Span<T> images) where T : unmanaged =>
        Deinterleave(block, size, images, 0, size);

    /// <summary>The same for the numbers of each image from <paramref name="first"/> to <paramref name="end"/>.</summary>
    internal static void Deinterleave<T>(ReadOnlySpan<T> block, int size, Span<T> images, int first, int end) where T : unmanaged
    {
        int count = size == 0 ? 0 : images.Length / size;
        Debug.Assert(count <= Count && images.Length == count * size && block.Length == size * Count && 0 <= first && first <= end && end <= size);
        Transpose(block[(first * Count)..], end - first, count, Count, images[Math.Min(first, images.Length)..], size);
    }

    /// <summary>Sets the lanes beyond the first <paramref name="images"/> to zero.</summary>
    internal static void ClearEmpty<T>(Span<T> block, int images) where T : unmanaged
    {
        Debug.Assert(block.Length % Count == 0);
        if (images == Count) return;
        for (int start = 0; start < block.Length; start += Count) block.Slice(start + images, Count - images).Clear();
    }

    /// <summary>to[j, i] = from[i, j] for <paramref name="rows"/> by <paramref name="columns"/>
    /// numbers, in tiles of four by four where the numbers have 32 bits.</summary>
    private static unsafe void Transpose<T>(ReadOnlySpan<T> from, int rows, int columns, int fromStride, Span<T> to, int toStride) where T : unmanaged
    {
        fixed (T* source = from, target = to) Transpose(source, rows, columns, fromStride, target, toStride);
    }

    /// <summary>The same at addresses, for kernels, which have checked their spans once.</summary>
    internal static unsafe void Transpose<T>(T* from, int rows, int columns, nint fromStride, T* to, nint toStride) where T : unmanaged
    {
        const int Strip = 16, Ahead = 4 * Strip;                             // of a square that stays in the L1 cache; columns on, fetched before
        bool inTiles = sizeof(T) == sizeof(float) && Transposition.IsAccelerated;
        if (inTiles && rows == 3 && toStride == 3)                           // colours; the last column by itself: nothing is written behind it
            for (; columns > 4; columns -= 4, from += 4, to += 4 * toStride) Transposition.ThreeByFour((float*)from, fromStride, (float*)to);
        for (int top = 0; top < rows; top += Strip)
            for (int left = 0; left < columns; left += Strip)
            {
                int bottom = Math.Min(top + Strip, rows), right = Math.Min(left + Strip, columns), i = top;
                if (inTiles && toStride > fromStride && bottom - top == Strip)
                {
                    if (top + Ahead < rows) CacheLines.Fetch(to + left * toStride + top + Ahead, right - left, toStride, Strip);
                    TransposeLines(from + top * fromStride + left, Strip, right - left, fromStride, to + left * toStride + top, toStride);
                    continue;
                }
                if (left + Ahead < columns) CacheLines.Fetch(from + top * fromStride + left + Ahead, bottom - top, fromStride, Strip);
                for (; inTiles && i + 4 <= bottom; i += 4)
                {
                    int j = left;
                    for (; j + 4 <= right; j += 4)
                        Transposition.FourByFour((float*)(from + i * fromStride + j), fromStride, (float*)(to + j * toStride + i), toStride);
                    for (; j < right; j++)
                        for (int k = i; k < i + 4; k++) to[j * toStride + k] = from[k * fromStride + j];
                }
                for (; i < bottom; i++)
                    for (int j = left; j < right; j++) to[j * toStride + i] = from[i * fromStride + j];
            }
    }

    // A strip whose target's lines lie far apart: these are written whole, four at a time. Rows are a multiple of four.
    private static unsafe void TransposeLines<T>(T* from, int rows, int columns, nint fromStride, T* to, nint toStride) where T : unmanaged
    {
        int j = 0;
        for (; j + 4 <= columns; j += 4)
            for (int i = 0; i < rows; i += 4)
                Transposition.FourByFour((float*)(from + i * fromStride + j), fromStride, (float*)(to + j * toStride + i), toStride);
        for (; j < columns; j++)
            for (int i = 0; i < rows; i++) to[j * toStride + i] = from[i * fromStride + j];
    }
}
