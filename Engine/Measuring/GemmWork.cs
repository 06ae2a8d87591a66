using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>C [m, n] = A [m, k] · B [k, n]; C is cleared first, by the same threads.</summary>
internal sealed class GemmWork(int m, int n, int k, int threads) : IForVector<float, Workload>
{
    public Workload With<V>() where V : unmanaged, IVector<V, float>
    {
        var random = new RandomGenerator(1);
        Tensor<float> a = RandomValues.Of<float>(new Shape(m, k), random), b = RandomValues.Of<float>(new Shape(k, n), random), c =
            new(new Shape(m, n));
        var scratch = new Tensor<float>(new Shape(Gemm.ScratchLength<V, float>(m, n, k, threads)));
        Action<int, int> clearRow = (i, _) => c.Span.Slice(i * n, n).Clear();
        return new(2.0 * m * n * k, "packed", () =>
        {
            WorkerPool.Shared.Run(threads, m, clearRow);
            Gemm.Multiply<V, float>(m, n, k, threads, new(a.Span, k, 1), new(b.Span, n, 1), scratch.Span, c.Span, n);
        });
    }
}
