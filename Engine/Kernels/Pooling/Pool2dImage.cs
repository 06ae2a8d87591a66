using System.Diagnostics;
using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>Pooling of one image whose channels lie side by side: the vector is some
/// channels of one pixel. Image [H, W, pitch], whole vectors to a pixel.</summary>
/// <remarks>The same tables as <see cref="Pool2d"/>; their offsets count
/// <see cref="Lanes.Count"/> numbers to a pixel, here a pixel is the pitch.</remarks>
internal static unsafe class Pool2dImage
{
    /// <summary>output = the largest under each window, channel by channel; overwritten.</summary>
    public static void Max<V, T>(TapTable table, int pitch, ReadOnlySpan<T> image, Span<T> output, int outWidth, int outRowStep)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        Debug.Assert(pitch % V.Count == 0 && output.Length >= (table.Windows.Length / outWidth - 1) * outRowStep + outWidth * pitch);
        fixed (T* x = image, y = output)
            for (int p = 0; p < table.Windows.Length; p++)
            {
                Window w = table.Windows[p];
                T* to = y + p / outWidth * (nint)outRowStep + p % outWidth * (nint)pitch;
                for (int c = 0; c < pitch; c += V.Count)
                {
                    V most = V.Splat(T.NegativeInfinity);
                    for (int t = w.First; t < w.End; t++) most = V.Max(most, V.Load(Pixel(x, w, table.Taps[t], pitch) + c));
                    V.Store(most, to + c);
                }
            }
    }

    /// <summary>output = share · the sum under each window, channel by channel; overwritten.</summary>
    public static void Average<V, T>(TapTable table, ReadOnlySpan<T> shares, int pitch, ReadOnlySpan<T> image, Span<T> output, int outWidth,
        int outRowStep)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(pitch % V.Count == 0 && output.Length >= (table.Windows.Length / outWidth - 1) * outRowStep + outWidth * pitch);
        fixed (T* x = image, y = output)
            for (int p = 0; p < table.Windows.Length; p++)
            {
                Window w = table.Windows[p];
                T* to = y + p / outWidth * (nint)outRowStep + p % outWidth * (nint)pitch;
                for (int c = 0; c < pitch; c += V.Count)
                {
                    LongSum<V, T> sum = default;
                    for (int t = w.First; t < w.End;)
                    {
                        V piece = default;
                        for (int stop = t + Math.Min(w.End - t, LongSums.Piece); t < stop; t++)
                            piece += V.Load(Pixel(x, w, table.Taps[t], pitch) + c);
                        sum.Add(piece);
                    }
                    V.Store(V.Splat(shares[p]) * sum.Value, to + c);
                }
            }
    }

    private static T* Pixel<T>(T* image, Window window, Tap tap, int pitch)
        where T : unmanaged => image + (window.Base + tap.Pixel) / Lanes.Count * (nint)pitch;
}
