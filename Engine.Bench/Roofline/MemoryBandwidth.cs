using System.Diagnostics;
using Scratch.Kernels;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Bench.Roofline;

/// <summary>How many bytes this machine reads and writes in a second: the other bound of a kernel, beside the processor's arithmetic.</summary>
/// <remarks>
/// c = a · x + b, the triad of McCalpin's STREAM benchmark, over arrays of a size: three floats are moved for each result. Arrays of 64 MB are
/// beyond every cache; with 128 KB they lie in the second one. The best of many runs counts.
/// </remarks>
internal static class MemoryBandwidth
{
    private const double Seconds = 0.5;

    /// <summary>Bytes in a second, in units of 10⁹.</summary>
    /// <param name="threads">How many threads move a share each.</param>
    /// <param name="numbers">Length of each of the three arrays, all threads together.</param>
    public static double Measure(int threads, int numbers)
    {
        var shape = new Shape(numbers);
        Tensor<float> a = new Tensor<float>(shape).Fill(1), b = new Tensor<float>(shape).Fill(2), c = new(shape);
        double best = double.PositiveInfinity;
        for (long begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin).TotalSeconds < Seconds;)
        {
            long start = Stopwatch.GetTimestamp();
            WorkerPool.Shared.Run(threads, threads, (piece, _) =>
            {
                int from = (int)((long)numbers * piece / threads), count = (int)((long)numbers * (piece + 1) / threads) - from;
                TensorPrimitives.MultiplyAddEstimate(a.Span.Slice(from, count), 0.5f, b.Span.Slice(from, count), c.Span.Slice(from, count));
            });
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return 3.0 * sizeof(float) * numbers / best / 1e9;
    }
}
