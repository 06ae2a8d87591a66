using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Measuring;

/// <summary>The packed matrix product against three loops.</summary>
internal static class GemmTwins<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Compare(ProductShape shape, Comparisons<T> to)
    {
        const int Beyond = 3;                                                // numbers after each row of C, which must stay
        int m = shape.M, n = shape.N, k = shape.K, rowStride = n + Beyond;
        var (a, a2) = to.Values(m * k);
        var (b, b2) = to.Values(k * n);
        var (c, c2) = to.Values(m * rowStride);
        Gemm.Multiply<V, T>(m, n, k, 2, A(a), B(b), new T[Gemm.ScratchLength<V, T>(m, n, k, 2)], c, rowStride);
        Gemm.MultiplyNaive(m, n, k, A(a2), B(b2), c2, rowStride);
        to.Add("matrix product", $"{shape}", c, c2);

        MatrixView<TNumber> A<TNumber>(TNumber[] values) => shape.TransposeA ? new(values, 1, m) : new(values, k, 1);
        MatrixView<TNumber> B<TNumber>(TNumber[] values) => shape.TransposeB ? new(values, 1, k) : new(values, n, 1);
    }
}
