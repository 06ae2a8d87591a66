using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Outputs from one row and column up to, not including, others.</summary>
internal readonly record struct GradientRegion(int Top, int Bottom, int Left, int Right);

/// <summary>The gradient of depthwise weights, in either layout: what stands side by side at a pixel, channels or lanes, does not mix.</summary>
internal static unsafe class GridSums
{
    /// <summary>panel[element, ·] += the sum over a region's outputs of gradOutput[output, ·] · input[what the element reads there, ·], for some
    /// numbers of each pixel.</summary>
    /// <param name="grids">All elements.</param>
    /// <param name="g">The convolution.</param>
    /// <param name="region">The outputs.</param>
    /// <param name="input">[H, W, inputPitch], from the first of the numbers on.</param>
    /// <param name="inputPitch">Numbers of a pixel.</param>
    /// <param name="gradOutput">[oH, oW, outputPitch], likewise.</param>
    /// <param name="outputPitch">Numbers of a pixel.</param>
    /// <param name="count">How many of them: whole vectors.</param>
    /// <param name="panel">[kH·kW, count], added to.</param>
    public static void Add<V, T>(ChannelGrid[] grids, Conv2dGeometry g, GradientRegion region, T* input, nint inputPitch, T* gradOutput,
        nint outputPitch, int count, T* panel)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        nint inputRow = g.Columns.Input * inputPitch, outputRow = g.Columns.Output * outputPitch;
        foreach (ref readonly ChannelGrid grid in grids.AsSpan())
        {
            AlikeRun y = grid.Rows, x = grid.Columns;
            (int firstRow, int endRow) = y.Within(region.Top, region.Bottom);
            (int firstColumn, int endColumn) = x.Within(region.Left, region.Right);
            if (firstRow >= endRow || firstColumn >= endColumn) continue;
            var sum = new GridSum<T>
            {
                Source = input + (y.Source + firstRow * y.SourceStep) * inputRow + (x.Source + firstColumn * x.SourceStep) * inputPitch,
                GradOutput = gradOutput + (y.Position + firstRow * y.Step) * outputRow + (x.Position + firstColumn * x.Step) * outputPitch,
                Panel = panel + grid.Element * (nint)count, Count = count, PanelLine = g.Columns.Kernel * (nint)count,
                Height = endRow - firstRow, Width = endColumn - firstColumn, Lines = grid.Lines, Taps = grid.Taps,
                SourceRow = y.SourceStep * inputRow, SourceStep = x.SourceStep * inputPitch,
                OutputRow = y.Step * outputRow, OutputStep = x.Step * outputPitch,
                LineStep = grid.LineSpacing * inputRow, TapStep = grid.TapSpacing * inputPitch,
            };
            switch (grid.Taps)
            {
                case 3: SumLines<Thrice<Shifted<V, T>, V, T>, V, T>(sum); break;
                case 2: SumLines<Twice<Shifted<V, T>, V, T>, V, T>(sum); break;
                default: SumLines<Shifted<V, T>, V, T>(sum); break;
            }
        }
    }

    /// <summary>A rectangle of outputs, the inputs under the first element of a grid, and where its sums go; all from the first number on.</summary>
    private struct GridSum<T> where T : unmanaged
    {
        public T* Source, GradOutput, Panel;
        public int Count, Height, Width, Lines, Taps;
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
    /// vector.</summary>
    [SkipLocalsInit, MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumGrid<G, V, T>(in GridSum<T> sum)
        where G : unmanaged, ILines<G, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* grid = stackalloc T[ChannelGrid.Most * ChannelGrid.Most * V.Count];
        nint sourceStep = sum.SourceStep, outputStep = sum.OutputStep, lineStep = sum.LineStep, tapStep = sum.TapStep;
        nint soonSource = sum.Height * sum.SourceRow + (sum.Lines - 1) * lineStep, soonOutput = sum.Height * sum.OutputRow;
        int width = sum.Width;
        for (int c = 0; c < sum.Count; c += V.Count)
        {
            G sums = default;
            T* sourceRow = sum.Source + c, outputRow = sum.GradOutput + c;
            for (int i = sum.Height; i > 0; i--, sourceRow += sum.SourceRow, outputRow += sum.OutputRow)
            {
                T* x = sourceRow, y = outputRow;
                for (int j = width; j > 0; j--, x += sourceStep, y += outputStep)
                {
                    if (Sse.IsSupported)
                    {
                        Sse.Prefetch1(x + soonSource);
                        Sse.Prefetch1(y + soonOutput);
                    }
                    sums.Add(x, tapStep, lineStep, V.Load(y));
                }
            }
            sums.Write(grid, V.Count, sum.Taps * (nint)V.Count);
            T* from = grid, line = sum.Panel + c;
            for (int l = sum.Lines; l > 0; l--, line += sum.PanelLine)
            {
                T* to = line;
                for (int t = sum.Taps; t > 0; t--, to += sum.Count, from += V.Count) V.Store(V.Load(to) + V.Load(from), to);
            }
        }
    }
}
