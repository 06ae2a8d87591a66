using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

[EveryVector]
public sealed class BatchNormLanesTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly string[] _kinds = Enum.GetNames<ActivationKind>();
    private static readonly NormLine<T> _line = new(T.CreateChecked(0.25), T.CreateChecked(3), T.CreateChecked(-0.5));

    [Test]
    public void Forward_AnyPixels_IsTheFormula([Values(0, 1, 7)] int pixels)
    {
        // (x - mean) · scale + shift
        T[] x = RandomTensors.Values<T>(pixels * Lanes.Count, 1);
        var y = new GuardedBuffer<T>(x.Length);
        BatchNormLanes.Forward<V, T>(x, _line, [], default, y.Span);
        double[] expected = [.. RandomTensors.ToDouble<T>(x).Select(v => (v - 0.25) * 3 - 0.5)];
        SumAssert.Close<T>(y.Written(), expected, [.. expected.Select(_ => 4.5)]);
    }

    [Test]
    public void Forward_LargeMean_KeepsTheDigitsOfTheDistance()
    {
        // One million and a quarter less one million is a quarter exactly; scale · x - scale · mean would leave nothing of it in float.
        var x = new T[Lanes.Count];
        Array.Fill(x, T.CreateChecked(1_000_000.25));
        var y = new T[x.Length];
        BatchNormLanes.Forward<V, T>(x, new NormLine<T>(T.CreateChecked(1_000_000), T.CreateChecked(3), T.One), [], default, y);
        Assert.That(y, Has.All.EqualTo(T.CreateChecked(1.75)));
    }

    [Test]
    public void ForwardAndBackward_AddendAndActivation_AreThoseOfStepsApart([Values(1, 7)] int pixels, [ValueSource(nameof(_kinds))] string kind,
        [Values] bool adds)
    {
        T[] x = RandomTensors.Values<T>(pixels * Lanes.Count, 1, -3, 3), dy = RandomTensors.Values<T>(x.Length, 2),
            addend = RandomTensors.Values<T>(x.Length, 3);
        var activation = new Activation<T>(Enum.Parse<ActivationKind>(kind), T.CreateChecked(0.25));
        T[] normal = new T[x.Length], expected = new T[x.Length], gradient = new T[x.Length], y = [.. addend], dx = [.. dy];
        BatchNormLanes.Forward<V, T>(x, _line, [], default, normal);
        Elementwise.Activate<V, T>(activation, adds ? [.. normal.Zip(addend, (a, b) => a + b)] : normal, expected);
        BatchNormLanes.Forward<V, T>(x, _line, adds ? y : [], activation, y);
        Assert.That(y, Is.EqualTo(expected));
        if (adds || !activation.GradientFromOutput) return;
        Elementwise.ActivateBackward<V, T>(activation, y, dy, gradient);
        BatchNormLanes.Backward<V, T>(x, gradient, _line, T.CreateChecked(-2), T.CreateChecked(0.5), default, expected);
        BatchNormLanes.Backward<V, T>(x, dx, _line, T.CreateChecked(-2), T.CreateChecked(0.5), activation, dx);
        Assert.That(dx, Is.EqualTo(expected));
    }

    [Test]
    public void Channels_Several_AreEachByItself([Values(1, 7)] int pixels, [Values] bool adds)
    {
        const int Channels = 3;
        int length = pixels * Lanes.Count;
        T[] x = RandomTensors.Values<T>(Channels * length, 1, -3, 3), dy = RandomTensors.Values<T>(x.Length, 2),
            addend = adds ? RandomTensors.Values<T>(x.Length, 3) : [], numbers = RandomTensors.Values<T>(5 * Channels, 4);
        var relu = new Activation<T>(ActivationKind.Relu);
        var lines = new NormLines<T>(numbers.AsSpan(0, Channels), numbers.AsSpan(Channels, Channels), numbers.AsSpan(2 * Channels, Channels));
        T[] y = new T[x.Length], dx = new T[x.Length], before = new T[x.Length];
        double[] sums = new double[Channels], products = new double[Channels];
        BatchNormLanes.Forward<V, T>(x, lines, addend, relu, y);
        BatchNormLanes.Backward<V, T>(x, dy, lines, numbers.AsSpan(3 * Channels, Channels), numbers.AsSpan(4 * Channels), relu, dx);
        Moments.ProductsOfLanes<V, T>(relu, dy, x, lines, 31, adds ? y : [], before, sums, products);
        for (int c = 0; c < Channels; c++)
        {
            var line = new NormLine<T>(lines.Mean[c], lines.Scale[c], lines.Shift[c]);
            T[] expected = new T[length];
            Range own = (c * length)..((c + 1) * length);
            BatchNormLanes.Forward<V, T>(x[own], line, adds ? addend[own] : [], relu, expected);
            Assert.That(y[own], Is.EqualTo(expected));
            BatchNormLanes.Backward<V, T>(x[own], dy[own], line, numbers[3 * Channels + c], numbers[4 * Channels + c], relu, expected);
            Assert.That(dx[own], Is.EqualTo(expected));
            Assert.That((sums[c], products[c]), Is.EqualTo(Moments.ProductOfLanes<V, T>(relu, dy[own], x[own], line, 31, adds ? y[own] : [],
                expected)));
            Assert.That(before[own], Is.EqualTo(expected));
        }
    }

    [Test]
    public void Backward_AnyPixels_IsTheFormula([Values(0, 1, 7)] int pixels)
    {
        // scale · gradOutput + perDistance · (x - mean) + constant
        T[] x = RandomTensors.Values<T>(pixels * Lanes.Count, 1), dy = RandomTensors.Values<T>(x.Length, 2);
        var dx = new GuardedBuffer<T>(x.Length);
        BatchNormLanes.Backward<V, T>(x, dy, _line, T.CreateChecked(-2), T.CreateChecked(0.5), default, dx.Span);
        double[] expected = [.. RandomTensors.ToDouble<T>(x).Zip(RandomTensors.ToDouble<T>(dy), (v, g) => 3 * g - 2 * (v - 0.25) + 0.5)];
        SumAssert.Close<T>(dx.Written(), expected, [.. expected.Select(_ => 6.0)]);
    }
}
