using System.Diagnostics;
using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>The matrix product C [m, n] += A [m, k] · B [k, n].</summary>
/// <remarks>
/// Blocked as in Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008):
/// <code>
///   k in steps of KC:                      pack all rows of A's step into panels of mr rows          PackRows
///     every piece of C, on any thread:     (some panels of columns, and all rows or some)            MultiplyPiece
///       m in blocks of MC:                 the block of A stays in the L2 cache
///         every panel of B:                nr columns of it, packed at their first use, stay in the L1 cache
///           every panel of A:              one tile of C, mr rows by nr columns, summed in registers over KC
/// </code>
/// The scalar line behind all of it is <c>c[i, j] += a[i, p] · b[p, j]</c>. Panels are filled up with zeros, so tiles have no tails but where C ends.
/// An element is summed in order of p, and added to C every KC (a long sum in parts of 128 of them, <see cref="LongSums"/>): KC is the same
/// everywhere, and how C is cut (<see cref="GemmPlan"/>) changes
/// no bit. So the threads change none either, nor the sizes of the caches.
/// </remarks>
internal static unsafe partial class Gemm
{
    private const int Alignment = CacheLines.Bytes;
    private const int MostDepth = LongSums.Pieces * GemmPlan.KC;             // that C itself adds up; beyond, it is added up in parts

    /// <summary>Numbers to borrow: A's panels of a step, for each thread some of B's and a tile; for very long sums two of C's size.</summary>
    public static int ScratchLength<V, T>(int m, int n, int k, int threads) where V : unmanaged, IVector<V, T> where T : unmanaged
    {
        GemmPlan plan = GemmPlan.Of<V, T>(m, n, k);
        return checked(plan.PackedLength + threads * plan.WorkerLength + Alignment / sizeof(T) + (k > MostDepth ? 2 * m * n : 0));
    }

    /// <summary>c[i, j] += sum over p of a[i, p] · b[p, j].</summary>
    /// <param name="m">Rows of A and C.</param>
    /// <param name="n">Columns of B and C.</param>
    /// <param name="k">Columns of A, rows of B.</param>
    /// <param name="threads">How many may work.</param>
    /// <param name="a">[m, k].</param>
    /// <param name="b">[k, n].</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/>, overwritten.</param>
    /// <param name="c">[m, n], rows <paramref name="rowStride"/> apart, added to.</param>
    /// <param name="rowStride">Numbers from a row of C to the next.</param>
    public static void Multiply<V, T>(int m, int n, int k, int threads, MatrixView<T> a, MatrixView<T> b, Span<T> scratch, Span<T> c, int rowStride)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(scratch.Length >= ScratchLength<V, T>(m, n, k, threads));
        if (m == 0 || n == 0 || k == 0) return;
        if (k > MostDepth)
        {
            MultiplyInParts<V, T>(m, n, k, threads, a, b, scratch, c, rowStride);
            return;
        }
        Debug.Assert(a.Values.Length > (m - 1) * a.RowStride + (k - 1) * a.ColumnStride && b.Values.Length > (k - 1) * b.RowStride
            + (n - 1) * b.ColumnStride);
        Debug.Assert(c.Length >= (m - 1) * rowStride + n);
        GemmJob<V, T> job = GemmJob<V, T>.OfThisThread;
        GemmPlan plan = job.Plan = GemmPlan.Of<V, T>(m, n, k);
        (job.ARowStride, job.AColumnStride, job.BRowStride, job.BColumnStride) = (a.RowStride, a.ColumnStride, b.RowStride, b.ColumnStride);
        (job.CRowStride, job.Columns) = (rowStride, n);
        fixed (T* pa = a.Values, pb = b.Values, pc = c, work = scratch)
        {
            job.PackedA = CacheLines.Align(work);
            job.WorkerScratch = job.PackedA + plan.PackedLength;
            for (int i = 0; i < m; i += plan.StepRows)
                for (int p = 0; p < k; p += GemmPlan.KC)
                {
                    (job.Rows, job.Depth) = (Math.Min(plan.StepRows, m - i), Math.Min(GemmPlan.KC, k - p));
                    job.A = pa + i * job.ARowStride + p * job.AColumnStride;
                    job.B = pb + p * job.BRowStride;
                    job.C = pc + i * job.CRowStride;
                    WorkerPool.Shared.Run(threads, job.PackPieces, job.PackRows);
                    WorkerPool.Shared.Run(threads, job.Pieces, job.MultiplyPiece);
                }
        }
    }

    /// <summary>The same for very long sums: part after part goes into a matrix of its own, and from there to C without drift.</summary>
    private static void MultiplyInParts<V, T>(int m, int n, int k, int threads, MatrixView<T> a, MatrixView<T> b, Span<T> scratch, Span<T> c,
        int rowStride)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Span<T> part = scratch[^(m * n)..], excess = scratch[^(2 * m * n)..^(m * n)];
        excess.Clear();
        for (int p = 0; p < k; p += MostDepth)
        {
            part.Clear();
            Multiply<V, T>(m, n, Math.Min(MostDepth, k - p), threads, new(a.Values[(p * a.ColumnStride)..], a.RowStride, a.ColumnStride),
                new(b.Values[(p * b.RowStride)..], b.RowStride, b.ColumnStride), scratch[..^(2 * m * n)], part, n);
            fixed (T* from = part, over = excess, to = c)
                for (int i = 0; i < m; i++) LongSums.Add<V, T>(from + i * n, over + i * n, to + (nint)i * rowStride, n);
        }
    }

    /// <summary>The definition: three loops. c[i, j] += sum over p of a[i, p] · b[p, j].</summary>
    public static void MultiplyNaive<T>(int m, int n, int k, MatrixView<T> a, MatrixView<T> b, Span<T> c, int rowStride)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
            {
                double sum = 0;
                for (int p = 0; p < k; p++)
                    sum += double.CreateTruncating(a.Values[i * a.RowStride + p * a.ColumnStride])
                        * double.CreateTruncating(b.Values[p * b.RowStride + j * b.ColumnStride]);
                c[i * rowStride + j] += T.CreateTruncating(sum);
            }
    }
}
