using System.Diagnostics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>NCHW, the public face, to NHWC, the layout of <see cref="Conv2dChannels"/>,
/// and back: each image is a matrix [channels, pixels], transposed. And lanes to NHWC, and back.</summary>
internal static unsafe class ChannelLayout
{
    private const int Strip = 16, MostPieces = 32;                           // pixels and channels that stay in the L1 cache, both ways
    private const int Ahead = 2;                                             // pixels on that are fetched before

    /// <summary>last[n, p, c] = first[n, c, p].</summary>
    /// <param name="first">[N, channels, pixels].</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="pixels">H·W.</param>
    /// <param name="last">[N, pixels, channels], overwritten.</param>
    /// <param name="threads">How many may work; they share it by pixels.</param>
    public static void ToChannelsLast<T>(ReadOnlySpan<T> first, int channels, int pixels, Span<T> last, int threads = 1) where T : unmanaged
    {
        Debug.Assert(first.Length == last.Length);
        if (channels == 1)
        {
            first.CopyTo(last);
            return;
        }
        fixed (T* from = first, to = last) Turn(threads, channels, pixels, first.Length, from, to, LayoutJob<T>.OfThisThread.ToChannelsLast);
    }

    /// <summary>first[n, c, p] = last[n, p, c].</summary>
    /// <param name="last">[N, pixels, channels].</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="pixels">H·W.</param>
    /// <param name="first">[N, channels, pixels], overwritten.</param>
    public static void ToChannelsFirst<T>(ReadOnlySpan<T> last, int channels, int pixels, Span<T> first) where T : unmanaged
    {
        int size = channels * pixels;
        Debug.Assert(first.Length == last.Length && (size == 0 || last.Length % size == 0));
        for (int at = 0; at < last.Length; at += size) ToChannelsFirst(last.Slice(at, size), channels, first.Slice(at, size), 0, pixels);
    }

    /// <summary>Some pixels of one image: last[p, c] = first[c, p], for p from <paramref name="begin"/> to <paramref name="end"/>.</summary>
    public static void ToChannelsLast<T>(ReadOnlySpan<T> first, int channels, Span<T> last, int begin, int end) where T : unmanaged
    {
        int pixels = PixelsOf(first.Length, last.Length, channels, begin, end);
        if (IsTheSame(channels, pixels)) first[(begin * channels)..(end * channels)].CopyTo(last[(begin * channels)..]);
        else
            fixed (T* from = first, to = last)
                Lanes.Transpose(from + begin, channels, end - begin, pixels, to + (nint)begin * channels, channels);
    }

    /// <summary>Some pixels of one image: first[c, p] = last[p, c].</summary>
    public static void ToChannelsFirst<T>(ReadOnlySpan<T> last, int channels, Span<T> first, int begin, int end) where T : unmanaged
    {
        int pixels = PixelsOf(last.Length, first.Length, channels, begin, end);
        if (IsTheSame(channels, pixels)) last[(begin * channels)..(end * channels)].CopyTo(first[(begin * channels)..]);
        else
            fixed (T* from = last, to = first)
                Lanes.Transpose(from + (nint)begin * channels, end - begin, channels, channels, to + begin, pixels);
    }

    private static int PixelsOf(int from, int to, int channels, int begin, int end)
    {
        Debug.Assert(from == to && from % channels == 0 && begin >= 0 && begin <= end && end <= from / channels);
        return from / channels;
    }

    private static bool IsTheSame(int channels, int pixels) => channels == 1 || pixels == 1;

    /// <summary>images[n, p, c] = block[c, p, n] for the first images of a block.</summary>
    /// <param name="block">[channels, pixels, <see cref="Lanes.Count"/>].</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="pixels">H·W.</param>
    /// <param name="images">[n, pixels, channels], n at most <see cref="Lanes.Count"/>, overwritten.</param>
    /// <param name="threads">How many may work; they share it by pixels.</param>
    public static void FromLanes<T>(ReadOnlySpan<T> block, int channels, int pixels, Span<T> images, int threads = 1) where T : unmanaged
    {
        fixed (T* from = block, to = images) Turn(threads, channels, pixels, images.Length, from, to, LayoutJob<T>.OfThisThread.FromLanes);
    }

