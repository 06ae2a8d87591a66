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
    /// neighbouring elements of the kernel in place of the four. The lanes are added up at the end of a band.
    /// </remarks>
    public static void BackwardWeight<V, T>(Conv2dTables tables, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, Span<T> gradWeight)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = tables.Geometry;
        Debug.Assert(input.Length == g.InChannels * g.InputPlane * Lanes.Count && gradOutput.Length == g.OutChannels * g.OutputPlane * Lanes.Count);
        Debug.Assert(gradWeight.Length == g.OutChannels * g.WindowLength);
        fixed (T* x = input, dy = gradOutput, dw = gradWeight)
            for (int group = 0; group < g.Groups; group++)
            {
                var job = new WeightJob<T>
                {
                    Table = tables.Patches,
                    Rows = dy + group * g.GroupOutputs * tables.Patches.OutputPlane,
                    Columns = x + group * g.GroupInputs * tables.Patches.InputPlane,
                    Weights = dw + group * g.GroupOutputs * g.WindowLength,
                    WeightRow = g.WindowLength,
                };
                for (job.First = 0; job.First < job.Table.Height; job.First += job.Table.Band)
                    Band<V, T>(job, g.GroupOutputs, g.GroupInputs);
            }
    }

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
        T* y = job.Rows + row * (nint)table.OutputPlane, x = job.Columns + column * (nint)table.InputPlane;
        T* weights = job.Weights + row * job.WeightRow + column * table.KernelLength;
        foreach (ref readonly Patch p in table.Patches.AsSpan())
        {
            int top = Math.Max(p.Top, job.First), height = Math.Min(p.Bottom, job.First + table.Band) - top;
            if (height <= 0) continue;
            T* outputs = y + p.Output + (top - p.Top) * p.Outputs.Line, inputs = x + p.Input + (top - p.Top) * p.Inputs.Line;
            SumPatch<R, X, L, U, T>(height, p.Width, outputs, p.Outputs, inputs, p.Inputs, weights + p.Element, job.WeightRow, table.KernelLength);
        }
    }

    /// <summary>Every element for one input channel: rows of a tile are neighbouring elements, columns output channels.</summary>
    private static void Neighbours<R, X, L, U, T>(in WeightJob<T> job, int row, int column)
        where R : unmanaged, ITile<R, X, T> where X : unmanaged where L : unmanaged, IColumns<X, U, T>
        where U : unmanaged, IVector<U, T> where T : unmanaged, INumber<T>
    {
        PatchTable table = job.Table;
        T* y = job.Rows + row * (nint)table.OutputPlane, x = job.Columns + column * (nint)table.InputPlane;
        T* weights = job.Weights + row * job.WeightRow + column * table.KernelLength;
        foreach (ref readonly Patch p in table.Neighbours.AsSpan())
        {
            int top = Math.Max(p.Top, job.First), height = Math.Min(p.Bottom, job.First + table.Band) - top;
            if (height <= 0) continue;
            T* outputs = y + p.Output + (top - p.Top) * p.Outputs.Line, inputs = x + p.Input + (top - p.Top) * p.Inputs.Line, to = weights + p.Element;
            for (int left = p.Taps, taps; left > 0; left -= taps, to += taps, inputs += taps * p.Inputs.Plane)
                switch (taps = NeighbourRows(left))
                {
                    case 4:
                        SumPatch<Twice<Twice<R, X, T>, X, T>, X, L, U, T>(height, p.Width, inputs, p.Inputs, outputs, p.Outputs, to, 1, job.WeightRow);
                        break;
                    case 3:
                        SumPatch<Thrice<R, X, T>, X, L, U, T>(height, p.Width, inputs, p.Inputs, outputs, p.Outputs, to, 1, job.WeightRow);
                        break;
                    case 2:
                        SumPatch<Twice<R, X, T>, X, L, U, T>(height, p.Width, inputs, p.Inputs, outputs, p.Outputs, to, 1, job.WeightRow);
                        break;
                    default:
                        SumPatch<R, X, L, U, T>(height, p.Width, inputs, p.Inputs, outputs, p.Outputs, to, 1, job.WeightRow);
                        break;
                }
        }
    }

    /// <summary>Elements for the next tile: never one if it can be helped, for four sums keep the multipliers waiting.</summary>
    private static int NeighbourRows(int left) => !Processor.HasManyRegisters ? Math.Min(left, 2) : left is 5 or 6 ? 3 : Math.Min(left, 4);

    /// <summary>to[row, column] += the sum over a patch of rows[row, position] · columns[column, position].</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumPatch<R, X, L, U, T>(
        int height, int width, T* rows, in PatchSteps rowSteps, T* columns, in PatchSteps columnSteps, T* to, nint rowStride, nint columnStride)
        where R : unmanaged, ITile<R, X, T> where X : unmanaged where L : unmanaged, IColumns<X, U, T>
        where U : unmanaged, IVector<U, T> where T : unmanaged, INumber<T>
    {
        R sums = default;
        nint rowStep = rowSteps.Step - Lanes.Count, columnStep = columnSteps.Step - Lanes.Count, rowPlane = rowSteps.Plane, columnPlane = columnSteps.Plane;
        for (; height > 0; height--, rows += rowSteps.Line, columns += columnSteps.Line)
        {
            T* row = rows, column = columns;
            for (int j = width; j > 0; j--, row += rowStep, column += columnStep)
                for (T* stop = row + Lanes.Count; row < stop; row += U.Count, column += U.Count) sums.Add(row, rowPlane, L.Load(column, columnPlane));
        }
        sums.Write(to, rowStride, columnStride);
    }

    /// <summary>The gradient of one group's weights, and the rows of outputs that are summed at the moment.</summary>
    private struct WeightJob<T> where T : unmanaged
    {
        public PatchTable Table;
        public T* Rows, Columns, Weights;                                    // gradOutput, input and gradWeight of the group
        public int First, WeightRow;
    }
}
