using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>The inner loops: panels of B, panels of A, and the tile of C that is theirs.</summary>
internal static unsafe partial class Gemm
{
    /// <summary>Adds to one piece of C. Scratch holds a tile, then this piece's panels of B.</summary>
    internal static void MultiplyPiece<V, T>(GemmJob<V, T> job, int piece, T* scratch) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        GemmPlan plan = job.Plan;
        int kc = job.Depth, width = plan.TileColumns;
        int left = piece % job.PiecesAcross * plan.PieceColumns, right = Math.Min(left + plan.PieceColumns, job.Columns);
        int top = piece / job.PiecesAcross * plan.PieceRows, bottom = Math.Min(top + plan.PieceRows, job.Rows);
        bool isReadOnce = bottom - top <= plan.TileRows && job.BColumnStride == 1; // then packing would be one reading more
        T* tile = scratch, panels = tile + plan.TileRows * width;
        for (int block = top; block < bottom; block += plan.BlockRows)
            for (int j = left; j < right; j += width)
            {
                int columns = Math.Min(width, right - j), end = Math.Min(block + plan.BlockRows, bottom);
                T* b = panels + (nint)(j - left) * kc;
                nint bRowStride = width;
                if (isReadOnce && columns == width)
                {
                    b = job.B + j;
                    bRowStride = job.BRowStride;
                }
                else if (block == top) Pack<Pair<V, T>, T>(job.B + j * job.BColumnStride, job.BColumnStride, job.BRowStride, columns, kc, width, b);
                for (int i = block; i < end; i += plan.TileRows)
                    AddTile<Pair<V, T>, T>(Math.Min(plan.TileRows, end - i), columns, kc, job.PackedA + (nint)i * kc, b, bRowStride, tile,
                        job.C + i * job.CRowStride + j, job.CRowStride);
            }
    }

    /// <summary>C [rows, columns] += panel of A [kc, mr], transposed, · panel of B [kc, nr].</summary>
    private static void AddTile<V, T>(int rows, int columns, int kc, T* a, T* b, nint bRowStride, T* tile, T* c, nint cRowStride)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int wholeRows = columns == V.Count ? rows : 0;
        switch (GemmPlan.TileHeight(rows))
        {
            case 12:
                Tile<Thrice<Twice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>, V, T>(kc, a, b, bRowStride, tile, wholeRows, c, cRowStride);
                break;
            case 8:
                Tile<Twice<Twice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>, V, T>(kc, a, b, bRowStride, tile, wholeRows, c, cRowStride);
                break;
            case 6:
                Tile<Thrice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>(kc, a, b, bRowStride, tile, wholeRows, c, cRowStride);
                break;
            default:
                Tile<Twice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>(kc, a, b, bRowStride, tile, wholeRows, c, cRowStride);
                break;
        }
        for (int i = wholeRows; i < rows; i++)
            for (int j = 0; j < columns; j++) c[i * cRowStride + j] += tile[i * V.Count + j];
    }

    /// <summary>C += the sums over kc: straight from the registers where C has all rows and columns of the tile, else those rows of
    /// it that are whole by way of tile [mr, nr], which holds all sums then.</summary>
    /// <remarks>C's lines are fetched while the sums are made.</remarks>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Tile<R, V, T>(int kc, T* a, T* b, nint bRowStride, T* tile, int rows, T* c, nint cRowStride)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged
    {
        if (Sse.IsSupported)
        {
            T* row = c;
            for (int i = 0; i < rows; i++, row += cRowStride)
            {
                Sse.Prefetch0(row);
                Sse.Prefetch0(row + V.Count - 1);
            }
        }
        R sums = default;
        for (int p = 0; p < kc; p++, a += R.Rows, b += bRowStride) sums.Add(a, 1, V.Load(b));
        if (rows == R.Rows)
        {
            sums.Resume(c, cRowStride);
            sums.Write(c, cRowStride, 0);
            return;
        }
        sums.Write(tile, V.Count, 0);
        for (int i = 0; i < rows; i++, c += cRowStride, tile += V.Count) V.Store(V.Load(c) + V.Load(tile), c);
    }
}
