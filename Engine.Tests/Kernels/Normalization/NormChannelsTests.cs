using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

/// <summary>Normalisation part by part channels-last; that it is what lanes give, forward and back, LayoutTests says.</summary>
[EveryVector]
public sealed class NormChannelsTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Channels = 38, Pixels = 6;                             // two vectors and more, and some left over
    private const double Eps = 0.01;

    // Channels and pixels of a part.
    private static readonly int[][] _parts = [[1, 6], [1, 2], [2, 6], [19, 6], [38, 6]];

    [TestCaseSource(nameof(_parts))]
    public void Forward_AnyParts_EqualsAPlainComputation(int[] part)
    {
        Check(part, 0);
        Check(part, 1000);                                                   // a mean far above the deviation loses nothing
    }

    [Test]
    public void Forward_NoVarianceAndNoEps_IsTheBias()
    {
        T[] x = new T[Channels * Pixels], y = new T[x.Length], weight = RandomTensors.Values<T>(Channels, 1), bias = new T[Channels];
        Array.Fill(x, T.CreateChecked(2.5));
        Array.Fill(bias, T.CreateChecked(0.25));
        NormChannels.Forward<V, T>(new(Channels, Pixels, 19, Pixels, WeightOrder.PerChannel), x, T.Zero, weight, bias, Scratch(), y);
        Assert.That(y, Has.All.EqualTo(T.CreateChecked(0.25)));
    }

    [Test]
    public void Backward_NobodyReadsTheInputsGradient_StillAddsTheParameters([Values] bool perNumber)
    {
        int weights = perNumber ? Channels * Pixels : Channels;
        NormParts parts = new(Channels, Pixels, Channels, Pixels, perNumber ? WeightOrder.PerNumber : WeightOrder.PerChannel);
        T[] x = RandomTensors.Values<T>(Channels * Pixels, 1), dy = RandomTensors.Values<T>(x.Length, 2), weight = RandomTensors.Values<T>(weights,
            3);
        T[] dx = new T[x.Length], dw = new T[weights], db = new T[weights], onlyWeight = new T[weights], onlyBias = new T[weights];
        NormChannels.Backward<V, T>(parts, x, dy, T.CreateChecked(Eps), weight, Scratch(), dx, dw, db);
        NormChannels.Backward<V, T>(parts, x, dy, T.CreateChecked(Eps), weight, Scratch(), [], onlyWeight, []);
        NormChannels.Backward<V, T>(parts, x, dy, T.CreateChecked(Eps), weight, Scratch(), [], [], onlyBias);
        Assert.That((onlyWeight, onlyBias), Is.EqualTo((dw, db)));
        Assert.That(dw, Has.None.EqualTo(T.Zero));
    }

    private static void Check(int[] part, double mean)
    {
        var (group, run) = (part[0], part[1]);
        T[] input = Array.ConvertAll(RandomTensors.Values<T>(Channels * Pixels, 1), v => v + T.CreateChecked(mean));
        var output = new GuardedBuffer<T>(input.Length);
        NormChannels.Forward<V, T>(new(Channels, Pixels, group, run, WeightOrder.PerChannel), input, T.CreateChecked(Eps), [], [], Scratch(),
            output.Span);
        double[] x = RandomTensors.ToDouble<T>(input), expected = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            double[] own = [.. x.Where((_, k) => k % Channels / group == i % Channels / group && k / Channels / run == i / Channels / run)];
            double average = own.Average(), variance = own.Average(v => (v - average) * (v - average));
            expected[i] = (x[i] - average) / Math.Sqrt(variance + double.CreateChecked(T.CreateChecked(Eps)));
        }
        SumAssert.Close<T>(output.Written(), expected, [.. expected.Select(_ => 10.0)]);
    }

    [Test]
    public void BothWays_LargeImagesInStretches_EqualAPlainComputation([Values(1, 19, 38)] int group)
    {
        const int Images = 2, Many = 3499, Threads = 3;
        NormParts parts = new(Channels, Many, group, Many, WeightOrder.PerChannel);
        Assert.That(parts.Stretches, Is.EqualTo(4));
        T[] input = RandomTensors.Values<T>(Images * Many * Channels, 1), gradient = RandomTensors.Values<T>(input.Length, 2),
            weight = RandomTensors.Values<T>(Channels, 3), bias = RandomTensors.Values<T>(Channels, 4), dw = new T[Channels], db = new T[Channels];
        var (output, gradInput) = (new GuardedBuffer<T>(input.Length), new GuardedBuffer<T>(input.Length));
        BothWays(1, output.Span, gradInput.Span, dw, db);
        T[] sharedOutput = new T[input.Length], sharedGradient = new T[input.Length], sharedWeight = new T[Channels], sharedBias = new T[Channels];
        BothWays(Threads, sharedOutput, sharedGradient, sharedWeight, sharedBias);
        Assert.That((sharedOutput, sharedGradient, sharedWeight, sharedBias), Is.EqualTo((output.Written(), gradInput.Written(), dw, db)));

        double[] x = RandomTensors.ToDouble<T>(input), dy = RandomTensors.ToDouble<T>(gradient), w = RandomTensors.ToDouble<T>(weight),
            b = RandomTensors.ToDouble<T>(bias), y = new double[x.Length], dx = new double[x.Length], ofWeight = new double[Channels],
            ofBias = new double[Channels];
        foreach (var part in Enumerable.Range(0, x.Length).GroupBy(i => (i / Channels / Many, i % Channels / group)))
        {
            double count = part.Count(), mean = part.Average(i => x[i]), variance = part.Average(i => (x[i] - mean) * (x[i] - mean)),
                scale = 1 / Math.Sqrt(variance + double.CreateChecked(T.CreateChecked(Eps))),
                slope = part.Sum(i => dy[i] * w[i % Channels] * (x[i] - mean) * scale) / count,
                level = part.Sum(i => dy[i] * w[i % Channels]) / count;
            foreach (int i in part)
            {
                double normal = (x[i] - mean) * scale;
                y[i] = normal * w[i % Channels] + b[i % Channels];
                dx[i] = scale * (dy[i] * w[i % Channels] - level - normal * slope);
                ofWeight[i % Channels] += dy[i] * normal;
                ofBias[i % Channels] += dy[i];
            }
        }
        SumAssert.Close<T>(output.Written(), y, [.. y.Select(_ => 10.0)]);
        SumAssert.Close<T>(gradInput.Written(), dx, [.. dx.Select(_ => 10.0)]);
        SumAssert.Close<T>(dw, ofWeight, [.. ofWeight.Select(_ => 10.0 * Many)]);
        SumAssert.Close<T>(db, ofBias, [.. ofBias.Select(_ => 10.0 * Many)]);

        void BothWays(int threads, Span<T> y, Span<T> dx, Span<T> gradWeight, Span<T> gradBias)
        {
            var scratch = new T[NormChannels.ScratchLength<V, T>(parts, Images, threads)];
            Array.Fill(scratch, T.NaN);
            NormChannels.Forward<V, T>(parts, input, T.CreateChecked(Eps), weight, bias, scratch, y, threads: threads);
            NormChannels.Backward<V, T>(parts, input, gradient, T.CreateChecked(Eps), weight, scratch, dx, gradWeight, gradBias, threads: threads);
        }
    }

    private static T[] Scratch()
    {
        var scratch = new T[NormChannels.ScratchLength<V, T>(new(Channels, Pixels, 1, Pixels, WeightOrder.PerChannel))];
        Array.Fill(scratch, T.NaN);
        return scratch;
    }
}
