using System.Diagnostics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Measuring;

/// <summary>How many fused multiply-adds this processor does in float: the bound that kernels are held against.</summary>
/// <remarks>
/// Measured, with the vectors that the engine uses: ten chains of a = a · x + y, none waiting for another and all in registers, so that nothing but
/// arithmetic takes time. All threads compute at once, and for each its own best of many short stretches counts, since whatever else the
/// machine does only makes a stretch longer. A processor that lowers its clock for wide vectors lowers it here too.
/// </remarks>
public static class ProcessorPeak
{
    private const int Chains = 10, Steps = 20_000;
    private const double Seconds = 0.15;

    /// <summary>Operations in a second, in units of 10⁹; a multiplication and its addition are two.</summary>
    /// <param name="threads">How many threads compute at once.</param>
    public static double Measure(int threads) => ForVector.Widest(new Measurement(threads));

    private sealed class Measurement(int threads) : IForVector<float, double>
    {
        private readonly double[] _rates = new double[threads];
        private readonly float[] _results = new float[threads];              // written, so that the work is not left out

        public double With<V>() where V : unmanaged, IVector<V, float>
        {
            WorkerPool.Shared.Run(threads, threads, (piece, _) =>
            {
                double best = double.PositiveInfinity;
                for (long begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin).TotalSeconds < Seconds;)
                {
                    long start = Stopwatch.GetTimestamp();
                    _results[piece] = Run<V>();
                    best = Math.Min(best, Stopwatch.GetTimestamp() - start);
                }
                _rates[piece] = 2.0 * Chains * Steps * V.Count * Stopwatch.Frequency / best / 1e9;
            });
            return _rates.Sum();
        }
    }

    // Every chain goes to y / (1 - x) = 2: never to infinity, nor to numbers so small that they are slow.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Run<V>() where V : unmanaged, IVector<V, float>
    {
        V x = V.Splat(0.5f), y = V.Splat(1);
        V a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y;
        for (int step = 0; step < Steps; step++)
        {
            a = V.MultiplyAdd(a, x, y);
            b = V.MultiplyAdd(b, x, y);
            c = V.MultiplyAdd(c, x, y);
            d = V.MultiplyAdd(d, x, y);
            e = V.MultiplyAdd(e, x, y);
            f = V.MultiplyAdd(f, x, y);
            g = V.MultiplyAdd(g, x, y);
            h = V.MultiplyAdd(h, x, y);
            i = V.MultiplyAdd(i, x, y);
            j = V.MultiplyAdd(j, x, y);
        }
        return V.Sum(a + b + c + d + e + (f + g + h + i + j));
    }
}
