using System.Numerics;
using System.Runtime.CompilerServices;
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
    /// <param name="outputs">[count], to which the sum of gradOutput over those outputs is added that meet any element; or null.</param>
    public static void Add<V, T>(ChannelGrid[] grids, Conv2dGeometry g, GradientRegion region, T* input, nint inputPitch, T* gradOutput,
        nint outputPitch, int count, T* panel, T* outputs = null)
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
                Panel = panel + grid.Element * (nint)count, Outputs = grid.IsFirst(g.Columns.Kernel) ? outputs : null,
                Count = count, PanelLine = g.Columns.Kernel * (nint)count,
                Height = endRow - firstRow, Width = endColumn - firstColumn, Lines = grid.Lines, Taps = grid.Taps,
                SourceRow = y.SourceStep * inputRow, SourceStep = x.SourceStep * inputPitch,
                OutputRow = y.Step * outputRow, OutputStep = x.Step * outputPitch,
                LineStep = grid.LineSpacing * inputRow, TapStep = grid.TapSpacing * inputPitch,
            };
            if (Processor.HasManyRegisters && grid is { Lines: 3, Taps: 3 } && sum.SourceStep == sum.TapStep) SumNeighbours<V, T>(sum);
            else switch (grid.Taps)
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
        public T* Source, GradOutput, Panel, Outputs;
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
            V outputs = default;
            T* sourceRow = sum.Source + c, outputRow = sum.GradOutput + c;
            for (int i = sum.Height; i > 0; i--, sourceRow += sum.SourceRow, outputRow += sum.OutputRow)
            {
                T* x = sourceRow, y = outputRow;
                for (int j = width; j > 0; j--, x += sourceStep, y += outputStep)
                {
                    CacheLines.FetchFar(x + soonSource);
                    CacheLines.FetchFar(y + soonOutput);
                    V dy = V.Load(y);
                    outputs += dy;
                    sums.Add(x, tapStep, lineStep, dy);
                }
            }
            if (sum.Outputs != null) V.Store(V.Load(sum.Outputs + c) + outputs, sum.Outputs + c);
            sums.Write(grid, V.Count, sum.Taps * (nint)V.Count);
            T* from = grid, line = sum.Panel + c;
            for (int l = sum.Lines; l > 0; l--, line += sum.PanelLine)
            {
                T* to = line;
                for (int t = sum.Taps; t > 0; t--, to += sum.Count, from += V.Count) V.Store(V.Load(to) + V.Load(from), to);
            }
        }
    }

    /// <summary>The same of three lines of three elements where outputs that are neighbours read neighbours: what the next one shares stays in
    /// registers, so that each input is fetched once a line.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumNeighbours<V, T>(in GridSum<T> sum) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        nint step = sum.SourceStep, outputStep = sum.OutputStep, line = sum.LineStep;
        nint soonSource = sum.Height * sum.SourceRow + 2 * line + 2 * step, soonOutput = sum.Height * sum.OutputRow;
        for (int c = 0; c < sum.Count; c += V.Count)
        {
            V s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default, s8 = default,
                outputs = default;
            T* sourceRow = sum.Source + c, outputRow = sum.GradOutput + c;
            for (int i = sum.Height; i > 0; i--, sourceRow += sum.SourceRow, outputRow += sum.OutputRow)
            {
                T* x = sourceRow, y = outputRow;
                V x0 = V.Load(x), x1 = V.Load(x + step), x3 = V.Load(x + line), x4 = V.Load(x + line + step), x6 = V.Load(x + 2 * line),
                    x7 = V.Load(x + 2 * line + step);
                for (int j = sum.Width; j > 0; j--, x += step, y += outputStep)
                {
                    CacheLines.FetchFar(x + soonSource);
                    CacheLines.FetchFar(y + soonOutput);
                    T* right = x + 2 * step;
                    V x2 = V.Load(right), x5 = V.Load(right + line), x8 = V.Load(right + 2 * line), dy = V.Load(y);
                    outputs += dy;
                    s0 = V.MultiplyAdd(x0, dy, s0);
                    s1 = V.MultiplyAdd(x1, dy, s1);
                    s2 = V.MultiplyAdd(x2, dy, s2);
                    s3 = V.MultiplyAdd(x3, dy, s3);
                    s4 = V.MultiplyAdd(x4, dy, s4);
                    s5 = V.MultiplyAdd(x5, dy, s5);
                    s6 = V.MultiplyAdd(x6, dy, s6);
                    s7 = V.MultiplyAdd(x7, dy, s7);
                    s8 = V.MultiplyAdd(x8, dy, s8);
                    (x0, x3, x6) = (x1, x4, x7);
                    (x1, x4, x7) = (x2, x5, x8);
                }
            }
            T* to = sum.Panel + c, middle = to + sum.PanelLine, lower = middle + sum.PanelLine;
            if (sum.Outputs != null) V.Store(V.Load(sum.Outputs + c) + outputs, sum.Outputs + c);
            Add(s0, s1, s2, to, sum.Count);
            Add(s3, s4, s5, middle, sum.Count);
            Add(s6, s7, s8, lower, sum.Count);
        }
    }

    [MethodImpl(AggressiveInlining)]
    private static void Add<V, T>(V a, V b, V c, T* to, nint step) where V : unmanaged, IVector<V, T> where T : unmanaged
    {
        V.Store(V.Load(to) + a, to);
        V.Store(V.Load(to + step) + b, to + step);
        V.Store(V.Load(to + 2 * step) + c, to + 2 * step);
    }
}
