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
    ];

    [TestCaseSource(nameof(Sizes))]
    public void Multiply_RowsInMemory_AddsTheProduct((int M, int N, int K) size) => Check(size, false, false, 0);

    [TestCaseSource(nameof(Sizes))]
    public void Multiply_BothTransposed_AddsTheProduct((int M, int N, int K) size) => Check(size, true, true, 0);

    [TestCase(true, false)]
    [TestCase(false, true)]
    public void Multiply_OneTransposed_AddsTheProduct(bool transposeA, bool transposeB) => Check((33, 31, 9), transposeA, transposeB, 0);

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
        var scratch = new T[Gemm.ScratchLength<V, T>(2, 2, 2)];
        Gemm.Multiply<V, T>(2, 2, 2, new(Array.ConvertAll([1, 2, 3, 4], T.CreateChecked), 2, 1),
            new(Array.ConvertAll([5, 6, 7, 8], T.CreateChecked), 2, 1), scratch, c, 2);
        Assert.That(c, Is.EqualTo(Array.ConvertAll([119, 222, 343, 450], T.CreateChecked)));
    }

    /// <summary>The scratch starts as NaN, operands and C lie between fences of NaN, so that any stray number shows.</summary>
    private static void Check((int M, int N, int K) size, bool transposeA, bool transposeB, int gap)
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

        var scratch = new GuardedBuffer<T>(Gemm.ScratchLength<V, T>(m, n, k));
        T[] before = c.Span.ToArray();
        Gemm.Multiply<V, T>(m, n, k, new(a.Span, strideA.Row, strideA.Column),
            new(b.Span, strideB.Row, strideB.Column), scratch.Span, c.Span, rowStride);
        scratch.Intact();
        SumAssert.Close(c.Written(), expected, magnitudes);
        for (int i = 0; i < before.Length; i++)
            if (i % rowStride >= n) Assert.That(c.Span[i], Is.EqualTo(before[i]));
    }
}
