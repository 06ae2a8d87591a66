using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>Weights of a block of channels, side by side: panel[element of the kernel,
/// channel of the depth, channel of the block], for <see cref="Conv2dChannels"/>.</summary>
/// <remarks>
/// The block is what a vector holds, the depth is summed over. Forwards the block are output channels and the depth input channels; backwards
/// the reverse. Every element is a small matrix to transpose, so packing is 4x4 transpositions. Channels up to the width are zeros.
/// </remarks>
internal static unsafe class ChannelPanel
{
    /// <summary>panel[k, d, c] = weights[c·blockStride + d·depthStride + k], or the elements in reverse order.</summary>
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
        nint step = (nint)depth * width;
        T* first = reversed ? panel + (elements - 1) * step : panel;
        for (int d = 0; d < depth; d++)
            Lanes.Transpose(weights + d * depthStride, block, elements, blockStride, first + d * width, reversed ? -step : step);
    }

    /// <summary>weights[c·blockStride + d·elements + k] += panel[k, d, c]; turned is as large as the panel and overwritten.</summary>
    public static void AddTo<V, T>(T* panel, int elements, int depth, int block, int width, T* turned, T* weights, nint blockStride)
        where V : unmanaged, IVector<V, T> where T : unmanaged, System.Numerics.INumber<T>
    {
        int row = elements * depth;                                          // of one channel of the block, as it lies in weights
        if (elements == 1) Lanes.Transpose(panel, depth, block, width, turned, row);
        else
            for (int d = 0; d < depth; d++) Lanes.Transpose(panel + d * width, elements, block, (nint)depth * width, turned + d * elements, row);
        for (int c = 0; c < block; c++, turned += row, weights += blockStride)
        {
            int i = 0;
            for (; i + V.Count <= row; i += V.Count) V.Store(V.Load(weights + i) + V.Load(turned + i), weights + i);
            for (; i < row; i++) weights[i] += turned[i];
        }
    }
}