    /// <summary>block[c, p, n] = images[n, p, c]; empty lanes become zero.</summary>
    /// <param name="images">[n, pixels, channels], n at most <see cref="Lanes.Count"/>.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="pixels">H·W.</param>
    /// <param name="block">[channels, pixels, <see cref="Lanes.Count"/>], overwritten.</param>
    /// <param name="threads">How many may work; they share it by pixels.</param>
    public static void ToLanes<T>(ReadOnlySpan<T> images, int channels, int pixels, Span<T> block, int threads = 1) where T : unmanaged
    {
        fixed (T* from = images, to = block) Turn(threads, channels, pixels, images.Length, from, to, LayoutJob<T>.OfThisThread.ToLanes);
    }

    private static void Turn<T>(int threads, int channels, int pixels, int length, T* from, T* to, Action<int, int> piece) where T : unmanaged
    {
        LayoutJob<T> job = LayoutJob<T>.OfThisThread;
        (job.Channels, job.Pixels, job.Images) = (channels, pixels, length / Math.Max(1, channels * pixels));
        Debug.Assert(length == job.Images * channels * pixels);
        (job.From, job.To) = ((nint)from, (nint)to);
        job.Pieces = threads > 1 ? Math.Clamp(pixels / Strip, 1, MostPieces) : 1;
        WorkerPool.Shared.Run(threads, job.Pieces, piece);
    }

    /// <summary>Some pixels of <c>ToChannelsLast</c>, of every image.</summary>
    internal static void ToChannelsLastPiece<T>(LayoutJob<T> job, int first, int end) where T : unmanaged
    {
        T* from = (T*)job.From, to = (T*)job.To;
        int channels = job.Channels, size = channels * job.Pixels;
        for (int image = 0; image < job.Images; image++, from += size, to += size)
            Lanes.Transpose(from + first, channels, end - first, job.Pixels, to + (nint)first * channels, channels);
    }

    /// <summary>Some pixels of <see cref="FromLanes"/>.</summary>
    internal static void FromLanesPiece<T>(LayoutJob<T> job, int first, int end) where T : unmanaged
    {
        T* from = (T*)job.From, to = (T*)job.To;
        int channels = job.Channels, size = channels * job.Pixels, plane = job.Pixels * Lanes.Count;
        for (int top = first; top < end; top += Strip)
            for (int c = 0; c < channels; c += Strip)
                for (int p = top, some = Math.Min(Strip, channels - c); p < Math.Min(top + Strip, end); p++)
                {
                    T* lanes = from + (nint)c * plane + p * Lanes.Count, image = to + (nint)p * channels + c;
                    CacheLines.Fetch(lanes + Ahead * Lanes.Count, some, plane, Lanes.Count);
                    CacheLines.Fetch(image + (nint)Ahead * channels, job.Images, size, some);
                    Lanes.Transpose(lanes, some, job.Images, plane, image, size);
                }
    }

    /// <summary>Some pixels of <see cref="ToLanes"/>.</summary>
    internal static void ToLanesPiece<T>(LayoutJob<T> job, int first, int end) where T : unmanaged
    {
        T* from = (T*)job.From, to = (T*)job.To;
        int channels = job.Channels, size = channels * job.Pixels, plane = job.Pixels * Lanes.Count;
        for (int c = 0; c < channels && job.Images < Lanes.Count; c++) new Span<T>(to + (nint)c * plane + first * Lanes.Count,
            (end - first) * Lanes.Count).Clear();
        for (int top = first; top < end; top += Strip)
            for (int c = 0; c < channels; c += Strip)
                for (int p = top, some = Math.Min(Strip, channels - c); p < Math.Min(top + Strip, end); p++)
                {
                    T* image = from + (nint)p * channels + c, lanes = to + (nint)c * plane + p * Lanes.Count;
                    CacheLines.Fetch(image + (nint)Ahead * channels, job.Images, size, some);
                    CacheLines.Fetch(lanes + Ahead * Lanes.Count, some, plane, Lanes.Count);
                    Lanes.Transpose(image, job.Images, some, size, lanes, plane);
                }
    }
}
