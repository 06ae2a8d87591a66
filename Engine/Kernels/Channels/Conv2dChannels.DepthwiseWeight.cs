using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dChannels
{
    /// <summary>Depthwise, the channels that fill vectors: gradWeight[c, kh, kw] += sum over images and positions of gradOutput[position, c] ·
    /// input[what the tap reads there, c].</summary>
    /// <remarks>
    /// The scalar line with a vector of channels for the number. The sums of up to three by three elements of the kernel stay in registers, so that
    /// an output's gradient is fetched once for all of them (<see cref="ChannelGrid"/>); they end after a few rows and are added to a panel
    /// [element, channel]. A piece is some channels, over all images. Where rows are many, a number of them is added up apart first
    /// (<see cref="LongSums"/>).
    /// </remarks>
    internal static void DepthwiseGradientPiece<V, T>(ChannelJob<V, T> job, int piece, int worker)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = job.Tables.Geometry;
        int first = piece * job.PieceBlock, channels = Math.Min(job.PieceBlock, job.Block - first), length = g.KernelLength * channels;
        T* panel = job.Scratch + (nint)worker * job.WorkerScratch, total = panel + length, excess = total + length;
        new Span<T>(panel, 3 * length).Clear();
        int width = Math.Min(g.Columns.Output, LongSums.Piece), rows = Math.Max(1, LongSums.Piece / g.Columns.Output);
        nint inputImage = (nint)g.InputPlane * g.InChannels, outputImage = (nint)g.OutputPlane * g.OutChannels;
        bool isLong = (long)job.Images * ((g.Rows.Output + rows - 1) / rows) * ((g.Columns.Output + width - 1) / width) > LongSums.Pieces;
        int pieces = 0;
        for (int image = 0; image < job.Images; image++)
            for (int top = 0; top < g.Rows.Output; top += rows)
                for (int left = 0; left < g.Columns.Output; left += width)
                {
                    var region = new GradientRegion(top, Math.Min(g.Rows.Output, top + rows), left, Math.Min(g.Columns.Output, left + width));
                    T* input = job.Source + image * inputImage + first, gradOutput = job.Target + image * outputImage + first;
                    AddGrids<V, T>(job.Tables, region, input, gradOutput, channels, panel);
                    if (!isLong || ++pieces % LongSums.Pieces != 0) continue;
                    LongSums.Add<V, T>(panel, excess, total, length);
                    new Span<T>(panel, length).Clear();
                }
        if (isLong)
        {
            LongSums.Add<V, T>(panel, excess, total, length);
            new ReadOnlySpan<T>(total, length).CopyTo(new(panel, length));
        }
        ChannelPanel.AddTo<V, T>(panel, g.KernelLength, 1, channels, channels, total, job.Weights + first * (nint)g.KernelLength, g.KernelLength);
    }

    /// <summary>Outputs from one row and column up to, not including, others.</summary>
    private readonly record struct GradientRegion(int Top, int Bottom, int Left, int Right);

    private static void AddGrids<V, T>(ChannelTables tables, GradientRegion region, T* input, T* gradOutput, int channels, T* panel)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = tables.Geometry;
        nint inputRow = (nint)g.Columns.Input * g.InChannels, outputRow = (nint)g.Columns.Output * g.OutChannels;
        foreach (ref readonly ChannelGrid grid in tables.Grids.AsSpan())
        {
            AlikeRun y = grid.Rows, x = grid.Columns;
            (int firstRow, int endRow) = y.Within(region.Top, region.Bottom);
            (int firstColumn, int endColumn) = x.Within(region.Left, region.Right);
            if (firstRow >= endRow || firstColumn >= endColumn) continue;
            var sum = new GridSum<T>
            {
                Source = input + (y.Source + firstRow * y.SourceStep) * inputRow + (x.Source + firstColumn * x.SourceStep) * (nint)g.InChannels,
                GradOutput = gradOutput + (y.Position + firstRow * y.Step) * outputRow + (x.Position + firstColumn * x.Step) * (nint)g.OutChannels,
                Panel = panel + grid.Element * (nint)channels, Channels = channels, PanelLine = g.Columns.Kernel * (nint)channels,
                Height = endRow - firstRow, Width = endColumn - firstColumn, Lines = grid.Lines, Taps = grid.Taps,
                SourceRow = y.SourceStep * inputRow, SourceStep = x.SourceStep * (nint)g.InChannels,
                OutputRow = y.Step * outputRow, OutputStep = x.Step * (nint)g.OutChannels,
                LineStep = grid.LineSpacing * inputRow, TapStep = grid.TapSpacing * (nint)g.InChannels,
            };
            switch (grid.Taps)
            {
                case 3: SumLines<Thrice<Shifted<V, T>, V, T>, V, T>(sum); break;
                case 2: SumLines<Twice<Shifted<V, T>, V, T>, V, T>(sum); break;
                default: SumLines<Shifted<V, T>, V, T>(sum); break;
            }
        }
    }

    /// <summary>A rectangle of outputs, the inputs under the first element of a grid, and where its sums go; all from the first channel on.</summary>
    private struct GridSum<T> where T : unmanaged
    {
        public T* Source, GradOutput, Panel;
        public int Channels, Height, Width, Lines, Taps;
        public nint SourceRow, SourceStep, OutputRow, OutputStep;            // from output to output: where it reads, where it stands
        // from element to element: what they read; from a line's sums to the next's
        public nint LineStep, TapStep, PanelLine;
    }

    [MethodImpl(AggressiveOptimization)]
    private static void SumLines<R, V, T>(in GridSum<T> sum)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        switch (sum.Lines)
        {
            case 3: SumGrid<ThreeLines<R, V, T>, V, T>(sum); break;
            case 2: SumGrid<TwoLines<R, V, T>, V, T>(sum); break;
            default: SumGrid<OneLine<R, V, T>, V, T>(sum); break;
        }
    }

    /// <summary>panel[line, tap, ·] += the sum over the outputs of gradOutput[output, ·] · source[what the element reads there, ·], vector after
    /// vector of channels.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumGrid<G, V, T>(in GridSum<T> sum)
        where G : unmanaged, ILines<G, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* grid = stackalloc T[ChannelGrid.Most * ChannelGrid.Most * V.Count];
        nint sourceStep = sum.SourceStep, outputStep = sum.OutputStep, lineStep = sum.LineStep, tapStep = sum.TapStep;
        int width = sum.Width;
        for (int c = 0; c < sum.Channels; c += V.Count)
        {
            G sums = default;
            T* sourceRow = sum.Source + c, outputRow = sum.GradOutput + c;
            for (int i = sum.Height; i > 0; i--, sourceRow += sum.SourceRow, outputRow += sum.OutputRow)
            {
                T* x = sourceRow, y = outputRow;
                for (int j = width; j > 0; j--, x += sourceStep, y += outputStep) sums.Add(x, tapStep, lineStep, V.Load(y));
            }
            sums.Write(grid, V.Count, sum.Taps * (nint)V.Count);
            T* from = grid, line = sum.Panel + c;
            for (int l = sum.Lines; l > 0; l--, line += sum.PanelLine)
            {
                T* to = line;
                for (int t = sum.Taps; t > 0; t--, to += sum.Channels, from += V.Count) V.Store(V.Load(to) + V.Load(from), to);
            }
        }
    }
}
