using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

/// <summary>Softmax along any axis of a block equals a plain computation in double; the gradients are checked layer by layer.</summary>
[EveryVector]
public sealed class SoftmaxLanesTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly int[][] _sizes = [[1, 1, 32], [1, 10, 32], [1, 3, 7 * 32], [4, 5, 32], [2, 3, 4 * 32], [3, 4, 1], [2, 5, 37]];
    private static readonly int[] _classes = [1, 2, 7, 8, 16, 33, 70];

    // Outer, classes and stride, and how far the logits reach: at 1000 a plain exponential overflows in both precisions.
    private static IEnumerable<TestCaseData> Cases => _sizes.SelectMany(size => new TestCaseData[] { new(size, 3.0), new(size, 1000.0) });

    [TestCaseSource(nameof(Cases))]
    public void Forward_AnyAxis_EqualsAPlainComputation(int[] size, double reach)
    {
        T[] input = RandomTensors.Values<T>(size[0] * size[1] * size[2], 1, -reach, reach);
        GuardedBuffer<T> shares = new(input.Length), logarithms = new(input.Length);
        SoftmaxLanes.Forward<V, T>(size[1], size[2], logarithm: false, input, shares.Span);
        SoftmaxLanes.Forward<V, T>(size[1], size[2], logarithm: true, input, logarithms.Span);
        double[] expected = Plain(RandomTensors.ToDouble<T>(input), size[1], size[2]);
        SumAssert.Close<T>(shares.Written(), Array.ConvertAll(expected, Math.Exp), [.. expected.Select(_ => 1.0)]);
        SumAssert.Close<T>(logarithms.Written(), expected, [.. expected.Select(x => 1 + Math.Abs(x))]);
    }

    [Test]
    public void Forward_InPlace_GivesTheSame([Values] bool logarithm)
    {
        T[] input = RandomTensors.Values<T>(2 * 3 * 5 * Lanes.Count, 1, -3, 3);
        var output = new T[input.Length];
        SoftmaxLanes.Forward<V, T>(3, 5 * Lanes.Count, logarithm, input, output);
        SoftmaxLanes.Forward<V, T>(3, 5 * Lanes.Count, logarithm, input, input);
        Assert.That(input, Is.EqualTo(output));
    }

    [Test]
    public void Backward_GradientOfOnes_VanishesForShares()
    {
        // The shares of an image sum to 1 whatever comes in, so the sum has no gradient.
        T[] input = RandomTensors.Values<T>(2 * 3 * 5 * Lanes.Count, 1, -3, 3), output = new T[input.Length], ones = new T[input.Length];
        Array.Fill(ones, T.One);
        var gradInput = new GuardedBuffer<T>(input.Length);
        SoftmaxLanes.Forward<V, T>(3, 5 * Lanes.Count, logarithm: false, input, output);
        SoftmaxLanes.Backward<V, T>(3, 5 * Lanes.Count, logarithm: false, output, ones, gradInput.Span);
        SumAssert.Close<T>(gradInput.Written(), new double[input.Length], [.. ones.Select(_ => 1.0)]);
    }

    [Test]
    public void Rows_AnyClasses_EqualAPlainComputation([ValueSource(nameof(_classes))] int classes, [Values(3.0, 1000.0)] double reach)
    {
        T[] input = RandomTensors.Values<T>(3 * classes, 1, -reach, reach);
        GuardedBuffer<T> shares = new(input.Length), logarithms = new(input.Length);
        SoftmaxRows.Forward<V, T>(classes, logarithm: false, input, shares.Span);
        SoftmaxRows.Forward<V, T>(classes, logarithm: true, input, logarithms.Span);
        double[] expected = Plain(RandomTensors.ToDouble<T>(input), classes, 1);
        SumAssert.Close<T>(shares.Written(), Array.ConvertAll(expected, Math.Exp), [.. expected.Select(_ => 1.0)]);
        SumAssert.Close<T>(logarithms.Written(), expected, [.. expected.Select(x => 1 + Math.Abs(x))]);
        SoftmaxRows.Forward<V, T>(classes, logarithm: false, input, input);
        Assert.That(input, Is.EqualTo(shares.Written()));
    }

    [Test]
    public void RowsBackward_AnyClasses_EqualsThatOfTheStridedOne([ValueSource(nameof(_classes))] int classes, [Values] bool logarithm)
    {
        T[] input = RandomTensors.Values<T>(3 * classes, 1, -3, 3), gradOutput = RandomTensors.Values<T>(input.Length, 2),
            output = new T[input.Length], expected = new T[input.Length];
        SoftmaxRows.Forward<V, T>(classes, logarithm, input, output);
        var gradInput = new GuardedBuffer<T>(input.Length);
        SoftmaxRows.Backward<V, T>(classes, logarithm, output, gradOutput, gradInput.Span);
        SoftmaxLanes.Backward<V, T>(classes, 1, logarithm, output, gradOutput, expected);
        SumAssert.Close<T>(gradInput.Written(), RandomTensors.ToDouble<T>(expected), [.. expected.Select(_ => 1.0 * classes)]);
    }

    // x - log(sum of exp(x)) in double, shifted by the largest.
    private static double[] Plain(double[] x, int classes, int stride)
    {
        var y = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            int first = i / (classes * stride) * classes * stride + i % stride;
            double[] row = [.. Enumerable.Range(0, classes).Select(c => x[first + c * stride])];
            y[i] = x[i] - row.Max() - Math.Log(row.Sum(value => Math.Exp(value - row.Max())));
        }
        return y;
    }
}
