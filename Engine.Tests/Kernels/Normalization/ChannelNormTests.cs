using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

/// <summary>Every channel of [pixels, C] is what the same numbers are in lanes' formulas: rows and channels of any number, and more channels than are
/// summed together.</summary>
[EveryVector]
public sealed class ChannelNormTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly (int Pixels, int Channels)[] _shapes = [(1, 1), (3, 5), (4, 16), (7, 37), (1030, 3), (9, 300)];
    private static readonly string[] _simple = ["None", "Relu", "LeakyRelu", "Relu6"];

    [Test]
    public void Forward_AddendAndActivation_IsTheFormula([ValueSource(nameof(_shapes))] (int Pixels, int Channels) shape,
        [ValueSource(nameof(_simple))] string kind, [Values] bool adds)
    {
        var data = new Data(shape.Pixels, shape.Channels);
        var y = new GuardedBuffer<T>(data.X.Length);
        ChannelNorm.Forward<V, T>(data.X, data.Lines, adds ? data.Addend : [], Kind(kind), y.Span);
        double[] before = [.. data.Normal.Select((v, i) => v + (adds ? Wide(data.Addend[i]) : 0))];
        SumAssert.Close<T>(y.Written(), [.. before.Select(v => Activated(kind, v))], [.. before.Select(_ => 12.0)]);
    }

    [Test]
    public void Gather_AnyMean_IsMeanAndDistances([ValueSource(nameof(_shapes))] (int Pixels, int Channels) shape, [Values(0, 1e7)] double mean)
    {
        T[] x = [.. RandomTensors.Integers<double>(shape.Pixels * shape.Channels, 4, 7).Select(v => T.CreateChecked(mean + v))];
        double[] means = new double[shape.Channels], distances = new double[shape.Channels];
        ChannelNorm.Gather<V, T>(x, means, distances);
        for (int c = 0; c < shape.Channels; c++)
        {
            double[] channel = [.. Enumerable.Range(0, shape.Pixels).Select(p => Wide(x[p * shape.Channels + c]))];
            double expected = channel.Average(), sum = channel.Sum(v => (v - expected) * (v - expected));
            Assert.That(means[c], Is.EqualTo(expected).Within(2e-6 + 1e-13 * mean));
            // what sums in pieces promise: few values here, so their roundings repeat
            Assert.That(distances[c], Is.EqualTo(sum).Within(1e-5 * (1 + sum)));
        }
    }

    [Test]
    public void GatherGradient_AnyActivation_IsSumAndProduct([ValueSource(nameof(_shapes))] (int Pixels, int Channels) shape,
        [ValueSource(nameof(_simple))] string kind,
        [Values] bool fromOutput, [Values] bool writes)
    {
        var data = new Data(shape.Pixels, shape.Channels);
        var activation = Kind(kind);
        T[] output = new T[data.X.Length];
        ChannelNorm.Forward<V, T>(data.X, data.Lines, fromOutput ? data.Addend : [], activation, output);
        T[] before = [.. data.Dy.Zip(output, (g, y) => g * T.CreateChecked(Slope(kind, Wide(y))))], to = [.. data.Dy];
        double[] sums = new double[shape.Channels], products = new double[shape.Channels];
        ChannelNorm.GatherGradient<V, T>(data.X, writes ? to : data.Dy, data.Lines, activation, fromOutput ? output : [], writes ? to : [], sums,
            products);
        for (int c = 0; c < shape.Channels; c++)
        {
            double sum = 0, product = 0, size = 0;
            for (int i = c; i < before.Length; i += shape.Channels)
            {
                double distance = Wide(data.X[i]) - Wide(data.Mean[c]);
                (sum, product, size) = (sum + Wide(before[i]), product + Wide(before[i]) * distance, size
                    + Math.Abs(Wide(before[i])) * (1 + Math.Abs(distance)));
            }
            Assert.That(sums[c], Is.EqualTo(sum).Within(SumAssert.Tolerance<T>() * size));
            Assert.That(products[c], Is.EqualTo(product).Within(SumAssert.Tolerance<T>() * size));
        }
        Assert.That(to, Is.EqualTo(writes ? before : data.Dy));
    }

    [Test]
    public void Backward_AnyActivation_IsTheFormulaAlsoInPlace([ValueSource(nameof(_shapes))] (int Pixels, int Channels) shape,
        [ValueSource(nameof(_simple))] string kind)
    {
        var data = new Data(shape.Pixels, shape.Channels);
        T[] perDistance = RandomTensors.Values<T>(shape.Channels, 8), constant = RandomTensors.Values<T>(shape.Channels, 9), dx = [.. data.Dy];
        ChannelNorm.Backward<V, T>(data.X, dx, data.Lines, perDistance, constant, Kind(kind), dx);
        double[] expected = [.. data.Dy.Select((g, i) =>
        {
            int c = i % shape.Channels;
            return Wide(data.Scale[c]) * Wide(g) * Slope(kind, Activated(kind, data.Normal[i]))
                + Wide(perDistance[c]) * (Wide(data.X[i]) - Wide(data.Mean[c])) + Wide(constant[c]);
        })];
        SumAssert.Close<T>(dx, expected, [.. expected.Select(_ => 8.0)]);
    }

    private static Activation<T> Kind(string name) => new(Enum.Parse<ActivationKind>(name), T.CreateChecked(0.25));

    private static double Wide(T number) => double.CreateChecked(number);

    private static double Activated(string kind, double v) => kind switch
    {
        "Relu" => Math.Max(v, 0),
        "Relu6" => Math.Clamp(v, 0, 6),
        "LeakyRelu" => v > 0 ? v : 0.25 * v,
        _ => v,
    };

    private static double Slope(string kind, double y) => kind switch
    {
        "Relu" => y > 0 ? 1 : 0,
        "Relu6" => y is > 0 and < 6 ? 1 : 0,
        "LeakyRelu" => y > 0 ? 1 : 0.25,
        _ => 1,
    };

    private sealed class Data(int pixels, int channels)
    {
        public T[] X { get; } = RandomTensors.Values<T>(pixels * channels, 1, -3, 3);

        public T[] Dy { get; } = RandomTensors.Values<T>(pixels * channels, 2);

        public T[] Addend { get; } = RandomTensors.Values<T>(pixels * channels, 3);

        public T[] Mean { get; } = RandomTensors.Values<T>(channels, 4);

        public T[] Scale { get; } = RandomTensors.Values<T>(channels, 5, -3, 3);

        public T[] Shift { get; } = RandomTensors.Values<T>(channels, 6);

        public NormLines<T> Lines => new(Mean, Scale, Shift);

        public double[] Normal => [.. X.Select((v, i) => (Wide(v) - Wide(Mean[i % channels])) * Wide(Scale[i % channels])
            + Wide(Shift[i % channels]))];
    }
}
