using System.Numerics;
using NUnit.Framework;
using Scratch.Tensors;

namespace Scratch.Tests.Tensors;

/// <summary>How a tensor prints; what is expected was printed by NumPy 1.24.</summary>
public sealed class TensorTextTests
{
    private static string Text<T>(params double[] numbers) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new Tensor<T>(new Shape(numbers.Length), [.. numbers.Select(T.CreateTruncating)]).ToString();

    private static Tensor<T> Range<T>(double divisor, params int[] sizes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tensor = new Tensor<T>(new Shape(sizes));
        for (int i = 0; i < tensor.Length; i++) tensor.Span[i] = T.CreateTruncating(i / divisor);
        return tensor;
    }

    [TestCase("[ 1.    0.5  -2.25  0.1 ]", 1, 0.5, -2.25, 0.1)]
    [TestCase("[ 0.33333333 -0.1         2.5       ]", 1 / 3.0, -0.1, 2.5)]
    [TestCase("[1.000000e-05 1.000000e+00 1.234567e+05]", 1e-5, 1, 123456.7)]
    [TestCase("[1.0e+08 2.5e+09]", 1e8, 2.5e9)]
    [TestCase("[0.00195312 0.00585938 1.        ]", 0.001953125, 0.005859375, 1)]          // halves of the last digit go to the even one
    [TestCase("[1.00000000e+000 9.31322575e-010 1.00000000e-300]", 1.000000005, 9.313225746154785e-10, 1e-300)]
    [TestCase("[ nan  1.5 -inf  inf]", double.NaN, 1.5, double.NegativeInfinity, double.PositiveInfinity)]
    [TestCase("[nan inf]", double.NaN, double.PositiveInfinity)]
    [TestCase("[-0.  0.  3.]", -0.0, 0, 3)]
    [TestCase("[1.  1.5]", 0.999999999, 1.5)]
    [TestCase("[1.0e+06 1.5e+00]", 9.9999999999e5, 1.5)]
    [TestCase("[0.00012346 0.1       ]", 0.00012345678912, 0.1)]
    public void ToString_Doubles_IsNumPys(string expected, params double[] numbers) => Assert.That(Text<double>(numbers), Is.EqualTo(expected));

    [TestCase("[ 0.33333334 -0.1         2.5       ]", 1 / 3.0, -0.1, 2.5)]
    [TestCase("[ 1.000000e-05  1.000000e+00 -1.234567e+05]", 1e-5, 1, -123456.7)]
    public void ToString_Floats_HaveTheirOwnDigits(string expected, params double[] numbers) =>
        Assert.That(Text<float>(numbers), Is.EqualTo(expected));

    [Test]
    public void ToString_Axes_StandInBracketsBelowEachOther()
    {
        Assert.That(Range<float>(1, 2, 3).ToString(), Is.EqualTo("[[0. 1. 2.]\n [3. 4. 5.]]"));
        Assert.That(Range<double>(4, 2, 3, 4).ToString(), Is.EqualTo(
            "[[[0.   0.25 0.5  0.75]\n  [1.   1.25 1.5  1.75]\n  [2.   2.25 2.5  2.75]]\n\n [[3.   3.25 3.5  3.75]\n  [4.   4.25 4.5  4.75]\n  [5.   "
                + "5.25 5.5  5.75]]]"));
        Assert.That(new Tensor<float>(new(1, 1, 1)).Fill(7).ToString(), Is.EqualTo("[[[7.]]]"));
        Assert.That(new Tensor<float>(new(0, 3)).ToString(), Is.EqualTo("[]"));
    }

    [Test]
    public void ToString_LongLine_IsWrapped() => Assert.That(Range<double>(8, 40).ToString(), Is.EqualTo(
        "[0.    0.125 0.25  0.375 0.5   0.625 0.75  0.875 1.    1.125 1.25  1.375\n 1.5   1.625 1.75  1.875 2.    2.125 2.25  2.375 2.5   2.625 2.75 "
            + " 2.875\n"
        + " 3.    3.125 3.25  3.375 3.5   3.625 3.75  3.875 4.    4.125 4.25  4.375\n 4.5   4.625 4.75  4.875]"));

    [Test]
    public void ToString_MoreThanAThousandNumbers_ShowsTheEnds()
    {
        Assert.That(Range<float>(1000, 1001).ToString(), Is.EqualTo("[0.    0.001 0.002 ... 0.998 0.999 1.   ]"));
        string[] lines = Range<double>(1, 2, 10, 100).ToString().Split('\n');
        Assert.That(lines, Has.Length.EqualTo(15));
        Assert.That((lines[0], lines[3], lines[7], lines[8], lines[14]), Is.EqualTo((
            "[[[0.000e+00 1.000e+00 2.000e+00 ... 9.700e+01 9.800e+01 9.900e+01]", "  ...", "",
                " [[1.000e+03 1.001e+03 1.002e+03 ... 1.097e+03 1.098e+03 1.099e+03]",
            "  [1.900e+03 1.901e+03 1.902e+03 ... 1.997e+03 1.998e+03 1.999e+03]]]")));
        Assert.That(new Tensor<float>(new(64, 3, 224, 224)).ToString(), Has.Length.LessThan(4000));
    }

    [TestCase(1, "1.0")]
    [TestCase(-2.5e-7, "-2.5e-07")]
    [TestCase(1e16, "1e+16")]
    [TestCase(123456789.25, "123456789.25")]
    [TestCase(0.0001, "0.0001")]
    [TestCase(0, "0.0")]
    [TestCase(double.NegativeInfinity, "-inf")]
    public void ToString_NoAxes_IsTheNumber(double number, string expected) => Assert.That(new Tensor<double>(new Shape(), [number]).ToString(),
        Is.EqualTo(expected));
}
