using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>A matrix in memory: element (row, column) lies at <c>row·rowStride +
/// column·columnStride</c>. Swapping the strides transposes it, for nothing.</summary>
internal readonly ref struct MatrixView<T>(ReadOnlySpan<T> values, int rowStride, int columnStride)
{
    public ReadOnlySpan<T> Values { get; } = values;

    public int RowStride { get; } = rowStride;

    public int ColumnStride { get; } = columnStride;
}

/// <summary>The matrix product C [m, n] += A [m, k] · B [k, n].</summary>
/// <remarks>
/// Blocked as in Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008):
/// <code>
///   n in blocks of NC,     k in blocks of KC: pack B's [kc, nc] into panels of nr columns; a panel is meant for the L1 cache
///     m in blocks of MC:   pack A's [mc, kc] into panels of mr rows; the block is meant for the L2 cache
///       every panel of B, every panel of A: one tile of C, mr rows by nr columns, summed in registers over kc
/// </code>
/// The scalar line behind all of it is <c>c[i, j] += a[i, p] · b[p, j]</c>. Panels are filled up with zeros, so tiles have no tails but where C ends.
/// </remarks>
internal static unsafe class Gemm
{
    private const int KC = 256, MC = 240, NC = 2048;                         // 240: whole panels of 12, 8, 6 and 4 rows

    /// <summary>Numbers to borrow for packing: a block of A, a block of B, and a tile for C's ends.</summary>
    public static int ScratchLength<V, T>(int m, int n, int k) where V : unmanaged, IVector<V, T> where T : unmanaged
    {
        int kc = Math.Min(KC, k), columns = 2 * V.Count, rows = TileRows(m);
        return Math.Min(MC, RoundUp(m, rows)) * kc + Math.Min(NC, RoundUp(n, columns)) * kc + rows * columns;
    }

    /// <summary>Rows of a tile, for vectors in pairs: twelve where 32 registers hold them, six for 16; fewer for a matrix that has no more.</summary>
    private static int TileRows(int m) => m <= 4 ? 4 : !Processor.HasManyRegisters ? 6 : m <= 8 ? 8 : 12;

