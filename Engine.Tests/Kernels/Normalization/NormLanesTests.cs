using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

/// <summary>Normalisation lane by lane equals a plain computation in double, image by image.</summary>
[EveryVector]
public sealed class NormLanesTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double Eps = 0.01;
    // rows of numbers that share a weight, and their length
    private static readonly int[][] _sizes = [[1, 1], [1, 7], [5, 1], [3, 4], [2, 45]];

    [TestCaseSource(nameof(_sizes))]
    public void Forward_AnyRows_EqualsAPlainComputation(int rows, int repeat)
    {
        var (x, _, weight, bias) = Data(rows, repeat, 0);
        var y = new GuardedBuffer<T>(x.Length);
        NormLanes.Forward<V, T>(x, T.CreateChecked(Eps), weight, bias, repeat, y.Span);
        double[] w = RandomTensors.ToDouble<T>(weight), b = RandomTensors.ToDouble<T>(bias), normal = Normal(x, out _);
        double[] expected = [.. normal.Select((v, i) => v * w[i / Lanes.Count / repeat] + b[i / Lanes.Count / repeat])];
        SumAssert.Close<T>(y.Written(), expected, [.. expected.Select(_ => 10.0)]);
    }

    [Test]
    public void Forward_MeanFarAboveTheDeviation_LosesNothing()
    {
        var (x, _, _, _) = Data(3, 30, 1000);
        var y = new GuardedBuffer<T>(x.Length);
        NormLanes.Forward<V, T>(x, T.CreateChecked(Eps), [], [], 30, y.Span);
        double[] expected = Normal(x, out _);                                // of the numbers as they are, rounded at 1000
        SumAssert.Close<T>(y.Written(), expected, [.. expected.Select(_ => 10.0)]);
    }

    [Test]
    public void Forward_NoVarianceAndNoEps_IsTheBias()
    {
        var x = new T[7 * Lanes.Count];
        Array.Fill(x, T.CreateChecked(2.5));
        var y = new T[x.Length];
        NormLanes.Forward<V, T>(x, T.Zero, [T.CreateChecked(3)], [T.CreateChecked(0.25)], 7, y);
        Assert.That(y, Has.All.EqualTo(T.CreateChecked(0.25)));
    }

    [TestCaseSource(nameof(_sizes))]
    public void Backward_AnyRows_EqualsAPlainComputation(int rows, int repeat)
    {
        var (x, dy, weight, _) = Data(rows, repeat, 3);
        GuardedBuffer<T> dx = new(x.Length), dw = new(new T[rows]), db = new(new T[rows]);
        dw.Span.Fill(T.One);
        db.Span.Fill(T.One);
        NormLanes.Backward<V, T>(x, dy, T.CreateChecked(Eps), weight, repeat, dx.Span, dw.Span, db.Span);
        double[] normal = Normal(x, out double[] scale), gradient = RandomTensors.ToDouble<T>(dy), w = RandomTensors.ToDouble<T>(weight);
        double[] expected = new double[x.Length], expectedWeight = new double[rows], expectedBias = new double[rows];
        int count = rows * repeat;
        for (int n = 0; n < Lanes.Count; n++)
        {
            double mean = 0, slope = 0;
            for (int p = 0; p < count; p++)
            {
                int i = p * Lanes.Count + n;
                mean += gradient[i] * w[p / repeat] / count;
                slope += gradient[i] * w[p / repeat] * normal[i] / count;
                expectedWeight[p / repeat] += gradient[i] * normal[i];
                expectedBias[p / repeat] += gradient[i];
            }
            for (int i = n; i < x.Length; i += Lanes.Count) expected[i] =
                scale[n] * (gradient[i] * w[i / Lanes.Count / repeat] - mean - normal[i] * slope);
        }
        SumAssert.Close<T>(dx.Written(), expected, [.. expected.Select((_, i) => 20 * scale[i % Lanes.Count])]);
        SumAssert.Close<T>(dw.Written(), [.. expectedWeight.Select(v => v + 1)], [.. expectedWeight.Select(_ => 100.0 * repeat)]);
        SumAssert.Close<T>(db.Written(), [.. expectedBias.Select(v => v + 1)], [.. expectedBias.Select(_ => 100.0 * repeat)]);
    }

    [Test]
    public void Backward_NobodyReadsTheInputsGradient_StillAddsTheParameters()
    {
        var (x, dy, weight, _) = Data(3, 4, 0);
        T[] dx = new T[x.Length], dw = new T[3], db = new T[3], onlyWeight = new T[3], onlyBias = new T[3];
        NormLanes.Backward<V, T>(x, dy, T.CreateChecked(Eps), weight, 4, dx, dw, db);
        NormLanes.Backward<V, T>(x, dy, T.CreateChecked(Eps), weight, 4, [], onlyWeight, onlyBias);
        Assert.That((onlyWeight, onlyBias), Is.EqualTo((dw, db)));
    }

    private static (T[] Input, T[] GradOutput, T[] Weight, T[] Bias) Data(int rows, int repeat, double mean)
    {
        T[] input = RandomTensors.Values<T>(rows * repeat * Lanes.Count, 1);
        return (Array.ConvertAll(input, x => x + T.CreateChecked(mean)), RandomTensors.Values<T>(input.Length, 2), RandomTensors.Values<T>(rows, 3),
            RandomTensors.Values<T>(rows, 4));
    }

    // x̂ for every lane by itself, in double, and 1/sqrt(variance + eps).
    private static double[] Normal(T[] input, out double[] scale)
    {
        double[] x = RandomTensors.ToDouble<T>(input), normal = new double[x.Length];
        scale = new double[Lanes.Count];
        for (int n = 0; n < Lanes.Count; n++)
        {
            double[] lane = [.. x.Where((_, i) => i % Lanes.Count == n)];
            double mean = lane.Average(), variance = lane.Average(v => (v - mean) * (v - mean));
            scale[n] = 1 / Math.Sqrt(variance + double.CreateChecked(T.CreateChecked(Eps)));
            for (int i = n; i < x.Length; i += Lanes.Count) normal[i] = (x[i] - mean) * scale[n];
        }
        return normal;
    }
}
