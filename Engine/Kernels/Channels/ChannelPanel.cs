using System.Diagnostics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>Weights of a block of channels, side by side: panel[element of the kernel,
/// channel of the depth, channel of the block], for <see cref="Conv2dChannels"/>.</summary>
/// <remarks>
/// The block is what a vector holds, the depth is summed over. Forwards the block are output channels and the depth input channels; backwards
/// the reverse. Every element is a small matrix to transpose, so packing is 4x4 transpositions. Channels up to the width are zeros.
/// Rows of weights often lie a multiple of some thousand bytes apart, and few of them fit into the nearest cache at once. So where the weights of a
/// channel follow each other, a cache line of them is taken at a time, and every line is read or written once.
/// </remarks>
internal static unsafe class ChannelPanel
{
    private const int Strip = 16, Ahead = 4 * Strip;                         // numbers of a cache line; of a row that is to come

    /// <summary>panel[k, d, c] = weights[c·blockStride + d·depthStride + k], or the elements in reverse order; if not, those of a channel of the
    /// block follow each other.</summary>
    public static void Pack<T>(T* weights, nint blockStride, nint depthStride, int elements, int depth, int block, int width, bool reversed, T* panel)
        where T : unmanaged
    {
        if (block < width) new Span<T>(panel, elements * depth * width).Clear();
        if (elements == 1 && depthStride == 1)
        {
            Lanes.Transpose(weights, block, depth, blockStride, panel, width);
            return;
        }
        if (elements == 1 && blockStride == 1)
        {
            for (int d = 0; d < depth; d++) new ReadOnlySpan<T>(weights + d * depthStride, block).CopyTo(new(panel + d * width, width));
            return;
        }
        if (!reversed)
        {
            Debug.Assert(depthStride == elements);
            PackRows(weights, blockStride, elements, depth, block, width, panel);
            return;
        }
        nint step = (nint)depth * width;
        T* last = panel + (elements - 1) * step;
        for (int d = 0; d < depth; d++)
        {
            CacheLines.FetchFar(weights + (d + 1) * depthStride, (block * elements + Strip - 1) / Strip, Strip);
            Lanes.Transpose(weights + d * depthStride, block, elements, blockStride, last + d * width, -step);
        }
    }

    /// <summary>panel[k, d, c] = weights[c·blockStride + d·elements + k].</summary>
    private static void PackRows<T>(T* weights, nint blockStride, int elements, int depth, int block, int width, T* panel) where T : unmanaged
    {
        bool inTiles = sizeof(T) == sizeof(float) && Transposition.IsAccelerated;
        T** rows = stackalloc T*[Strip];
        for (int left = 0, length = elements * depth; left < length; left += Strip, weights += Strip)
        {
            int count = Rows(panel, elements, depth, width, left, rows), c = 0;
            for (T* from = weights; inTiles && c + 4 <= block; c += 4, from += 4 * blockStride)
            {
                CacheLines.FetchFar(from + Ahead, 4, blockStride);
                int j = 0;
                for (; j + 4 <= count; j += 4)
                    Transposition.FourByFour((float*)(from + j), blockStride, (float*)(rows[j] + c), (float*)(rows[j + 1] + c),
                        (float*)(rows[j + 2] + c), (float*)(rows[j + 3] + c));
                for (; j < count; j++)
                    for (int k = 0; k < 4; k++) rows[j][c + k] = from[k * blockStride + j];
            }
            for (; c < block; c++)
                for (int j = 0; j < count; j++) rows[j][c] = weights[c * blockStride + j];
        }
    }

    /// <summary>weights[c·blockStride + d·elements + k] += panel[k, d, c].</summary>
    public static void AddTo<V, T>(T* panel, int elements, int depth, int block, int width, T* weights, nint blockStride)
        where V : unmanaged, IVector<V, T> where T : unmanaged, System.Numerics.INumber<T>
    {
        bool inTiles = sizeof(T) == sizeof(float) && Transposition.IsAccelerated;
        T** rows = stackalloc T*[Strip];
        T* turned = stackalloc T[4 * Strip];
        for (int left = 0, length = elements * depth; left < length; left += Strip, weights += Strip)
        {
            int count = Rows(panel, elements, depth, width, left, rows), some;
            T* to = weights;
            for (int c = 0; c < block; c += some, to += some * blockStride)
            {
                some = Math.Min(4, block - c);
                CacheLines.FetchFar(to + Ahead, 4, blockStride);
                int j = 0;
                for (; inTiles && some == 4 && j + 4 <= count; j += 4)
                    Transposition.FourByFour((float*)(rows[j] + c), (float*)(rows[j + 1] + c), (float*)(rows[j + 2] + c), (float*)(rows[j + 3] + c),
                        (float*)(turned + j), Strip);
                for (; j < count; j++)
                    for (int k = 0; k < some; k++) turned[k * Strip + j] = rows[j][c + k];
                for (int k = 0; k < some; k++)
                {
                    T* sum = to + k * blockStride, share = turned + k * Strip;
                    int i = 0;
                    for (; i + V.Count <= count; i += V.Count) V.Store(V.Load(sum + i) + V.Load(share + i), sum + i);
                    for (; i < count; i++) sum[i] += share[i];
                }
            }
        }
    }

    /// <summary>Where in the panel some weights of a channel go that follow each other, from number <paramref name="left"/> on; how many.</summary>
    private static int Rows<T>(T* panel, int elements, int depth, int width, int left, T** rows) where T : unmanaged
    {
        int count = Math.Min(Strip, elements * depth - left);
        var (d, k) = Math.DivRem(left, elements);
        for (int j = 0; j < count; j++)
        {
            rows[j] = panel + ((nint)k * depth + d) * width;
            if (++k == elements) (d, k) = (d + 1, 0);
        }
        return count;
    }
}
