using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>C = A · B for square matrices, C cleared first; every thread takes some of C's rows.</summary>
internal sealed class GemmWork(int size, int threads) : IForVector<float, Workload>
{
    public Workload With<V>() where V : unmanaged, IVector<V, float>
    {
        var random = new RandomGenerator(1);
        Shape square = new(size, size);
        Tensor<float> a = RandomValues.Of<float>(square, random), b = RandomValues.Of<float>(square, random), c = new(square);
        int bands = Math.Min(threads, size), scratchLength = Gemm.ScratchLength<V, float>(size, size, size);
        var scratch = new Tensor<float>(new Shape(bands, scratchLength));
        Action<int, int> band = (piece, _) =>
        {
            int first = (int)((long)size * piece / bands), rows = (int)((long)size * (piece + 1) / bands) - first;
            Span<float> to = c.Span.Slice(first * size, rows * size);
            to.Clear();
            Gemm.Multiply<V, float>(rows, size, size, new(a.Span[(first * size)..], size, 1), new(b.Span, size, 1),
                scratch.Span.Slice(piece * scratchLength, scratchLength), to, size);
        };
        return new(2.0 * size * size * size, bands == 1 ? "packed" : $"packed, C's rows in {bands} bands",
            () => WorkerPool.Shared.Run(threads, bands, band));
    }
}
