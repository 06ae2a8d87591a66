using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

/// <summary>Normalisation, rectifier and maxima in one pass equal the steps apart, in either layout; so they do where a row and a column are in no
/// window, and where numbers fill no vector.</summary>
[EveryVector]
public sealed class NormMaximaTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Planes = 2;

    private static readonly string[] _kinds = ["None", "Relu", "Relu6", "LeakyRelu"];

    // Heights and widths, pixels of channels, and whether there is a line for each channel. The last has more windows than a piece of a sum.
    private static IEnumerable<(int Height, int Width, int Pitch, bool Many)> Shapes =>
        [(4, 6, 32, false), (5, 7, 32, false), (5, 7, 53, true), (4, 4, 1, true), (36, 36, 32, false)];

    [Test]
    public void All_AnyShape_AreThoseOfStepsApart(
        [ValueSource(nameof(Shapes))] (int Height, int Width, int Pitch, bool Many) shape, [ValueSource(nameof(_kinds))] string kind)
    {
        var (height, width, pitch, many) = shape;
        TapTable table = Windows(height, width);
        var extent = new PixelExtent(Planes, height * width, pitch);
        var activation = new Activation<T>(Enum.Parse<ActivationKind>(kind), T.CreateChecked(0.25));
        T[] x = RandomTensors.Values<T>(Planes * height * width * pitch, 1, -3, 3), normed = new T[x.Length];
        T[] dy = RandomTensors.Values<T>(Planes * table.Windows.Length * pitch, 2), y = new T[dy.Length], gradient = new T[x.Length];
        T[] lines = RandomTensors.Values<T>((many ? pitch : 1) * 5, 3), all = many ? lines : [.. lines.SelectMany(v => Enumerable.Repeat(v, pitch))];
        ChannelNorm.Forward<V, T>(x, Lines(all, pitch), [], activation, normed);
        Pool2d.Max<V, T>(table, extent, normed, y);
        Pool2d.MaxBackward<V, T>(table, extent, normed, y, dy, [], gradient);

        Assert.That(NormMaxima.Knows(table));
        NormLines<T> own = Lines(lines, lines.Length / 5);
        var output = new GuardedBuffer<T>(y.Length);
        NormMaxima.Forward<V, T>(table, extent, x, own, activation, output.Span);
        Assert.That(output.Written().ToArray(), Is.EqualTo(y));

        double[] sums = new double[pitch], products = new double[pitch], expectedSums = new double[pitch], expectedProducts = new double[pitch];
        ChannelNorm.GatherGradient<V, T>(x, gradient, Lines(all, pitch), activation, [], [], expectedSums, expectedProducts);
        Assert.That(NormMaxima.TryGatherGradient<V, T>(table, extent, x, dy, own, activation, new T[2 * pitch], sums, products));
        double close = typeof(T) == typeof(float) ? 2e-3 : 1e-11;
        Assert.That(sums, Is.EqualTo(expectedSums).Within(close));
        Assert.That(products, Is.EqualTo(expectedProducts).Within(close));

        T[] expected = new T[x.Length];
        ChannelNorm.Backward<V, T>(x, gradient, Lines(all, pitch), all.AsSpan(3 * pitch, pitch), all.AsSpan(4 * pitch, pitch), activation, expected);
        var gradInput = new GuardedBuffer<T>(x.Length);
        int count = lines.Length / 5;
        Assert.That(NormMaxima.TryBackward<V, T>(table, extent, x, dy, own, lines.AsSpan(3 * count, count), lines.AsSpan(4 * count, count),
            activation, gradInput.Span));
        Assert.That(gradInput.Written().ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void All_NotANumber_IsSaidOrHandedOn([Values(32, 5)] int pitch)
    {
        TapTable table = Windows(4, 4);
        var extent = new PixelExtent(1, 16, pitch);
        T[] x = RandomTensors.Values<T>(16 * pitch, 1), dy = new T[4 * pitch], lines = RandomTensors.Values<T>(5 * pitch, 2), to = new T[x.Length];
        x[^1] = T.NaN;
        double[] sums = new double[2 * pitch];
        NormMaxima.Forward<V, T>(table, extent, x, Lines(lines, pitch), new(ActivationKind.Relu), dy);
        Assert.That(dy.Select(T.IsNaN), Is.EqualTo(dy.Select((_, i) => i == dy.Length - 1)));
        Assert.That(NormMaxima.TryGatherGradient<V, T>(table, extent, x, dy, Lines(lines, pitch), default, new T[2 * pitch], sums.AsSpan(0, pitch),
            sums.AsSpan(pitch)), Is.False);
        Assert.That(NormMaxima.TryBackward<V, T>(table, extent, x, dy, Lines(lines, pitch), lines.AsSpan(0, pitch), lines.AsSpan(pitch, pitch),
            default, to), Is.False);
    }

    [Test]
    public void Knows_WindowsThatOverlapOrHaveOtherSizes_IsFalse()
    {
        Assert.That(NormMaxima.Knows(new(new(4, 2), new(6, 2, 2), false, 1, 0)), Is.False);
        Assert.That(NormMaxima.Knows(new(new(6, 3, 3), new(6, 2, 2), false, 1, 0)), Is.False);
        Assert.That(NormMaxima.Knows(new(new(5, 2, 2, 1), new(6, 2, 2), false, 1, 0)), Is.False);
    }

    private static TapTable Windows(int height, int width) => new(new(height, 2, 2), new(width, 2, 2), false, 1, 0);

    private static NormLines<T> Lines(T[] numbers, int count) =>
        new(numbers.AsSpan(0, count), numbers.AsSpan(count, count), numbers.AsSpan(2 * count, count));
}
