using System.Diagnostics;

namespace Scratch.Kernels;

/// <summary>NCHW, the public face, to NHWC, the layout of <see cref="Conv2dChannels"/>,
/// and back: each image is a matrix [channels, pixels], transposed. And lanes to NHWC, and back.</summary>
internal static unsafe class ChannelLayout
{
    private const int Strip = 16;                                            // pixels and channels that stay in the L1 cache, both ways

    /// <summary>last[n, p, c] = first[n, c, p].</summary>
    /// <param name="first">[N, channels, pixels].</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="pixels">H·W.</param>
    /// <param name="last">[N, pixels, channels], overwritten.</param>
    public static void ToChannelsLast<T>(ReadOnlySpan<T> first, int channels, int pixels, Span<T> last)
        where T : unmanaged => Turn(first, channels, pixels, last);

    /// <summary>first[n, c, p] = last[n, p, c].</summary>
    /// <param name="last">[N, pixels, channels].</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="pixels">H·W.</param>
    /// <param name="first">[N, channels, pixels], overwritten.</param>
    public static void ToChannelsFirst<T>(ReadOnlySpan<T> last, int channels, int pixels, Span<T> first)
        where T : unmanaged => Turn(last, pixels, channels, first);

    /// <summary>images[n, p, c] = block[c, p, n] for the first images of a block.</summary>
    /// <param name="block">[channels, pixels, <see cref="Lanes.Count"/>].</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="pixels">H·W.</param>
    /// <param name="images">[n, pixels, channels], n at most <see cref="Lanes.Count"/>, overwritten.</param>
    public static void FromLanes<T>(ReadOnlySpan<T> block, int channels, int pixels, Span<T> images) where T : unmanaged
    {
        int size = channels * pixels, count = images.Length / size, plane = pixels * Lanes.Count;
        Debug.Assert(block.Length == size * Lanes.Count && images.Length == count * size && count <= Lanes.Count);
        fixed (T* from = block, to = images)
            for (int top = 0; top < pixels; top += Strip)
                for (int c = 0; c < channels; c += Strip)
                    for (int p = top; p < Math.Min(top + Strip, pixels); p++)
                        Lanes.Transpose(from + (nint)c * plane + p * Lanes.Count, Math.Min(Strip, channels - c), count, plane, to + (nint)p * channels + c, size);
    }

    /// <summary>block[c, p, n] = images[n, p, c]; empty lanes become zero.</summary>
    /// <param name="images">[n, pixels, channels], n at most <see cref="Lanes.Count"/>.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="pixels">H·W.</param>
    /// <param name="block">[channels, pixels, <see cref="Lanes.Count"/>], overwritten.</param>
    public static void ToLanes<T>(ReadOnlySpan<T> images, int channels, int pixels, Span<T> block) where T : unmanaged
    {
        int size = channels * pixels, count = images.Length / size, plane = pixels * Lanes.Count;
        Debug.Assert(block.Length == size * Lanes.Count && images.Length == count * size && count <= Lanes.Count);
        if (count < Lanes.Count) block.Clear();
        fixed (T* from = images, to = block)
            for (int top = 0; top < pixels; top += Strip)
                for (int c = 0; c < channels; c += Strip)
                    for (int p = top; p < Math.Min(top + Strip, pixels); p++)
                        Lanes.Transpose(from + (nint)p * channels + c, count, Math.Min(Strip, channels - c), size, to + (nint)c * plane + p * Lanes.Count, plane);
    }

    private static void Turn<T>(ReadOnlySpan<T> from, int rows, int columns, Span<T> to) where T : unmanaged
    {
        int size = rows * columns;
        Debug.Assert(from.Length == to.Length && (size == 0 || from.Length % size == 0));
        fixed (T* source = from, target = to)
            for (int at = 0; at < from.Length; at += size) Lanes.Transpose(source + at, rows, columns, columns, target + at, rows);
    }
}
