using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

/// <summary>One number in, one number out, at every length from nothing to four vectors and in place.</summary>
[EveryVector]
public sealed class ElementwiseTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly T _slope = T.CreateChecked(0.125);

    private static IEnumerable<int> Vectors => Enumerable.Range(0, 5);

    [TestCaseSource(nameof(Vectors))]
    public void Relu_AnyLength_KeepsWhatIsPositive(int vectors)
    {
        T[] x = Numbers(vectors, 1);
        Check(x, Elementwise.Relu<V, T>, x.Select(v => T.IsNaN(v) ? v : T.Max(T.Zero, v)));
    }

    [TestCaseSource(nameof(Vectors))]
    public void LeakyRelu_AnyLength_ShrinksWhatIsNot(int vectors)
    {
        T[] x = Numbers(vectors, 1);
        Check(x, (from, to) => Elementwise.LeakyRelu<V, T>(from, _slope, to), x.Select(v => v > T.Zero ? v : _slope * v));
    }

    [TestCaseSource(nameof(Vectors))]
    public void ReluBackward_AnyLength_PassesWhereTheOutputIsPositive(int vectors)
    {
        T[] y = Numbers(vectors, 1), dy = Numbers(vectors, 2);
        Check(dy, (from, to) => Elementwise.ReluBackward<V, T>(y, from, to), y.Zip(dy, (output, gradient) => output > T.Zero ? gradient : T.Zero));
    }

    [TestCaseSource(nameof(Vectors))]
    public void LeakyReluBackward_AnyLength_ShrinksWhereTheOutputIsNotPositive(int vectors)
    {
        T[] y = Numbers(vectors, 1), dy = Numbers(vectors, 2);
        Check(dy, (from, to) => Elementwise.LeakyReluBackward<V, T>(y, from, _slope, to),
            y.Zip(dy, (output, gradient) => output > T.Zero ? gradient : _slope * gradient));
    }

    private delegate void Kernel(ReadOnlySpan<T> from, Span<T> to);

    // Random, with zeros of both signs, infinities and a NaN among them.
    private static T[] Numbers(int vectors, long seed)
    {
        T[] numbers = RandomTensors.Values<T>(vectors * V.Count, seed);
        T[] special = [T.Zero, T.NegativeZero, T.PositiveInfinity, T.NegativeInfinity, T.NaN];
        for (int i = 0; i < special.Length && 3 * i + 1 < numbers.Length; i++) numbers[3 * i + 1] = special[i];
        return numbers;
    }

    private static void Check(T[] from, Kernel kernel, IEnumerable<T> expected)
    {
        var apart = new GuardedBuffer<T>(from.Length);
        kernel(new GuardedBuffer<T>(from).Span, apart.Span);
        Assert.That(apart.Intact().Span.ToArray(), Is.EqualTo(expected));
        var inPlace = new GuardedBuffer<T>(from);
        kernel(inPlace.Span, inPlace.Span);
        Assert.That(inPlace.Intact().Span.ToArray(), Is.EqualTo(expected));
    }
}
