using NUnit.Framework;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

public sealed class TensorAssertTests
{
    private static readonly Shape Shape = new(2, 3);

    [Test]
    public void Close_OneElementTooFar_ReportsIndexValuesAndGap()
    {
        var failure = Failure([1, 2, 3, 4, 5.5, 6], [1, 2, 3, 4, 5, 6]);
        Assert.That(failure, Is.EqualTo(
            "output: 1 of 6 elements of [2, 3] are too far. The worst at [1, 1]: actual 5.5, expected 5, gap 0.5, allowed 0.05."));
    }

    [TestCase(double.NaN, 5)]
    [TestCase(5, double.NaN)]
    [TestCase(double.PositiveInfinity, 5)]
    [TestCase(double.PositiveInfinity, double.NegativeInfinity)]
    public void Close_NotFinite_Fails(double actual, double expected) =>
        Assert.That(Failure([1, 2, 3, 4, actual, 6], [1, 2, 3, 4, expected, 6]), Does.Contain("The worst at [1, 1]"));

    [TestCase(double.NaN, double.NaN)]
    [TestCase(double.NegativeInfinity, double.NegativeInfinity)]
    [TestCase(0, -0.0)]
    public void Equal_SameValue_Passes(double actual, double expected) =>
        TensorAssert.Equal(new Tensor<double>(new Shape(1), [actual]), new Tensor<double>(new Shape(1), [expected]));

    [Test]
    public void Close_OtherShapeOfSameLength_Fails() =>
        Assert.That(() => TensorAssert.Close(new Tensor<float>(Shape), new Tensor<float>(new Shape(3, 2)), 1, 1),
            Throws.TypeOf<AssertionException>().With.Message.Contains("shape [2, 3], expected [3, 2]"));

    [Test]
    public void CloseToLargest_SmallElementOffByAShareOfTheLargest_Passes()
    {
        Tensor<float> expected = new(new Shape(2), [1e-6f, 1]), actual = new(new Shape(2), [2e-6f, 1]);
        TensorAssert.CloseToLargest(actual, expected, 1.1e-6);
        Assert.That(() => TensorAssert.CloseToLargest(actual, expected, 0.9e-6), Throws.TypeOf<AssertionException>());
    }

    private static string Failure(double[] actual, double[] expected) =>
        Assert.Throws<AssertionException>(() => TensorAssert.Close<double>(actual, expected, Shape, 0.01, 0, "output"))!.Message;
}
