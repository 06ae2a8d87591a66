using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

/// <summary>Pooling in lanes equals pooling by definition, image by image.</summary>
[EveryVector]
public sealed class Pool2dTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static IEnumerable<PoolCase> MaxCases => PoolCase.All.Concat(PoolCase.Dilated);

    private static IEnumerable<TestCaseData> AverageCases =>
        PoolCase.All.SelectMany(which => new[] { new TestCaseData(which, true), new TestCaseData(which, false) });

    // Height and width before and after: sizes that divide, sizes that do not, one bin, more bins than pixels.
    private static IEnumerable<int[]> AdaptiveSizes =>
        [[6, 8, 3, 4], [7, 5, 3, 2], [8, 11, 3, 5], [5, 6, 1, 1], [3, 2, 5, 4], [1, 1, 2, 3], [4, 7, 4, 9]];

    [TestCaseSource(nameof(MaxCases))]
    public void Max_Ties_EqualsNaive(PoolCase which) => CheckMax(which, RandomTensors.Integers<T>(which.Images * which.InputLength, 4, 1));

    [TestCaseSource(nameof(MaxCases))]
    public void Max_NegativeValues_NeverPicksThePadding(PoolCase which) =>
        CheckMax(which, RandomTensors.Values<T>(which.Images * which.InputLength, 1, -9, -5));

    [TestCaseSource(nameof(MaxCases))]
    public void Max_SomeNaN_IsTheLargest(PoolCase which)
    {
        T[] input = RandomTensors.Values<T>(which.Images * which.InputLength, 1);
        for (int i = 3; i < input.Length; i += 11) input[i] = T.NaN;
        var output = new T[which.Images * which.OutputLength];
        Pool2dNaive.Max(which.Rows, which.Columns, input, output, new int[output.Length]);
        var actual = new GuardedBuffer<T>(which.OutputLength * Lanes.Count);
        Pool2d.Max<V, T>(Table(which), new(which.Channels, which.InputLength / which.Channels, Lanes.Count),
            Blocks.Of<T>(input, which.InputLength).Span, actual.Span);
        var images = new T[output.Length];
        Lanes.Deinterleave<T>(actual.Intact().Span, which.OutputLength, images);
        Assert.That(images, Is.EqualTo(output));
    }

    [TestCaseSource(nameof(MaxCases))]
    public void MaxBackward_Ties_GivesTheFirstAllOfIt(PoolCase which) =>
        CheckMaxBackward(which, RandomTensors.Integers<T>(which.Images * which.InputLength, 4, 1));

    [TestCaseSource(nameof(MaxCases))]
    public void MaxBackward_RandomValues_EqualsNaive(PoolCase which) =>
        CheckMaxBackward(which, RandomTensors.Values<T>(which.Images * which.InputLength, 1));

    [TestCaseSource(nameof(MaxCases))]
    public void MaxBackward_SomeNaN_GivesTheLastOfThemAllOfIt(PoolCase which)
    {
        T[] input = RandomTensors.Values<T>(which.Images * which.InputLength, 1);
        for (int i = 1; i < input.Length; i += 3) input[i] = T.NaN;
        CheckMaxBackward(which, input);
    }

    [TestCaseSource(nameof(AdaptiveSizes))]
    public void Max_Adaptive_EqualsNaiveBothWays(int height, int width, int outHeight, int outWidth)
    {
        const int Channels = 3, Images = 5;
        T[] input = RandomTensors.Integers<T>(Images * Channels * height * width, 9, 1),
            gradOutput = RandomTensors.Integers<T>(Images * Channels * outHeight * outWidth, 9, 2);
        T[] expected = new T[gradOutput.Length], expectedBack = new T[input.Length];
        int[] indices = new int[expected.Length];
        Pool2dNaive.AdaptiveMax(height, width, outHeight, outWidth, input, expected, indices);
        Pool2dNaive.MaxBackward<T>(height * width, outHeight * outWidth, indices, gradOutput, expectedBack);
        TapTable table = TapTable.Bins(height, width, outHeight, outWidth);
        GuardedBuffer<T> output = new(Channels * outHeight * outWidth * Lanes.Count), gradInput = new(Channels * height * width * Lanes.Count);
        Span<T> block = Blocks.Of<T>(input, Channels * height * width).Span;
        Pool2d.Max<V, T>(table, new(Channels, height * width, Lanes.Count), block, output.Span);
        Pool2d.MaxBackward<V, T>(table, new(Channels, height * width, Lanes.Count), block, output.Span,
            Blocks.Of<T>(gradOutput, Channels * outHeight * outWidth).Span, [],
            gradInput.Span);
        Assert.That(Blocks.Images(output, Images), Is.EqualTo(expected));
        Assert.That(Blocks.Images(gradInput, Images), Is.EqualTo(expectedBack));
    }

    [TestCaseSource(nameof(AverageCases))]
    public void Average_RandomValues_EqualsNaive(PoolCase which, bool countIncludePad)
    {
        T[] input = RandomTensors.Values<T>(which.Images * which.InputLength, 1);
        var plan = AveragePlan<T>.Of(which.Rows, which.Columns, countIncludePad);
        var actual = new GuardedBuffer<T>(which.OutputLength * Lanes.Count);
        Pool2d.Average<V, T>(plan.Table, plan.Shares, new(which.Channels, which.InputLength / which.Channels, Lanes.Count),
            Blocks.Of<T>(input, which.InputLength).Span, actual.Span);
        Check(Blocks.Images(actual, which.Images), input, (x, y) => Pool2dNaive.Average(which.Rows, which.Columns, countIncludePad, x, y));
    }

    [TestCaseSource(nameof(AverageCases))]
    public void AverageBackward_RandomValues_EqualsNaive(PoolCase which, bool countIncludePad)
    {
        T[] gradOutput = RandomTensors.Values<T>(which.Images * which.OutputLength, 2);
        var plan = AveragePlan<T>.Of(which.Rows, which.Columns, countIncludePad);
        var actual = new GuardedBuffer<T>(which.InputLength * Lanes.Count);
        Pool2d.AverageBackward<V, T>(plan.Table, plan.Shares, new(which.Channels, which.InputLength / which.Channels, Lanes.Count),
            Blocks.Of<T>(gradOutput, which.OutputLength).Span, [], actual.Span);
        Check(Blocks.Images(actual, which.Images), gradOutput, (dy, dx) =>
            Pool2dNaive.AverageBackward(which.Rows, which.Columns, countIncludePad, dy, dx));
    }

    [TestCaseSource(nameof(AdaptiveSizes))]
    public void Average_Adaptive_EqualsNaive(int height, int width, int outHeight, int outWidth)
    {
        const int Channels = 3;
        T[] input = RandomTensors.Values<T>(5 * Channels * height * width, 1);
        var plan = AveragePlan<T>.Adaptive(height, width, (outHeight, outWidth));
        var actual = new GuardedBuffer<T>(Channels * outHeight * outWidth * Lanes.Count);
        Pool2d.Average<V, T>(plan.Table, plan.Shares, new(Channels, height * width, Lanes.Count), Blocks.Of<T>(input, Channels * height * width).Span,
            actual.Span);
        Check(Blocks.Images(actual, 5), input, (x, y) => Pool2dNaive.AdaptiveAverage(height, width, outHeight, outWidth, x, y));
    }

    [TestCaseSource(nameof(AdaptiveSizes))]
    public void AverageBackward_Adaptive_IsTheAdjoint(int height, int width, int outHeight, int outWidth)
    {
        // <Average(x), g> = <x, AverageBackward(g)>, where Average is the definition, in double.
        const int Channels = 3;
        T[] gradOutput = RandomTensors.Values<T>(5 * Channels * outHeight * outWidth, 2);
        T[] input = RandomTensors.Values<T>(5 * Channels * height * width, 1);
        var plan = AveragePlan<T>.Adaptive(height, width, (outHeight, outWidth));
        var actual = new GuardedBuffer<T>(Channels * height * width * Lanes.Count);
        Pool2d.AverageBackward<V, T>(plan.Table, plan.Shares, new(Channels, height * width, Lanes.Count), Blocks.Of<T>(gradOutput,
            Channels * outHeight * outWidth).Span, [], actual.Span);
        double[] x = RandomTensors.ToDouble<T>(input), y = new double[gradOutput.Length];
        Pool2dNaive.AdaptiveAverage(height, width, outHeight, outWidth, x, y);
        Products.AssertEqual((y, RandomTensors.ToDouble<T>(gradOutput)),
            (x, RandomTensors.ToDouble<T>(Blocks.Images(actual, 5))), SumAssert.Tolerance<T>());
    }

    private static void CheckMax(PoolCase which, T[] input)
    {
        var expected = new T[which.Images * which.OutputLength];
        Pool2dNaive.Max(which.Rows, which.Columns, input, expected, new int[expected.Length]);
        var actual = new GuardedBuffer<T>(which.OutputLength * Lanes.Count);
        Pool2d.Max<V, T>(Table(which), new(which.Channels, which.InputLength / which.Channels, Lanes.Count),
            Blocks.Of<T>(input, which.InputLength).Span, actual.Span);
        Assert.That(Blocks.Images(actual, which.Images), Is.EqualTo(expected));
    }

    private static void CheckMaxBackward(PoolCase which, T[] input)
    {
        T[] output = new T[which.Images * which.OutputLength], gradOutput = RandomTensors.Values<T>(output.Length, 2);
        int[] indices = new int[output.Length];
        Pool2dNaive.Max(which.Rows, which.Columns, input, output, indices);
        var actual = new GuardedBuffer<T>(which.InputLength * Lanes.Count);
        Pool2d.MaxBackward<V, T>(Table(which), new(which.Channels, which.InputLength / which.Channels, Lanes.Count),
            Blocks.Of<T>(input, which.InputLength).Span,
            Blocks.Of<T>(output, which.OutputLength).Span,
            Blocks.Of<T>(gradOutput, which.OutputLength).Span, [], actual.Span);
        Check(Blocks.Images(actual, which.Images), gradOutput, (dy, dx) =>
            Pool2dNaive.MaxBackward<double>(which.Rows.Input * which.Columns.Input, which.Rows.Output * which.Columns.Output, indices, dy, dx));
    }

    // The definition in double, once on the numbers and once on their magnitudes.
    private static void Check(T[] actual, T[] given, Action<double[], double[]> compute)
    {
        double[] values = RandomTensors.ToDouble<T>(given), expected = new double[actual.Length], magnitudes = new double[actual.Length];
        compute(values, expected);
        compute(Array.ConvertAll(values, Math.Abs), magnitudes);
        SumAssert.Close<T>(actual, expected, magnitudes);
    }

    private static TapTable Table(PoolCase which) => new(which.Rows, which.Columns, transposed: false, channels: 1, weightStride: 0);
}
