using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dChannels
{
    /// <summary>Depthwise, the channels that fill vectors: target[position, c] = bias[c] + sum over the taps of weight[c, tap] ·
    /// source[position + tap, c].</summary>
    /// <remarks>
    /// The scalar line with a vector of channels for the number. There is little to compute for what is read and written, so a tile, some windows
    /// side by side, goes through all its channels before the next: pixels are read from the first number to the last, in the order in which they
    /// lie. A piece is a band of rows of one image.
    /// </remarks>
    private static void CorrelateDepthwise<V, T>(ChannelJob<V, T> job, int threads) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        ChannelWindows windows = job.Windows;
        job.BandRows = ChannelPlan.DepthwiseRows(windows.TargetHeight, job.Images, windows.TargetWidth * job.Block,
            (long)windows.SourceWidth * job.Block * sizeof(T) * windows.SourceHeight / windows.TargetHeight);
        job.Bands = (windows.TargetHeight + job.BandRows - 1) / job.BandRows;
        WorkerPool.Shared.Run(threads, job.Images * job.Bands, job.Depthwise);
    }

    internal static void DepthwisePiece<V, T>(ChannelJob<V, T> job, int piece) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int top = piece % job.Bands * job.BandRows;
        DepthwiseRows(job, piece / job.Bands, top, Math.Min(job.Windows.TargetHeight, top + job.BandRows));
    }

    /// <summary>The rows of an image from top to bottom.</summary>
    private static void DepthwiseRows<V, T>(ChannelJob<V, T> job, int image, int top, int bottom)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        var band = new DepthwiseJob<V, T> { Job = job, Image = image, Top = top, Bottom = bottom };
        if (job.Activation.IsRectifier)
        {
            job.Activation.Do(ref band);
            return;
        }
        band.With<Identity<T>>(default);
        if (!job.Activation.IsSome) return;
        nint step = job.Windows.TargetChannels, first = ((nint)image * job.Windows.TargetHeight + top) * job.Windows.TargetWidth * step;
        var pixels = new PixelsJob<V, T>
        {
            First = job.Target + first, Step = step, Count = (bottom - top) * job.Windows.TargetWidth, Channels = job.Block,
        };
        job.Activation.Do(ref pixels);
    }

    private struct DepthwiseJob<V, T> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public ChannelJob<V, T> Job;
        public int Image, Top, Bottom;

        public readonly void With<A>(A activation) where A : struct, IActivation<T> => DepthwiseBand(Job, Image, Top, Bottom, activation);
    }

    /// <summary>Pixels to activate by themselves: what does more than compare and select finds no room in a tile's loop.</summary>
    private struct PixelsJob<V, T> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public T* First;
        public nint Step;
        public int Count, Channels;

        public readonly void With<A>(A activation) where A : struct, IActivation<T>
        {
            T* pixel = First;
            for (int i = Count; i > 0; i--, pixel += Step)
                for (int c = 0; c < Channels; c += V.Count) V.Store(activation.Of(V.Load(pixel + c)), pixel + c);
        }
    }

    /// <summary>Every window of a band, box by box, in tiles along the columns, or where these are few along the rows.</summary>
    [MethodImpl(AggressiveOptimization)]
    private static void DepthwiseBand<V, T, A>(ChannelJob<V, T> job, int image, int top, int bottom, A activation)
        where A : struct, IActivation<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        ChannelWindows windows = job.Windows;
        if (windows.Three is { } three && job.Addend == null && (Processor.HasManyRegisters || !job.IsFar))
        {
            WindowsOfThree(job, three, image, top, bottom, activation);
            return;
        }
        if (Processor.HasManyRegisters && job.Addend == null && windows.Framed is { } framed && framed.Fits(V.Count * sizeof(T)))
        {
            WindowsOfFrame(job, framed, image, top, bottom, activation);
            return;
        }
        nint sourceRow = (nint)windows.SourceWidth * windows.SourceChannels, targetRow = (nint)windows.TargetWidth * windows.TargetChannels;
        nint sourceImage = image * windows.SourceHeight * sourceRow, targetImage = image * windows.TargetHeight * targetRow;
        int elements = job.Tables.Geometry.KernelLength;
        var tile = new DepthwiseTile<A, V, T>
        {
            TapStep = windows.SourceChannels, Elements = elements, Channels = job.Block, Weights = job.Weights, Bias = job.Bias,
            Activation = activation,
        };
        fixed (TapRun* taps = windows.Taps)
            foreach (ref readonly WindowBox box in windows.Boxes.AsSpan())
            {
                AlikeRun y = box.Rows, x = box.Columns;
                (int first, int end) = y.Within(top, bottom);
                if (first >= end) continue;
                var rows = new Axis(end - first, y.SourceStep * sourceRow, y.Step * targetRow);
                var columns = new Axis(x.Count, x.SourceStep * (nint)windows.SourceChannels, x.Step * (nint)windows.TargetChannels);
                nint from = sourceImage + (y.Source + first * y.SourceStep) * sourceRow + x.Source * (nint)windows.SourceChannels;
                nint to = targetImage + (y.Position + first * y.Step) * targetRow + x.Position * (nint)windows.TargetChannels;
                (Axis outer, Axis inner) = Waste(x.Count, vectors: 1) <= Waste(rows.Count, vectors: 1) ? (rows, columns) : (columns, rows);
                (tile.SourceStep, tile.TargetStep) = (inner.SourceStep, inner.TargetStep);
                tile.First = taps + box.First;
                tile.End = taps + box.End;
                for (int i = 0; i < outer.Count; i++, from += outer.SourceStep, to += outer.TargetStep)
                    for (int k = 0, count; k < inner.Count; k += count)
                    {
                        nint at = to + k * inner.TargetStep;
                        count = TileSizes.First(inner.Count - k, vectors: 1);
                        tile.Source = job.Source + from + k * inner.SourceStep;
                        tile.Target = job.Target + at;
                        tile.Addend = job.Addend == null ? null : job.Addend + at;
                        TilesOf<Shifted<V, T>, V, T>.Do(count, ref tile);
                    }
            }
    }

    /// <summary>Some windows that read alike: what they read, write and multiply by, each from the first channel on.</summary>
    private struct DepthwiseTile<A, V, T> : ITileJob<V, T> where A : struct, IActivation<T> where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        public TapRun* First, End;
        public T* Source, Target, Addend, Weights, Bias;
        public nint SourceStep, TargetStep, TapStep;                         // from window to window, and from a tap to the next of a run
        public int Elements, Channels;
        public A Activation;

        public readonly void With<R>() where R : unmanaged, ITile<R, V, T> => SumWindows<R, A, V, T>(this, Activation);
    }

    /// <summary>The sums of a tile, vector after vector of channels: bias, then for every tap weight[tap, ·] · source[window, tap, ·].</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumWindows<R, A, V, T>(in DepthwiseTile<A, V, T> tile, A activation)
        where R : unmanaged, ITile<R, V, T> where A : struct, IActivation<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* source = tile.Source, target = tile.Target, addend = tile.Addend, bias = tile.Bias, weights = tile.Weights;
        nint sourceStep = tile.SourceStep, targetStep = tile.TargetStep, tapStep = tile.TapStep, panel = tile.Elements * (nint)V.Count;
        TapRun* first = tile.First, end = tile.End;
        for (T* last = target + tile.Channels; target < last; target += V.Count, source += V.Count, weights += panel)
        {
            R sums = default;
            if (bias != null)
            {
                sums.Resume(bias, 0);
                bias += V.Count;
            }
            for (TapRun* tap = first; tap < end; tap++)
            {
                T* x = source + tap->Source, w = weights + tap->Element * (nint)V.Count;
                for (T* stop = w + tap->Taps * (nint)V.Count; w < stop; w += V.Count, x += tapStep) sums.Add(x, sourceStep, V.Load(w));
            }
            if (addend != null)
            {
                sums.Resume(addend, targetStep);
                addend += V.Count;
            }
            sums.Activate(activation);
            sums.Write(target, targetStep, 0);
        }
    }
}
