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
        BatchNormLanes.Forward<V, T>(x, new(T.CreateChecked(1_000_000), T.CreateChecked(3), T.One), [], default, y);
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