    /// <summary>c[i, j] += sum over p of a[i, p] · b[p, j].</summary>
    /// <param name="m">Rows of A and C.</param>
    /// <param name="n">Columns of B and C.</param>
    /// <param name="k">Columns of A, rows of B.</param>
    /// <param name="a">[m, k].</param>
    /// <param name="b">[k, n].</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/>, overwritten.</param>
    /// <param name="c">[m, n], rows <paramref name="rowStride"/> apart, added to.</param>
    /// <param name="rowStride">Numbers from a row of C to the next.</param>
    public static void Multiply<V, T>(int m, int n, int k, MatrixView<T> a, MatrixView<T> b, Span<T> scratch, Span<T> c, int rowStride)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(scratch.Length >= ScratchLength<V, T>(m, n, k));
        if (m == 0 || n == 0 || k == 0) return;
        Debug.Assert(a.Values.Length > (m - 1) * a.RowStride + (k - 1) * a.ColumnStride && b.Values.Length > (k - 1) * b.RowStride + (n - 1) * b.ColumnStride);
        Debug.Assert(c.Length >= (m - 1) * rowStride + n);
        int tileColumns = 2 * V.Count, tileRows = TileRows(m), nc = Math.Min(NC, RoundUp(n, tileColumns)), mc = Math.Min(MC, RoundUp(m, tileRows));
        fixed (T* pa = a.Values, pb = b.Values, pc = c, work = scratch)
        {
            T* packedB = work, packedA = packedB + nc * Math.Min(KC, k), tile = packedA + mc * Math.Min(KC, k);
            for (int j = 0; j < n; j += nc)
                for (int p = 0; p < k; p += KC)
                {
                    int kc = Math.Min(KC, k - p), columns = Math.Min(nc, n - j);
                    Pack(pb + (nint)p * b.RowStride + (nint)j * b.ColumnStride, b.ColumnStride, b.RowStride, columns, kc, tileColumns, packedB);
                    for (int i = 0; i < m; i += mc)
                    {
                        int rows = Math.Min(mc, m - i);
                        Pack(pa + (nint)i * a.RowStride + (nint)p * a.ColumnStride, a.RowStride, a.ColumnStride, rows, kc, tileRows, packedA);
                        Block<Pair<V, T>, T>(tileRows, rows, columns, kc, packedA, packedB, tile, pc + (nint)i * rowStride + j, rowStride);
                    }
                }
        }
    }

    /// <summary>The definition: three loops. c[i, j] += sum over p of a[i, p] · b[p, j].</summary>
    public static void MultiplyNaive<T>(int m, int n, int k, MatrixView<T> a, MatrixView<T> b, Span<T> c, int rowStride)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
            {
                T sum = T.Zero;
                for (int p = 0; p < k; p++) sum += a.Values[i * a.RowStride + p * a.ColumnStride] * b.Values[p * b.RowStride + j * b.ColumnStride];
                c[i * rowStride + j] += sum;
            }
    }

    /// <summary>Panels of <paramref name="width"/> entries: for each p the entries side by side, the last panel filled up with zeros.</summary>
    private static void Pack<T>(T* from, nint stride, nint pStride, int count, int kc, int width, T* to) where T : unmanaged
    {
        bool inTiles = pStride == 1 && stride != 1 && sizeof(T) == sizeof(float) && Transposition.IsAccelerated;
        for (int start = 0; start < count; start += width, from += width * stride, to += (nint)kc * width)
        {
            int filled = Math.Min(width, count - start), done = 0;
            if (filled < width) new Span<T>(to, kc * width).Clear();
            for (; inTiles && done + 4 <= filled; done += 4)
            {
                int p = 0;
                for (; p + 4 <= kc; p += 4)
                    Transposition.FourByFour((float*)(from + done * stride + p), stride, (float*)(to + p * width + done), width);
                for (; p < kc; p++)
                    for (int i = done; i < done + 4; i++) to[p * width + i] = from[i * stride + p];
            }
            if (stride == 1)
                for (int p = 0; p < kc; p++) new ReadOnlySpan<T>(from + p * pStride, filled).CopyTo(new(to + p * width, width));
            else
                for (int p = 0; done < filled && p < kc; p++)
                    for (int i = done; i < filled; i++) to[p * width + i] = from[i * stride + p * pStride];
        }
    }

    private static void Block<V, T>(int tileRows, int rows, int columns, int kc, T* packedA, T* packedB, T* tile, T* c, nint rowStride)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        switch (tileRows)
        {
            case 12:
                Tiles<Thrice<Twice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>, V, T>(rows, columns, kc, packedA, packedB, tile, c, rowStride);
                break;
            case 8:
                Tiles<Twice<Twice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>, V, T>(rows, columns, kc, packedA, packedB, tile, c, rowStride);
                break;
            case 6:
                Tiles<Thrice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>(rows, columns, kc, packedA, packedB, tile, c, rowStride);
                break;
            default:
                Tiles<Twice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>(rows, columns, kc, packedA, packedB, tile, c, rowStride);
                break;
        }
    }

    private static void Tiles<R, V, T>(int rows, int columns, int kc, T* packedA, T* packedB, T* tile, T* c, nint rowStride)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (int j = 0; j < columns; j += V.Count)
            for (int i = 0; i < rows; i += R.Rows)
            {
                Tile<R, V, T>(kc, packedA + i * kc, packedB + j * kc, tile);
                AddTile<V, T>(tile, Math.Min(R.Rows, rows - i), Math.Min(V.Count, columns - j), c + i * rowStride + j, rowStride);
            }
    }

    /// <summary>tile [mr, nr] = panel of A [kc, mr], transposed, · panel of B [kc, nr].</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Tile<R, V, T>(int kc, T* a, T* b, T* tile)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged
    {
        R sums = default;
        for (int p = 0; p < kc; p++, a += R.Rows, b += V.Count) sums.Add(a, 1, V.Load(b));
        sums.Write(tile, V.Count, 0);
    }

    private static void AddTile<V, T>(T* tile, int rows, int columns, T* c, nint rowStride)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < rows; i++, tile += V.Count, c += rowStride)
            if (columns == V.Count) V.Store(V.Load(c) + V.Load(tile), c);
            else for (int j = 0; j < columns; j++) c[j] += tile[j];
    }

    private static int RoundUp(int count, int multiple) => (count + multiple - 1) / multiple * multiple;
}
