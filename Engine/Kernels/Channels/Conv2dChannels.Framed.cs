using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

// Depthwise windows of 5x5, 7x7 and others that move pixel by pixel: of each kind that hangs over an edge there are a few, and to begin them takes
// longer than their sums.
internal static unsafe partial class Conv2dChannels
{
    private const int FrameBytes = 46 << 10;                                 // as many as the nearest cache holds

    /// <summary>target[position, c] = bias[c] + sum over kh and kw of weight[c, kh, kw] · source[position + tap, c], in this order, for the rows of
    /// one image from top to bottom.</summary>
    /// <remarks>A vector of channels after the other is copied into a frame of zeros, some rows at a time: so no window meets an edge, and the
    /// pixels that windows share lie side by side in the nearest cache. Where they come from beyond a core's own cache, who copies asks for the
    /// next vector's. With 16 registers tiles are half as long, and copying does not pay.</remarks>
    [SkipLocalsInit, MethodImpl(AggressiveOptimization)]
    private static void WindowsOfFrame<A, V, T>(ChannelJob<V, T> job, FramedWindows windows, int image, int top, int bottom, A activation)
        where A : struct, IActivation<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        ChannelWindows all = job.Windows;
        nint pixel = all.SourceChannels, line = all.SourceWidth * pixel, next = all.TargetChannels, nextLine = all.TargetWidth * next;
        int columns = windows.Columns, width = windows.Width, most = FrameBytes / (width * V.Count * sizeof(T));
        int rows = ChannelPlan.Evenly(bottom - top, Math.Max(1, most - windows.Down.Span + 1));
        int height = windows.Down.Read(rows), length = height * width * V.Count;
        T* memory = stackalloc T[length + Alignment / sizeof(T)], frame = CacheLines.Align(memory);
        var tile = new FrameJob<A, V, T>
        {
            Line = (nint)width * V.Count, Next = next, NextLine = nextLine, Windows = windows, Activation = activation,
        };
        for (int left = 0; left < all.TargetWidth; left += columns)
            for (int y = top; y < bottom; y += rows)
            {
                int some = Math.Min(columns, all.TargetWidth - left);
                tile.Rows = Math.Min(rows, bottom - y);
                var (h, firstRow, endRow) = windows.Down.OnImage(y, tile.Rows, all.SourceHeight);
                var (w, firstColumn, endColumn) = windows.Across.OnImage(left, some, all.SourceWidth);
                var copy = new FrameCopy<T>
                {
                    Source = job.Source + (image * (nint)all.SourceHeight + h + firstRow) * line + (w + firstColumn) * pixel,
                    Target = frame + firstRow * tile.Line + firstColumn * V.Count, Pixel = pixel, Line = line, TargetLine = tile.Line,
                    Rows = endRow - firstRow, Columns = endColumn - firstColumn,
                };
                new Span<T>(frame, length).Clear();
                nint to = (image * (nint)all.TargetHeight + y) * nextLine + left * next;
                for (int c = 0; c < job.Block; c += V.Count)
                {
                    if (job.IsFar && c + V.Count < job.Block) CopyToFrame<Yes, V, T>(copy, c);
                    else CopyToFrame<No, V, T>(copy, c);
                    tile.Weights = job.Weights + (nint)c * windows.Down.Kernel * windows.Across.Kernel;
                    tile.Bias = job.Bias == null ? null : job.Bias + c;
                    for (int k = 0, count; k < some; k += count)
                    {
                        count = TileSizes.First(some - k, vectors: 1);
                        tile.Source = frame + k * V.Count;
                        tile.Target = job.Target + to + k * next + c;
                        TilesOf<Shifted<V, T>, V, T>.Do(count, ref tile);
                    }
                }
            }
    }

    /// <summary>What of an image goes into a frame, and where.</summary>
    private struct FrameCopy<T> where T : unmanaged
    {
        public T* Source, Target;
        public nint Pixel, Line, TargetLine;                                 // to the next pixel or line
        public int Rows, Columns;
    }

    /// <summary>A vector of channels, from the first on, into a frame.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void CopyToFrame<IsFar, V, T>(in FrameCopy<T> copy, nint first)
        where IsFar : struct, IAnswer where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* source = copy.Source + first, target = copy.Target;
        nint pixel = copy.Pixel;
        for (int i = copy.Rows; i > 0; i--, source += copy.Line, target += copy.TargetLine)
        {
            T* from = source, to = target;
            for (int j = copy.Columns; j > 0; j--, from += pixel, to += V.Count)
            {
                if (IsFar.Is) CacheLines.Fetch(from + V.Count, V.Count);
                V.Store(V.Load(from), to);
            }
        }
    }

    /// <summary>Some windows side by side, and as many in each row below: what they read, write and multiply by.</summary>
    private struct FrameJob<A, V, T> : ITileJob<V, T> where A : struct, IActivation<T> where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        public T* Source, Target, Weights, Bias;
        public nint Line, Next, NextLine;                                    // to the next line of the frame, pixel or line of the output
        public int Rows;
        public FramedWindows Windows;
        public A Activation;

        public readonly void With<R>() where R : unmanaged, ITile<R, V, T> => SumFrame<R, A, V, T>(this, Activation);
    }

    /// <summary>The sums of such windows, row after row.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumFrame<R, A, V, T>(in FrameJob<A, V, T> tile, A activation)
        where R : unmanaged, ITile<R, V, T> where A : struct, IActivation<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* from = tile.Source, to = tile.Target, bias = tile.Bias;
        nint line = tile.Line * tile.Windows.Down.Dilation, pixel = tile.Windows.Across.Dilation * (nint)V.Count, next = tile.Next;
        nint elements = tile.Windows.Across.Kernel * (nint)V.Count;
        for (int i = tile.Rows; i > 0; i--, from += tile.Line, to += tile.NextLine)
        {
            R sums = default;
            if (bias != null) sums.Resume(bias, 0);
            T* row = from, w = tile.Weights;
            for (int kh = tile.Windows.Down.Kernel; kh > 0; kh--, row += line)
            {
                T* x = row;
                for (T* end = w + elements; w < end; w += V.Count, x += pixel) sums.Add(x, V.Count, V.Load(w));
            }
            sums.Activate(activation);
            sums.Write(to, next, 0);
        }
    }
}

