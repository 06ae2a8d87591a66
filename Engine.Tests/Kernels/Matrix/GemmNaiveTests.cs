using NUnit.Framework;
using Scratch.Kernels;

namespace Scratch.Tests.Kernels;

/// <summary>The three loops themselves, by numbers that a pencil checks.</summary>
public sealed class GemmNaiveTests
{
    [Test]
    public void MultiplyNaive_TwoByTwo_IsAddedToC()
    {
        // 1 2 · 5 6 = 19 22, added to 100 200
        // 3 4   7 8   43 50           300 400
        double[] c = [100, 200, 300, 400];
        Gemm.MultiplyNaive<double>(2, 2, 2, new([1, 2, 3, 4], 2, 1), new([5, 6, 7, 8], 2, 1), c, 2);
        SumAssert.Exactly(c, 119, 222, 343, 450);
    }

    [Test]
    public void MultiplyNaive_SwappedStrides_ReadsTheTranspose()
    {
        // 1 3 · 5 7 = 1·5 + 3·6  1·7 + 3·8 = 23 31
        // 2 4   6 8   2·5 + 4·6  2·7 + 4·8   34 46
        double[] c = new double[4];
        Gemm.MultiplyNaive<double>(2, 2, 2, new([1, 2, 3, 4], 1, 2), new([5, 6, 7, 8], 1, 2), c, 2);
        SumAssert.Exactly(c, 23, 31, 34, 46);
    }

    [Test]
    public void MultiplyNaive_RowsWithGaps_LeavesTheGapsAlone()
    {
        // (1 2) · (3 4)ᵀ = 11 in a row of two, of which the second number is nobody's; below it (5 6) · (3 4)ᵀ = 39.
        double[] c = [0, 7, 0, 7];
        Gemm.MultiplyNaive<double>(2, 1, 2, new([1, 2, 5, 6], 2, 1), new([3, 4], 1, 1), c, 2);
        SumAssert.Exactly(c, 11, 7, 39, 7);
    }
}
