using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Convolution of one image, by itself: the tile of <see cref="Conv2dLanes"/>
/// with the roles exchanged. Positions are the rows, output channels the vector.</summary>
/// <remarks>
/// The image lies with its channels side by side, [H + 2·padH, W + 2·padW, pitch], its padding filled in, so that
/// every window reads alike and one list of taps serves all. Weights are packed [block][tap, channel]: a step is "the vector
/// of all output channels' weights for this tap, times the number under the tap". The scalar line is <c>output[oh, ow,
/// oc] += weight[oc, tap] · image[oh·stride + tap]</c>. Channels up to the pitch have weights of zero.
/// </remarks>
internal static unsafe class Conv2dImage
{
    private const long WorthSharing = 1 << 21;                               // multiplications: fewer are done before another thread has come

    /// <summary>The taps of one window of a padded image, channel by channel at each pixel; Weight is the row of the packed weights.</summary>
    public static Tap[] Taps(Conv2dGeometry g, int pitch)
    {
        var taps = new List<Tap>();
        int width = (int)g.Columns.Padded;
        for (int kh = 0; kh < g.Rows.Kernel; kh++)
            for (int kw = 0; kw < g.Columns.Kernel; kw++)
                for (int c = 0; c < g.InChannels; c++)
                    taps.Add(new((kh * g.Rows.Dilation * width + kw * g.Columns.Dilation) * pitch + c, taps.Count));
        return [.. taps];
    }