/// <summary>Depthwise windows that may be read from a frame of zeros, and how many columns of them at a time.</summary>
internal readonly record struct FramedWindows(FramedAxis Down, FramedAxis Across, int Columns)
{
    private const int MostColumns = 64, MostBytes = 96 << 10;

    /// <summary>Pixels of a line of the frame.</summary>
    public int Width => Across.Read(Columns);

    /// <summary>Those of a geometry; none where windows read what is not zero beyond the image, or skip pixels: then a tile finds each of its own
    /// only once.</summary>
    /// <param name="g">The convolution.</param>
    /// <param name="transposed">False: a window per output, reading inputs. True: a window per input, reading outputs.</param>
    public static FramedWindows? Of(Conv2dGeometry g, bool transposed) =>
        FramedAxis.Of(g.Rows, transposed) is { } down && FramedAxis.Of(g.Columns, transposed) is { } across && g.KernelLength > 1
            ? new(down, across, ChannelPlan.Evenly(transposed ? g.Columns.Input : g.Columns.Output, MostColumns)) : null;

    /// <summary>Whether a frame that is as low as may be is not too large.</summary>
    public bool Fits(int pixelBytes) => (long)Down.Span * Width * pixelBytes <= MostBytes;
}

/// <summary>Windows along one axis: the first begins so many pixels before the image.</summary>
internal readonly record struct FramedAxis(int Kernel, int Dilation, int Before)
{
    /// <summary>Pixels from the first that a window reads to the last.</summary>
    public int Span => (Kernel - 1) * Dilation + 1;

    public static FramedAxis? Of(WindowAxis axis, bool transposed) =>
        axis.Mode != PaddingMode.Zeros || axis.Stride > 1 ? null
            : new(axis.Kernel, axis.Dilation, transposed ? (axis.Kernel - 1) * axis.Dilation - axis.Padding : axis.Padding);

    /// <summary>Pixels that so many neighbouring windows read.</summary>
    public int Read(int windows) => windows - 1 + Span;

    /// <summary>Where the first of some windows begins, and which of the pixels that they read lie on an image.</summary>
    public (int Begin, int First, int End) OnImage(int window, int windows, int size)
    {
        int begin = window - Before, read = Read(windows), first = Math.Clamp(-begin, 0, read);
        return (begin, first, Math.Clamp(size - begin, first, read));
    }
}
