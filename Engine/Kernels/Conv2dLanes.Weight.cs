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
    /// four input channels (two by four with 16 registers). The lanes are added up at the end of a band.
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

    /// <summary>The gradient of one group's weights, and the rows of outputs that are summed at the moment.</summary>
    private struct WeightJob<T> where T : unmanaged
    {
        public PatchTable Table;
        public T* Rows, Columns, Weights;                                    // gradOutput, input and gradWeight of the group
        public int First, WeightRow;
    }

    private static void Band<V, T>(in WeightJob<T> job, int rowCount, int columnCount)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int row = 0;
        for (; row + 4 <= rowCount; row += 4)
        {
            int column = 0;
            for (; column + 4 <= columnCount; column += 4)
                if (Processor.HasManyRegisters)
                    Elements<Twice<Twice<Dot4<V, T>, Four<V, T>, T>, Four<V, T>, T>, Four<V, T>, Four<V, T>, V, T>(job, row, column);
                else
                    for (int r = row; r < row + 4; r += 2) Elements<Twice<Dot4<V, T>, Four<V, T>, T>, Four<V, T>, Four<V, T>, V, T>(job, r, column);
            for (; column < columnCount; column++)
                Elements<Twice<Twice<Dot<Pair<V, T>, T>, Pair<V, T>, T>, Pair<V, T>, T>, Pair<V, T>, One<Pair<V, T>, T>, Pair<V, T>, T>(job, row,
                    column);
        }
        for (; row < rowCount; row++)
        {
            int column = 0;
            for (; column + 4 <= columnCount; column += 4)
                Elements<Dot4<Pair<V, T>, T>, Four<Pair<V, T>, T>, Four<Pair<V, T>, T>, Pair<V, T>, T>(job, row, column);
            for (; column < columnCount; column++)
                Elements<Dot<Pair<V, T>, T>, Pair<V, T>, One<Pair<V, T>, T>, Pair<V, T>, T>(job, row, column);
        }
    }

    /// <summary>Every element of the kernel in turn, for one tile of output and input channels.</summary>
    private static void Elements<R, X, L, U, T>(in WeightJob<T> job, int row, int column)
        where R : unmanaged, ITile<R, X, T> where X : unmanaged where L : unmanaged, IColumns<X, U, T>
        where U : unmanaged, IVector<U, T> where T : unmanaged, INumber<T>
    {
        PatchTable table = job.Table;
        T* rows = job.Rows + row * (nint)table.OutputPlane, columns = job.Columns + column * (nint)table.InputPlane;
        T* weights = job.Weights + row * job.WeightRow + column * table.KernelLength;
        foreach (ref readonly Patch p in table.Patches.AsSpan())
        {
            int top = Math.Max(p.Top, job.First), bottom = Math.Min(p.Bottom, job.First + table.Band);
            if (top < bottom)
                SumPatch<R, X, L, U, T>(bottom - top, p.Width, rows + p.Output + (top - p.Top) * table.OutputRow, table.OutputRow, table.OutputPlane,
                    columns + p.Input + (top - p.Top) * p.RowStep, p.RowStep, p.PixelStep, table.InputPlane, weights + p.Element, job.WeightRow, table.KernelLength);
        }
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumPatch<R, X, L, U, T>(
        int height, int width, T* y, nint yRow, nint yPlane, T* x, nint xRow, nint xStep, nint xPlane, T* to, nint rowStride, nint columnStride)
        where R : unmanaged, ITile<R, X, T> where X : unmanaged where L : unmanaged, IColumns<X, U, T>
        where U : unmanaged, IVector<U, T> where T : unmanaged, INumber<T>
    {
        R sums = default;
        for (; height > 0; height--, y += yRow, x += xRow)
        {
            T* row = y, column = x;
            for (int j = width; j > 0; j--, column += xStep)
            {
                T* pixel = column;
                for (T* stop = row + Lanes.Count; row < stop; row += U.Count, pixel += U.Count) sums.Add(row, yPlane, L.Load(pixel, xPlane));
            }
        }
        sums.Write(to, rowStride, columnStride);
    }
}