    /// <summary>packed[block of channels][tap, channel] = weight[oc, ic, kh, kw], zero beyond the channels. The order of the taps is that of
    /// <see cref="Taps"/>; a block is a pair of vectors, or the one that is left.</summary>
    public static void Pack<V, T>(Conv2dGeometry g, ReadOnlySpan<T> weight, int outPitch, Span<T> packed) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        packed.Clear();
        for (int oc = 0; oc < g.OutChannels; oc++)
        {
            int first = oc / (2 * V.Count) * (2 * V.Count), width = Math.Min(2 * V.Count, outPitch - first);
            Span<T> block = packed.Slice(first * g.WindowLength, g.WindowLength * width);
            for (int c = 0; c < g.InChannels; c++)
                for (int k = 0; k < g.KernelLength; k++)
                    block[(k * g.InChannels + c) * width + oc - first] = weight[(oc * g.InChannels + c) * g.KernelLength + k];
        }
    }

    /// <summary>Every output of one image, all channels; threads share the blocks of them.</summary>
    /// <param name="threads">How many may work.</param>
    /// <param name="window">The taps and steps.</param>
    /// <param name="packed">As <see cref="Pack"/> laid them out.</param>
    /// <param name="start">[outPitch]: what the sums begin with, the bias.</param>
    /// <param name="image">[padded H, padded W, pitch].</param>
    /// <param name="output">From the first output on, pixels and rows as far apart as the window says; overwritten.</param>
    public static void Forward<V, T>(int threads, in ImageWindow window, ReadOnlySpan<T> packed, ReadOnlySpan<T> start, ReadOnlySpan<T> image,
        Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(packed.Length == window.Taps.Length * window.OutPitch && start.Length == window.OutPitch && window.OutPitch % V.Count == 0);
        Debug.Assert(image.Length > (window.Height - 1) * window.RowStep + (window.Width - 1) * window.PixelStep + window.Taps[^1].Pixel);
        Debug.Assert(output.Length >= (window.Height - 1) * window.OutRowStep + (window.Width - 1) * window.OutPixelStep + window.OutPitch);
        fixed (Tap* taps = window.Taps)
        fixed (T* w = packed, b = start, x = image, y = output)
        {
            int blocks = (window.OutPitch + 2 * V.Count - 1) / (2 * V.Count);
            if (threads == 1 || (long)packed.Length * window.Height * window.Width < WorthSharing)
            {
                for (int block = 0; block < blocks; block++) Block<V, T>(window, taps, block, w, b, x, y);
                return;
            }
            ImageJob<V, T> job = ImageJob<V, T>.OfThisThread;
            job.Window = window;
            job.Taps = taps;
            job.Weights = w;
            job.Start = b;
            job.Image = x;
            job.Output = y;
            WorkerPool.Shared.Run(threads, blocks, job.Block);
        }
    }

    /// <summary>Two vectors of output channels, or the one that is left.</summary>
    internal static void Block<V, T>(in ImageWindow window, Tap* taps, int block, T* w, T* b, T* x, T* y)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int oc = block * 2 * V.Count;
        w += (nint)oc * window.Taps.Length;
        if (oc + 2 * V.Count <= window.OutPitch) Rows<Pair<V, T>, T>(window, taps, w, b + oc, x, y + oc);
        else Rows<V, T>(window, taps, w, b + oc, x, y + oc);
    }

    private static void Rows<V, T>(in ImageWindow window, Tap* taps, T* w, T* b, T* x, T* y)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (int oh = 0; oh < window.Height; oh++, x += window.RowStep, y += window.OutRowStep)
        {
            for (int ow = 0, rows; ow < window.Width; ow += rows)
                SumAllTaps<V, T>(rows = Conv2dChannels.TileRows(window.Width - ow), window, taps, x + ow * window.PixelStep, w, b, y
                    + ow * window.OutPixelStep);
        }
    }

    /// <summary>The kernel for a tile of so many positions, in pieces: long sums would drift.</summary>
    private static void SumAllTaps<V, T>(int rows, in ImageWindow window, Tap* taps, T* x, T* w, T* b, T* y)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (int first = 0, count; first < window.Taps.Length; first += count)
        {
            count = window.Taps.Length - first is <= LongSums.LastPiece and var rest ? rest : LongSums.Piece;
            Tap* tap = taps + first, end = tap + count;
            T* weights = w + first * V.Count, bias = first == 0 ? b : null;
            SumTaps<V, T>(rows, tap, end, x, window.PixelStep, weights, bias, first > 0, y, window.OutPixelStep);
        }
    }

    private static void SumTaps<V, T>(int rows, Tap* tap, Tap* end, T* x, nint pixelStep, T* weights, T* bias, bool adds, T* y, nint outPixelStep)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        switch (rows)
        {
            case 8: SumTaps<Twice<Twice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>, V, T>(tap, end, x, pixelStep, weights, bias, adds, y,
                outPixelStep); break;
            case 7: SumTaps<Both<Twice<Twice<Weighted<V, T>, V, T>, V, T>, Thrice<Weighted<V, T>, V, T>, V, T>, V, T>(tap, end, x, pixelStep, weights,
                bias, adds, y, outPixelStep); break;
            case 6: SumTaps<Thrice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>(tap, end, x, pixelStep, weights, bias, adds, y, outPixelStep); break;
            case 5: SumTaps<Both<Thrice<Weighted<V, T>, V, T>, Twice<Weighted<V, T>, V, T>, V, T>, V, T>(tap, end, x, pixelStep, weights, bias, adds,
                y, outPixelStep); break;
            case 4: SumTaps<Twice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>(tap, end, x, pixelStep, weights, bias, adds, y, outPixelStep); break;
            case 3: SumTaps<Thrice<Weighted<V, T>, V, T>, V, T>(tap, end, x, pixelStep, weights, bias, adds, y, outPixelStep); break;
            case 2: SumTaps<Twice<Weighted<V, T>, V, T>, V, T>(tap, end, x, pixelStep, weights, bias, adds, y, outPixelStep); break;
            default: SumTaps<Weighted<V, T>, V, T>(tap, end, x, pixelStep, weights, bias, adds, y, outPixelStep); break;
        }
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumTaps<R, V, T>(Tap* tap, Tap* end, T* from, nint pixelStep, T* weights, T* bias, bool adds, T* to,
        nint outPixelStep)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T one = T.One;
        R sums = default;
        if (bias != null) sums.Add(&one, 0, V.Load(bias));
        for (; tap < end; tap++, weights += V.Count) sums.Add(from + tap->Pixel, pixelStep, V.Load(weights));
        if (adds) sums.Resume(to, outPixelStep);
        sums.Write(to, outPixelStep, 0);
    }
}

/// <summary>A window over one padded image with its channels side by side: what it reads, and how far it moves, in numbers.</summary>
/// <param name="Taps">Of the window at the first position.</param>
/// <param name="OutPitch">Channels of the output, rounded up to whole vectors.</param>
/// <param name="Height">Rows of positions.</param>
/// <param name="Width">Positions of a row.</param>
/// <param name="PixelStep">From a position's inputs to the next position's.</param>
/// <param name="RowStep">From a row's inputs to the next row's.</param>
/// <param name="OutPixelStep">From an output pixel to the next.</param>
/// <param name="OutRowStep">From a row of output pixels to the next.</param>
internal readonly record struct ImageWindow(Tap[] Taps, int OutPitch, int Height, int Width, int PixelStep, int RowStep, int OutPixelStep,
    int OutRowStep);
