using System.Diagnostics;

namespace Scratch.Kernels;

/// <summary>NCHW, the public face, to NHWC, the layout of <see cref="Conv2dChannels"/>,
/// and back: each image is a matrix [channels, pixels], transposed.</summary>
internal static unsafe class ChannelLayout
{
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

    private static void Turn<T>(ReadOnlySpan<T> from, int rows, int columns, Span<T> to) where T : unmanaged
    {
        int size = rows * columns;
        Debug.Assert(from.Length == to.Length && (size == 0 || from.Length % size == 0));
        fixed (T* source = from, target = to)
            for (int at = 0; at < from.Length; at += size) Lanes.Transpose(source + at, rows, columns, columns, target + at, rows);
    }
}
