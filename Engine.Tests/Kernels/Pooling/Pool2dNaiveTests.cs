using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

/// <summary>Pooling by definition, by numbers that a pencil checks.</summary>
public sealed class Pool2dNaiveTests
{
    private static IEnumerable<TestCaseData> AverageCases =>
        PoolCase.All.SelectMany(which => new[] { new TestCaseData(which, true), new TestCaseData(which, false) });

    [Test]
    public void Max_OverlappingWindows_NamesTheFirstOfEquals()
    {
        // 1 5 5   2x2 windows: 1 5 / 4 2 has 5 at pixel 1; 5 5 / 2 3 has 5 at pixels 1 and 2: the first.
        // 4 2 3
        double[] output = new double[2];
        int[] indices = new int[2];
        Pool2dNaive.Max<double>(new(2, 2), new(3, 2), [1, 5, 5, 4, 2, 3], output, indices);
        SumAssert.Exactly(output, 5, 5);
        Assert.That(indices, Has.All.EqualTo(1));
    }

    [Test]
    public void Max_AllNegative_PaddingDoesNotWin()
    {
        // -7 -3 between paddings, windows of two: (pad, -7), (-7, -3), (-3, pad).
        double[] output = new double[3];
        Pool2dNaive.Max<double>(new(1, 1), new(2, 2, Padding: 1), [-7, -3], output, new int[3]);
        SumAssert.Exactly(output, -7, -3, -3);
    }

    [Test]
    public void MaxBackward_OneWinnerOfTwoWindows_GetsBothGradients()
    {
        // Two planes of three pixels and two windows; pixel 1 of the first won both, pixels 0 and 2 of the second won one each.
        double[] gradInput = [9, 9, 9, 9, 9, 9];
        int[] winners = new int[4];
        (winners[0], winners[1], winners[2], winners[3]) = (1, 1, 0, 2);
        Pool2dNaive.MaxBackward<double>(3, 2, winners, [10, 20, 3, 4], gradInput);
        SumAssert.Exactly(gradInput, 0, 30, 0, 3, 0, 4);
    }

    [TestCase(true, "1.5 4 3")]
    [TestCase(false, "3 4 6")]
    public void Average_Padding_CountsOrNot(bool countIncludePad, string means)
    {
        // Windows of two over 3 1 7 6, padding 1, stride 2: (pad 3), (1 7), (6 pad): with padding 1.5, 4, 3; without 3, 4, 6.
        double[] output = new double[3];
        Pool2dNaive.Average<double>(new(1, 1), new(4, 2, 2, 1), countIncludePad, [3, 1, 7, 6], output);
        Assert.That(string.Join(" ", output), Is.EqualTo(means));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Average_CeilMode_WhatHangsOverTheEndNeverCounts(bool countIncludePad)
    {
        // Windows of two over 2 4 9, stride 2, ceil mode: (2 4), (9 and nothing): 3 and 9.
        double[] output = new double[2];
        Pool2dNaive.Average<double>(new(1, 1), new(3, 2, 2, CeilMode: true), countIncludePad, [2, 4, 9], output);
        SumAssert.Exactly(output, 3, 9);
    }

    [Test]
    public void AdaptiveAverage_ThreeBinsOfFive_Overlap()
    {
        // Bins 0 to 2, 1 to 4, 3 to 5 of 2 4 6 11 21: 3, 7, 16.
        double[] output = new double[3];
        Pool2dNaive.AdaptiveAverage<double>(1, 5, 1, 3, [2, 4, 6, 11, 21], output);
        SumAssert.Exactly(output, 3, 7, 16);
    }

    [Test]
    public void AdaptiveAverage_MoreBinsThanPixels_RepeatsAndMixes()
    {
        // Two pixels in three bins: 0 to 1, 0 to 2, 1 to 2.
        double[] output = new double[3];
        Pool2dNaive.AdaptiveAverage<double>(2, 1, 3, 1, [2, 4], output);
        SumAssert.Exactly(output, 2, 3, 4);
    }

    [TestCaseSource(nameof(AverageCases))]
    public void AverageBackward_AnyWindow_IsTheAdjointOfAverage(PoolCase which, bool countIncludePad)
    {
        // <Average(x), g> = <x, AverageBackward(g)>
        double[] x = RandomTensors.Values<double>(which.Images * which.InputLength, 1);
        double[] g = RandomTensors.Values<double>(which.Images * which.OutputLength, 2);
        double[] forward = new double[g.Length], backward = new double[x.Length];
        Pool2dNaive.Average<double>(which.Rows, which.Columns, countIncludePad, x, forward);
        Pool2dNaive.AverageBackward<double>(which.Rows, which.Columns, countIncludePad, g, backward);
        Products.AssertEqual((forward, g), (x, backward));
    }
}
