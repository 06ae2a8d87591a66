using NUnit.Framework;
using Scratch.Tensors;

namespace Scratch.Tests.Tensors;

public sealed class ShapeTests
{
    [Test]
    public void ToString_FourSizes_ListsThem() => Assert.That(new Shape(64, 1, 28, 28).ToString(), Is.EqualTo("[64, 1, 28, 28]"));

    [Test]
    public void ToString_NoSizes_IsEmptyBrackets() => Assert.That((new Shape().ToString(), default(Shape).ToString()), Is.EqualTo(("[]", "[]")));

    [Test]
    public void Length_FourSizes_IsTheirProduct() => Assert.That(new Shape(2, 3, 5, 7).Length, Is.EqualTo(210));

    [Test]
    public void Length_NoSizes_IsOneNumber() => Assert.That((new Shape().Length, default(Shape).Length, default(Shape).Rank), Is.EqualTo((1, 1, 0)));

    [Test]
    public void Length_ASizeOfZero_IsZero() => Assert.That(new Shape(3, 0, 5).Length, Is.Zero);

    [Test]
    public void Indexer_FromBothEnds_FindsTheSize()
    {
        var shape = new Shape(2, 3, 5);
        Assert.That((shape[0], shape[2], shape[^1], shape[^3]), Is.EqualTo((2, 5, 5, 2)));
    }

    [TestCase(-1)]
    [TestCase(3)]
    public void Indexer_OutsideTheAxes_Throws(int axis)
    {
        var shape = new Shape(2, 3, 5);
        Assert.That(() => shape[axis], Throws.InstanceOf<SystemException>());
    }

    [Test]
    public void Equals_SameSizes_IsTrueWithEqualHashes()
    {
        Shape a = new(2, 3), b = new(2, 3);
        Assert.That(a == b && a.Equals((object)b) && !(a != b) && a.GetHashCode() == b.GetHashCode(), Is.True);
    }

    [Test]
    public void Equals_AnotherOrderRankOrType_IsFalse()
    {
        var shape = new Shape(2, 3);
        Assert.That(shape == new Shape(3, 2) || shape == new Shape(2, 3, 1) || shape == new Shape(2) ||
            shape.Equals("[2, 3]") || !(shape != new Shape(6)), Is.False);
    }

    [Test]
    public void Equals_NoSizesAndDefault_AreOne() =>
        Assert.That((new Shape() == default, new Shape().GetHashCode() == default(Shape).GetHashCode()), Is.EqualTo((true, true)));

    [Test]
    public void Constructor_SizesChangedAfterwards_KeepsItsOwn()
    {
        int[] sizes = new int[2];
        var shape = new Shape(sizes);
        sizes[0] = 9;
        Assert.That(shape, Is.EqualTo(new Shape(0, 0)));
    }

    [Test]
    public void Constructor_NegativeSize_Throws() =>
        Assert.That(() => new Shape(3, -1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ActualValue").EqualTo(-1));

    [TestCase(65536, 65536)]
    [TestCase(int.MaxValue, 1)]
    [TestCase(int.MaxValue, int.MaxValue)]
    public void Constructor_MoreElementsThanAnArray_Throws(int rows, int columns) =>
        Assert.That(() => new Shape(rows, columns), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains($"[{rows}, {columns}]"));

    [Test]
    public void Prepend_ThenTail_IsTheSame()
    {
        var image = new Shape(1, 28, 28);
        Assert.That((image.Prepend(64), image.Prepend(64).Tail()), Is.EqualTo((new Shape(64, 1, 28, 28), image)));
    }
}
