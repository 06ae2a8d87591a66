using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

[EveryVector]
public sealed class BatchNormLanesTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [Test]
    public void Forward_AnyPixels_IsTheFormula([Values(0, 1, 7)] int pixels)
    {
        // (x - mean) · scale + shift
        T[] x = RandomTensors.Values<T>(pixels * Lanes.Count, 1);
        var y = new GuardedBuffer<T>(x.Length);
        BatchNormLanes.Forward<V, T>(x, T.CreateChecked(0.25), T.CreateChecked(3), T.CreateChecked(-0.5), y.Span);
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
        BatchNormLanes.Forward<V, T>(x, T.CreateChecked(1_000_000), T.CreateChecked(3), T.One, y);
        Assert.That(y, Has.All.EqualTo(T.CreateChecked(1.75)));
    }

    [Test]
    public void Backward_AnyPixels_IsTheFormula([Values(0, 1, 7)] int pixels)
    {
        // scale · gradOutput + perDistance · (x - mean) + constant
        T[] x = RandomTensors.Values<T>(pixels * Lanes.Count, 1), dy = RandomTensors.Values<T>(x.Length, 2);
        var dx = new GuardedBuffer<T>(x.Length);
        BatchNormLanes.Backward<V, T>(x, dy, T.CreateChecked(0.25), T.CreateChecked(3), T.CreateChecked(-2), T.CreateChecked(0.5), dx.Span);
        double[] expected = [.. RandomTensors.ToDouble<T>(x).Zip(RandomTensors.ToDouble<T>(dy), (v, g) => 3 * g - 2 * (v - 0.25) + 0.5)];
        SumAssert.Close<T>(dx.Written(), expected, [.. expected.Select(_ => 6.0)]);
    }
}
