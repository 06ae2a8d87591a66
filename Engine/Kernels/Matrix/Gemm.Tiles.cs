using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>The inner loops: panels of B, panels of A, and the tile of C that is theirs.</summary>
internal static unsafe partial class Gemm
{
    private const int Ahead = 16;                                            // rows of B on, fetched before

    /// <summary>Adds to one piece of C. Scratch holds a tile, then this piece's panels of B.</summary>
    internal static void MultiplyPiece<V, T>(GemmJob<V, T> job, int piece, T* scratch) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        GemmPlan plan = job.Plan;
        int kc = job.Depth, width = plan.TileColumns;
        int left = piece % job.PiecesAcross * plan.PieceColumns, right = Math.Min(left + plan.PieceColumns, job.Columns);
        int top = piece / job.PiecesAcross * plan.PieceRows, bottom = Math.Min(top + plan.PieceRows, job.Rows);
        T* tile = scratch, panels = tile + plan.TileRows * width;
        for (int block = top; block < bottom; block += plan.BlockRows)
            for (int j = left; j < right; j += width)
            {
                int columns = Math.Min(width, right - j), end = Math.Min(block + plan.BlockRows, bottom);
                T* panel = panels + (nint)(j - left) * kc;
                bool lies = job.BColumnStride == 1 && columns == width;      // each row of the panel, side by side
                if (block == top && !lies) Pack<Pair<V, T>, T>(job.B + j * job.BColumnStride, job.BColumnStride, job.BRowStride, columns, kc, width,
                    panel);
                for (int i = block; i < end; i += plan.TileRows)
                {
                    int rows = Math.Min(plan.TileRows, end - i);
                    T* a = job.PackedA + (nint)i * kc, c = job.C + i * job.CRowStride + j;
                    // The first tile reads the panel where it lies, and packs it for those after it, if there are any.
                    bool isFirst = lies && i == top;
                    T* b = isFirst ? job.B + j : panel;
                    nint bRowStride = isFirst ? job.BRowStride : width;
                    if (isFirst && bottom - top > plan.TileRows)
                        AddTile<Yes, Pair<V, T>, T>(rows, columns, kc, a, b, bRowStride, panel, tile, c, job.CRowStride);
                    else AddTile<No, Pair<V, T>, T>(rows, columns, kc, a, b, bRowStride, null, tile, c, job.CRowStride);
                }
            }
    }

    /// <summary>C [rows, columns] += panel of A [kc, mr], transposed, · panel of B [kc, nr].</summary>
    private static void AddTile<Packs, V, T>(int rows, int columns, int kc, T* a, T* b, nint bRowStride, T* packed, T* tile, T* c,
        nint cRowStride)
        where Packs : struct, IAnswer where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int whole = columns == V.Count ? rows : 0;
        var job = new TileJob<Packs, V, T>
        {
            Depth = kc, Rows = whole, A = a, B = b, BRowStride = bRowStride, Packed = packed, Tile = tile, C = c, CRowStride = cRowStride,
        };
        TilesOf<Weighted<V, T>, V, T>.Do(GemmPlan.TileHeight(rows), ref job);
        for (int i = whole; i < rows; i++)
            for (int j = 0; j < columns; j++) c[i * cRowStride + j] += tile[i * V.Count + j];
    }

    private struct TileJob<Packs, V, T> : ITileJob<V, T> where Packs : struct, IAnswer where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        public int Depth, Rows;
        public T* A, B, Packed, Tile, C;
        public nint BRowStride, CRowStride;

        public readonly void With<R>() where R : unmanaged, ITile<R, V, T> =>
            Tile<R, Packs, V, T>(Depth, A, B, BRowStride, Packed, Tile, Rows, C, CRowStride);
    }

    /// <summary>C += the sums over kc: straight from the registers where C has all rows and columns of the tile, else those rows of
    /// it that are whole by way of tile [mr, nr], which holds all sums then.</summary>
    /// <remarks>C's lines are fetched while the sums are made.</remarks>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Tile<R, Packs, V, T>(int kc, T* a, T* b, nint bRowStride, T* packed, T* tile, int rows, T* c, nint cRowStride)
        where R : unmanaged, ITile<R, V, T> where Packs : struct, IAnswer where V : unmanaged, IVector<V, T> where T : unmanaged
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
        for (int p = 0; p < kc; p++, a += R.Rows, b += bRowStride)
        {
            V x = V.Load(b);
            if (Packs.Is)
            {
                CacheLines.Fetch(b + Ahead * bRowStride, V.Count);
                V.Store(x, packed);
                packed += V.Count;
            }
            sums.Add(a, 1, x);
        }
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
