using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

/// <summary>The blocked product equals three loops, around the edges of tiles and blocks, for every way an operand can lie in memory.</summary>
[EveryVector]
public sealed class GemmTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly int[] _tileEdges = [1, 7, 8, 9, 31, 32, 33];

    // Every pair of sizes in two of the three, an odd one in the third; then the edges of blocks.
    private static IEnumerable<(int M, int N, int K)> Sizes =>
    [
        .. _tileEdges.SelectMany(m => _tileEdges.Select(n => (m, n, 5))), .. _tileEdges.Select(k => (5, 6, k)),
        (127, 3, 4), (128, 3, 4), (129, 3, 4), (3, 127, 4), (3, 128, 4), (3, 129, 4), (3, 255, 2), (3, 256, 2), (3, 257, 2),
        (5, 7, 255), (5, 7, 256), (5, 7, 257), (5, 7, 513), (130, 35, 258), (9, 270, 259),
        (10, 64, 6), (11, 65, 6), (12, 66, 6), (13, 67, 6), (16, 68, 6), (17, 33, 6), (8, 3001, 5), (485, 3, 300),
    ];

    [TestCaseSource(nameof(Sizes))]
    public void Multiply_RowsInMemory_AddsTheProduct((int M, int N, int K) size) => Check(size, false, false, 0);

    [TestCaseSource(nameof(Sizes))]
    public void Multiply_BothTransposed_AddsTheProduct((int M, int N, int K) size) => Check(size, true, true, 0);

    [TestCase(true, false)]
    [TestCase(false, true)]
    public void Multiply_OneTransposed_AddsTheProduct(bool transposeA, bool transposeB) => Check((33, 31, 9), transposeA, transposeB, 0);

    [TestCase(530, 545, 257, TestName = "Multiply_MoreRowsThanTheL2CacheHolds_AddsTheProduct")]
    [TestCase(16_500, 2, 256, TestName = "Multiply_MoreRowsThanTheL3CacheHolds_AddsTheProduct")]
    public void Multiply_SeveralBlocks_AddsTheProduct(int m, int n, int k) => Check((m, n, k), false, false, 0, threads: 2);

    [Test]
    public void Multiply_OtherNumbersBetweenThoseOfAMatrix_ReadsItsOwn()
    {
        const int M = 13, N = 35, K = 9, Apart = 3;
        T[] a = RandomTensors.Values<T>(M * K * Apart, 1), b = RandomTensors.Values<T>(K * N * Apart, 2);
        T[] c = new T[M * N], scratch = new T[Gemm.ScratchLength<V, T>(M, N, K, 1)];
        Gemm.Multiply<V, T>(M, N, K, 1, new(a, K * Apart, Apart), new(b, N * Apart, Apart), scratch, c, N);
        T[] dense = new T[M * N], denseA = Every(a, Apart), denseB = Every(b, Apart);
        Gemm.Multiply<V, T>(M, N, K, 1, new(denseA, K, 1), new(denseB, N, 1), scratch, dense, N);
        Assert.That(c, Is.EqualTo(dense));
    }

    [TestCase(100, 700, 300)]
    [TestCase(3, 9000, 70)]
    [TestCase(700, 5, 300)]
    [TestCase(10, 33, 7)]
    public void Multiply_AnyNumberOfThreads_TheSameBits(int m, int n, int k)
    {
        T[] a = RandomTensors.Values<T>(m * k, 1), b = RandomTensors.Values<T>(k * n, 2);
        T[] one = Product(1);
        foreach (int threads in new[] { 2, 3, 8 }) Assert.That(Product(threads).AsSpan().SequenceEqual(one), $"{threads} threads");

        T[] Product(int threads)
        {
            var scratch = new GuardedBuffer<T>(Gemm.ScratchLength<V, T>(m, n, k, threads));
            T[] c = RandomTensors.Values<T>(m * n, 3);
            Gemm.Multiply<V, T>(m, n, k, threads, new(a, k, 1), new(b, n, 1), scratch.Span, c, n);
            scratch.Intact();
            return c;
        }
    }

    [Test]
    public void Multiply_Warm_AllocatesNothing()
    {
        const int M = 50, N = 900, K = 300;
        T[] a = new T[M * K], b = new T[K * N], c = new T[M * N], scratch = new T[Gemm.ScratchLength<V, T>(M, N, K, 2)];
        long before = 0;
        for (int i = 0; i < 3; i++)
        {
            if (i == 1) before = GC.GetAllocatedBytesForCurrentThread();
            Gemm.Multiply<V, T>(M, N, K, 2, new(a, K, 1), new(b, N, 1), scratch, c, N);
        }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [TestCase(9, 7)]
    [TestCase(17, 33)]
    [TestCase(129, 65)]
    public void Multiply_RowsOfCWithGaps_LeavesTheGapsAlone(int m, int n) => Check((m, n, 5), false, false, 3);

    [TestCase(0, 3, 4)]
    [TestCase(3, 0, 4)]
    [TestCase(3, 4, 0)]
    [TestCase(0, 0, 0)]
    public void Multiply_NothingToSum_ChangesNothing(int m, int n, int k) => Check((m, n, k), false, false, 2);

    [Test]
    public void Multiply_TwoByTwo_IsWhatAPencilSays()
    {
        // 1 2 · 5 6 = 1·5 + 2·7  1·6 + 2·8 = 19 22, added to 100 200
        // 3 4   7 8   3·5 + 4·7  3·6 + 4·8   43 50           300 400
        T[] c = Array.ConvertAll([100, 200, 300, 400], T.CreateChecked);
        var scratch = new T[Gemm.ScratchLength<V, T>(2, 2, 2, 1)];
        Gemm.Multiply<V, T>(2, 2, 2, 1, new(Array.ConvertAll([1, 2, 3, 4], T.CreateChecked), 2, 1),
            new(Array.ConvertAll([5, 6, 7, 8], T.CreateChecked), 2, 1), scratch, c, 2);
        Assert.That(c, Is.EqualTo(Array.ConvertAll([119, 222, 343, 450], T.CreateChecked)));
    }

    private static T[] Every(T[] values, int apart) => [.. values.Where((_, i) => i % apart == 0)];

    /// <summary>The scratch starts as NaN, operands and C lie between fences of NaN, so that any stray number shows.</summary>
    private static void Check((int M, int N, int K) size, bool transposeA, bool transposeB, int gap, int threads = 1)
    {
        var (m, n, k) = size;
        int rowStride = n + gap;
        var a = new GuardedBuffer<T>(RandomTensors.Values<T>(m * k, 1));
        var b = new GuardedBuffer<T>(RandomTensors.Values<T>(k * n, 2));
        var c = new GuardedBuffer<T>(RandomTensors.Values<T>(m * rowStride, 3));
        double[] expected = RandomTensors.ToDouble<T>(c.Span), magnitudes = Array.ConvertAll(expected, Math.Abs);
        (int Row, int Column) strideA = transposeA ? (1, m) : (k, 1), strideB = transposeB ? (1, k) : (n, 1);
        double[] x = RandomTensors.ToDouble<T>(a.Span), y = RandomTensors.ToDouble<T>(b.Span);
        Gemm.MultiplyNaive<double>(m, n, k, new(x, strideA.Row, strideA.Column), new(y, strideB.Row, strideB.Column), expected, rowStride);
        Gemm.MultiplyNaive<double>(m, n, k, new(Array.ConvertAll(x, Math.Abs), strideA.Row, strideA.Column),
            new(Array.ConvertAll(y, Math.Abs), strideB.Row, strideB.Column), magnitudes, rowStride);

        var scratch = new GuardedBuffer<T>(Gemm.ScratchLength<V, T>(m, n, k, threads));
        T[] before = c.Span.ToArray();
        Gemm.Multiply<V, T>(m, n, k, threads, new(a.Span, strideA.Row, strideA.Column),
            new(b.Span, strideB.Row, strideB.Column), scratch.Span, c.Span, rowStride);
        scratch.Intact();
        SumAssert.Close(c.Written(), expected, magnitudes);
        for (int i = 0; i < before.Length; i++)
            if (i % rowStride >= n) Assert.That(c.Span[i], Is.EqualTo(before[i]));
    }
}
