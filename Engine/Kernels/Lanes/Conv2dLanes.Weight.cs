using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dLanes
{
    /// <summary>gradWeight[oc, ic, kh, kw] += sum over the positions and images of
    /// gradOutput[oc, position] · input[ic, what the tap reads there].</summary>
    /// <remarks>
    /// A product of vectors for each element of the kernel, over the rectangle of outputs for which it
    /// lies on the image, in bands of rows that stay in the cache. A tile holds four output channels by
    /// four input channels (two by four with 16 registers). Input channels that are left over, such as the only one of a first layer, take
    /// neighbouring elements of the kernel in place of the four. The lanes are added up at the end of a band. On large images a number of bands
    /// is added up apart first, so that long sums do not drift (<see cref="LongSums"/>).
    /// </remarks>
    /// <param name="tables">The convolution.</param>
    /// <param name="input">[inC, H, W, lanes].</param>
    /// <param name="gradOutput">[outC, oH, oW, lanes].</param>
    /// <param name="gradWeight">[outC, inC/groups, kH, kW], added to.</param>
    /// <param name="scratch">At least <see cref="WeightScratchLength"/>, overwritten.</param>
    /// <param name="threads">How many may work: they share it by four output channels, and by rows of the kernel.</param>
    public static void BackwardWeight<V, T>(Conv2dTables tables, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, Span<T> gradWeight,
        Span<T> scratch = default, int threads = 1)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = tables.Geometry;
        Debug.Assert(input.Length == g.InChannels * g.InputPlane * Lanes.Count && gradOutput.Length == g.OutChannels * g.OutputPlane * Lanes.Count);
        Debug.Assert(gradWeight.Length == g.OutChannels * g.WindowLength && scratch.Length >= WeightScratchLength<V, T>(g));
        LanesJob<V, T> job = LanesJob<V, T>.OfThisThread;
        bool isOne = IsOne(g);
        (job.Geometry, job.Patches, job.Grids) = (g, isOne ? null! : tables.Patches, isOne ? tables.Grids : null!);
        fixed (T* x = input, dy = gradOutput, dw = gradWeight, parts = scratch)
        {
            job.Source = x;
            job.Target = dy;
            job.Weights = dw;
            job.Scratch = parts;
            long work = g.MultiplyAdds * Lanes.Count;
            if (isOne) job.Run(threads, g.Groups, work, job.OneGradient);
            else job.Run(threads, g.Groups * Quads(g) * KernelCuts<V, T>(g), work, job.Gradient);
        }
    }

    /// <summary>Some weights: every unit is a row of the kernel for four output channels.</summary>
    internal static void GradientPiece<V, T>(LanesJob<V, T> job, int first, int end)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = job.Geometry;
        int cuts = KernelCuts<V, T>(g), group = Quads(g) * cuts;
        for (int unit = first, count; unit < end; unit += count)
        {
            int row = unit % group / cuts * 4, kh = unit % cuts;
            bool isWhole = unit % group == 0 && unit + group <= end;
            count = isWhole ? group : Math.Min(cuts - kh, end - unit);
            int endRow = isWhole ? g.GroupOutputs : Math.Min(row + 4, g.GroupOutputs), endKh = isWhole || cuts == 1 ? g.Rows.Kernel : kh + count;
            Gradient(job, unit / group, row, endRow, kh, endKh);
        }
    }

    private static int Quads(Conv2dGeometry g) => (g.GroupOutputs + 3) / 4;

    private static int KernelCuts<V, T>(Conv2dGeometry g)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> => IsLong<V, T>(g) ? 1 : g.Rows.Kernel;

    /// <summary>The weights of some output channels and some rows of the kernel.</summary>
    private static void Gradient<V, T>(LanesJob<V, T> whole, int group, int row, int endRow, int kh, int endKh)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = whole.Geometry;
        PatchTable table = whole.Patches;
        int oc = group * g.GroupOutputs + row, rows = endRow - row;
        var job = new WeightJob<T>
        {
            Table = table,
            Outputs = whole.Target + oc * (nint)table.OutputPlane,
            Inputs = whole.Source + group * g.GroupInputs * (nint)table.InputPlane,
            Weights = whole.Weights + oc * (nint)g.WindowLength,
            WeightRow = g.WindowLength,
            Kh = kh,
            EndKh = endKh,
            Width = PieceWidth<V, T>(),
        };
        job.Rows = Math.Clamp(job.Width / g.Columns.Output, 1, table.Band);
        if (!IsLong<V, T>(g))
        {
            for (; job.Top < table.Height; job.Top += job.Rows)
                for (job.Left = 0; job.Left < g.Columns.Output; job.Left += job.Width) Band<V, T>(job, rows, g.GroupInputs);
            return;
        }
        int length = rows * g.WindowLength, pieces = 0;
        T* sums = job.Weights, parts = whole.Scratch + 2 * oc * (nint)g.WindowLength, excess = parts + length;
        job.Weights = parts;
        new Span<T>(parts, 2 * length).Clear();
        for (; job.Top < table.Height; job.Top += job.Rows)
            for (job.Left = 0; job.Left < g.Columns.Output; job.Left += job.Width)
            {
                Band<V, T>(job, rows, g.GroupInputs);
                if (++pieces % LongSums.Pieces != 0) continue;
                LongSums.Add<V, T>(parts, excess, sums, length);
                new Span<T>(parts, length).Clear();
            }
        LongSums.Add<V, T>(parts, excess, sums, length);
    }

    /// <summary>Numbers to borrow for <see cref="BackwardWeight"/>: none for images of ordinary size, else two for each weight.</summary>
    public static int WeightScratchLength<V, T>(Conv2dGeometry g) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        IsLong<V, T>(g) ? checked(2 * g.OutChannels * g.WindowLength) : 0;

    /// <summary>Outputs side by side that a sum in registers takes: a pixel is several vectors, and the terms are not to be more than a piece
    /// has.</summary>
    private static int PieceWidth<V, T>() where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        LongSums.Piece * V.Count / Lanes.Count;

    /// <summary>Whether so many sums may go into a weight that they are a long sum.</summary>
    private static bool IsLong<V, T>(Conv2dGeometry g) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        ((long)g.OutputPlane + PatchTable.BandPixels - 1) / PatchTable.BandPixels > LongSums.Pieces;

    private static void Band<V, T>(in WeightJob<T> job, int rowCount, int columnCount)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int quads = columnCount / 4 * 4, row = 0;
        for (; row + 4 <= rowCount; row += 4)
        {
            for (int column = 0; column < quads; column += 4)
                if (Processor.HasManyRegisters)
                    Elements<Twice<Twice<Dot4<V, T>, Four<V, T>, T>, Four<V, T>, T>, Four<V, T>, Four<V, T>, V, T>(job, row, column);
                else
                    for (int r = row; r < row + 4; r += 2) Elements<Twice<Dot4<V, T>, Four<V, T>, T>, Four<V, T>, Four<V, T>, V, T>(job, r, column);
            for (int column = quads; column < columnCount; column++)
                Neighbours<Dot4<V, T>, Four<V, T>, Four<V, T>, V, T>(job, row, column);
        }
        for (; row < rowCount; row++)
        {
            for (int column = 0; column < quads; column += 4)
                Elements<Dot4<Pair<V, T>, T>, Four<Pair<V, T>, T>, Four<Pair<V, T>, T>, Pair<V, T>, T>(job, row, column);
            for (int column = quads; column < columnCount; column++)
                Neighbours<Dot<Pair<V, T>, T>, Pair<V, T>, One<Pair<V, T>, T>, Pair<V, T>, T>(job, row, column);
        }
    }

    /// <summary>Every element of the kernel in turn, for one tile: rows are output channels, columns input channels.</summary>
    private static void Elements<R, X, L, U, T>(in WeightJob<T> job, int row, int column)
        where R : unmanaged, ITile<R, X, T> where X : unmanaged where L : unmanaged, IColumns<X, U, T>
        where U : unmanaged, IVector<U, T> where T : unmanaged, INumber<T>
    {
        PatchTable table = job.Table;
        T* y = job.Outputs + row * (nint)table.OutputPlane, x = job.Inputs + column * (nint)table.InputPlane;
        T* weights = job.Weights + row * job.WeightRow + column * table.KernelLength;
        foreach (ref readonly Patch p in table.Patches.AsSpan(table.PatchesAt[job.Kh]..table.PatchesAt[job.EndKh]))
        {
            int top = Math.Max(p.Top, job.Top), height = Math.Min(p.Bottom, job.Top + job.Rows) - top;
            int width = Math.Min(p.Width - job.Left, job.Width);
            if (height <= 0 || width <= 0) continue;
            T* outputs = y + p.Output + (top - p.Top) * p.Outputs.Line + job.Left * p.Outputs.Step;
            T* inputs = x + p.Input + (top - p.Top) * p.Inputs.Line + job.Left * p.Inputs.Step;
            SumPatch<R, X, L, U, T>(height, width, outputs, p.Outputs, inputs, p.Inputs, weights + p.Element, job.WeightRow, table.KernelLength);
        }
    }

    /// <summary>Every element for one input channel: rows of a tile are neighbouring elements, columns output channels.</summary>
    private static void Neighbours<R, X, L, U, T>(in WeightJob<T> job, int row, int column)
        where R : unmanaged, ITile<R, X, T> where X : unmanaged where L : unmanaged, IColumns<X, U, T>
        where U : unmanaged, IVector<U, T> where T : unmanaged, INumber<T>
    {
        PatchTable table = job.Table;
        T* y = job.Outputs + row * (nint)table.OutputPlane, x = job.Inputs + column * (nint)table.InputPlane;
        T* weights = job.Weights + row * job.WeightRow + column * table.KernelLength;
        foreach (ref readonly Patch p in table.Neighbours.AsSpan(table.NeighboursAt[job.Kh]..table.NeighboursAt[job.EndKh]))
        {
            int top = Math.Max(p.Top, job.Top), height = Math.Min(p.Bottom, job.Top + job.Rows) - top;
            int width = Math.Min(p.Width - job.Left, job.Width);
            if (height <= 0 || width <= 0) continue;
            T* outputs = y + p.Output + (top - p.Top) * p.Outputs.Line + job.Left * p.Outputs.Step, to = weights + p.Element;
            T* inputs = x + p.Input + (top - p.Top) * p.Inputs.Line + job.Left * p.Inputs.Step;
            for (int left = p.Taps, taps; left > 0; left -= taps, to += taps, inputs += taps * p.Inputs.Plane)
                switch (taps = NeighbourRows(left))
                {
                    case 5:
                        SumPatch<Both<Thrice<R, X, T>, Twice<R, X, T>, X, T>, X, L, U, T>(height, width, inputs, p.Inputs, outputs, p.Outputs, to, 1,
                            job.WeightRow);
                        break;
                    case 4:
                        SumPatch<Twice<Twice<R, X, T>, X, T>, X, L, U, T>(height, width, inputs, p.Inputs, outputs, p.Outputs, to, 1, job.WeightRow);
                        break;
                    case 3:
                        SumPatch<Thrice<R, X, T>, X, L, U, T>(height, width, inputs, p.Inputs, outputs, p.Outputs, to, 1, job.WeightRow);
                        break;
                    case 2:
                        SumPatch<Twice<R, X, T>, X, L, U, T>(height, width, inputs, p.Inputs, outputs, p.Outputs, to, 1, job.WeightRow);
                        break;
                    default:
                        SumPatch<R, X, L, U, T>(height, width, inputs, p.Inputs, outputs, p.Outputs, to, 1, job.WeightRow);
                        break;
                }
        }
    }

    /// <summary>Elements for the next tile: never one if it can be helped, for four sums keep the multipliers waiting.</summary>
    private static int NeighbourRows(int left) => !Processor.HasManyRegisters ? Math.Min(left, 2) : left switch { 5 => 5, 6 => 3, _ =>
        Math.Min(left, 4) };

    /// <summary>to[row, column] += the sum over a patch of rows[row, position] · columns[column, position].</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumPatch<R, X, L, U, T>(
        int height, int width, T* rows, in PatchSteps rowSteps, T* columns, in PatchSteps columnSteps, T* to, nint rowStride, nint columnStride)
        where R : unmanaged, ITile<R, X, T> where X : unmanaged where L : unmanaged, IColumns<X, U, T>
        where U : unmanaged, IVector<U, T> where T : unmanaged, INumber<T>
    {
        R sums = default;
        nint rowStep = rowSteps.Step - Lanes.Count, columnStep = columnSteps.Step - Lanes.Count, rowPlane = rowSteps.Plane,
            columnPlane = columnSteps.Plane;
        for (; height > 0; height--, rows += rowSteps.Line, columns += columnSteps.Line)
        {
            T* row = rows, column = columns;
            for (int j = width; j > 0; j--, row += rowStep, column += columnStep)
                for (T* stop = row + Lanes.Count; row < stop; row += U.Count, column += U.Count) sums.Add(row, rowPlane, L.Load(column, columnPlane));
        }
        sums.Write(to, rowStride, columnStride);
    }

    /// <summary>The gradient of one group's weights, and the outputs that are summed at the moment.</summary>
    private struct WeightJob<T> where T : unmanaged
    {
        public PatchTable Table;
        public T* Outputs, Inputs, Weights;                                  // gradOutput, input and gradWeight of the group
        public int Kh, EndKh;                                                // rows of the kernel
        public int WeightRow, Top, Rows, Left, Width;                        // a band: rows, and of each patch in them some outputs of a row
    }
}
