using System.Numerics;
using NUnit.Framework;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Tensors;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class TensorTests<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [Test]
    public void Constructor_ShapeOnly_IsZeros() => Assert.That(new Tensor<T>(new Shape(3, 5)).Span.ToArray(), Is.EqualTo(new T[15]));

    [Test]
    public void Constructor_TooFewValues_CarriesBothShapes()
    {
        var error = Assert.Throws<ShapeMismatchException>(() => new Tensor<T>(new Shape(2, 3), new T[5]));
        Assert.That((error!.Expected, error.Actual, error.Message), Is.EqualTo((new Shape(2, 3), new Shape(5),
            "Tensor: 5 values do not fill shape [2, 3] of 6 elements.")));
    }

    [Test]
    public void Indexer_FourAxes_IsRowMajor()
    {
        Tensor<T> tensor = Random(2, 3, 5, 7);
        int position = 0;
        for (int n = 0; n < 2; n++)
            for (int c = 0; c < 3; c++)
                for (int h = 0; h < 5; h++)
                    for (int w = 0; w < 7; w++) Assert.That(tensor[n, c, h, w], Is.EqualTo(tensor.Span[position++]));
    }

    [Test]
    public void Indexer_Written_ChangesTheSpan()
    {
        var tensor = new Tensor<T>(new Shape(2, 3));
        tensor[1, 2] = T.One;
        Assert.That(tensor.Span[5], Is.EqualTo(T.One));
    }

    [Test]
    public void Indexer_NoAxis_IsTheOneNumber()
    {
        var tensor = new Tensor<T>(new Shape());
        tensor[[]] = T.One;
        Assert.That((tensor.Span.Length, tensor.Span[0]), Is.EqualTo((1, T.One)));
    }

    [TestCase(2, 0, "Tensor [2, 3]: index 2 leaves axis 0 of 2.")]
    [TestCase(0, 3, "Tensor [2, 3]: index 3 leaves axis 1 of 3.")]
    [TestCase(0, -1, "Tensor [2, 3]: index -1 leaves axis 1 of 3.")]
    public void Indexer_OutsideAnAxis_SaysWhich(int row, int column, string message) =>
        Assert.That(() => Random(2, 3)[row, column], Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(message));

    [Test]
    public void Indexer_WrongNumberOfIndices_Throws() =>
        Assert.That(() => Random(2, 3)[1], Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("1 indices for 2 axes"));

    [Test]
    public void Reshape_AnotherShape_SharesMemory()
    {
        Tensor<T> tensor = Random(2, 6), other = tensor.Reshape(3, 4);
        other[2, 3] = T.CreateChecked(42);
        Assert.That((other.Shape, tensor[1, 5]), Is.EqualTo((new Shape(3, 4), T.CreateChecked(42))));
    }

    [Test]
    public void Reshape_MinusOne_IsWorkedOut() =>
        Assert.That((Random(2, 3, 4).Reshape(-1).Shape, Random(2, 3, 4).Reshape(4, -1).Shape,
            Random(0, 3).Reshape(-1, 3).Shape, Random(0, 3).Reshape(0, -1).Shape),
            Is.EqualTo((new Shape(24), new Shape(4, 6), new Shape(0, 3), new Shape(0, 0))));

    [Test]
    public void Reshape_OtherNumberOfElements_SaysBoth()
    {
        var error = Assert.Throws<ShapeMismatchException>(() => Random(2, 3).Reshape(2, 4));
        Assert.That((error!.Expected, error.Actual, error.Message), Is.EqualTo((new Shape(2, 4), new Shape(2, 3),
            "Reshape: [2, 3] has 6 elements, [2, 4] cannot hold them.")));
    }

    [Test]
    public void Reshape_MinusOneThatDoesNotDivide_Throws() =>
        Assert.That(() => Random(2, 3).Reshape(4, -1), Throws.TypeOf<ShapeMismatchException>().With.Message.Contains("[4, -1] cannot hold them"));

    [Test]
    public void Reshape_TwoMinusOnes_Throws() => Assert.That(() => Random(2, 3).Reshape(-1, -1), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Slice_OfASlice_SharesMemory()
    {
        Tensor<T> tensor = Random(6, 2), slice = tensor.Slice(1, 4).Slice(2, 1);
        Assert.That((slice.Shape, slice[0, 0], slice[0, 1]), Is.EqualTo((new Shape(1, 2), tensor[3, 0], tensor[3, 1])));
        slice.Fill(T.One);
        Assert.That((tensor[3, 0], tensor[3, 1]), Is.EqualTo((T.One, T.One)));
    }

    [TestCase(0, 0)]
    [TestCase(3, 0)]
    public void Slice_Nothing_IsEmpty(int start, int count) => Assert.That(Random(3, 2).Slice(start, count).Shape, Is.EqualTo(new Shape(0, 2)));

    [TestCase(-1, 1)]
    [TestCase(0, 4)]
    [TestCase(2, 2)]
    [TestCase(4, 0)]
    [TestCase(1, -1)]
    [TestCase(1, int.MaxValue)]
    public void Slice_OutsideTheFirstAxis_Throws(int start, int count) =>
        Assert.That(() => Random(3, 2).Slice(start, count), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Clone_Written_LeavesTheOriginal()
    {
        Tensor<T> tensor = Random(3, 2), copy = tensor.Clone();
        T[] before = tensor.Span.ToArray();
        Assert.That(copy.Span.ToArray(), Is.EqualTo(before));
        copy.Fill(T.One);
        Assert.That(tensor.Span.ToArray(), Is.EqualTo(before));
    }

    [Test]
    public void Clone_OfASlice_HoldsTheSlice() =>
        Assert.That(Random(3, 2).Slice(1, 2).Clone().Span.ToArray(), Is.EqualTo(Random(3, 2).Span[2..].ToArray()));

    [Test]
    public void Cast_ToDoubleAndBack_IsTheSame()
    {
        Tensor<T> tensor = Random(3, 2);
        Assert.That(tensor.Cast<double>().Cast<T>().Span.ToArray(), Is.EqualTo(tensor.Span.ToArray()));
    }

    [Test]
    public void Cast_ToFloat_RoundsToTheNearest()
    {
        var tensor = new Tensor<double>(new Shape(2), [0.1, 1e300]);
        Assert.That(tensor.Cast<float>().Span.ToArray(), Is.EqualTo(Array.ConvertAll(tensor.Span.ToArray(), x => (float)x)));
    }

    [Test]
    public void Add_SameShape_AddsInPlaceAndReturnsItself()
    {
        Tensor<T> tensor = Random(3, 2), before = tensor.Clone(), other = RandomTensors.Tensor<T>(new Shape(3, 2), 2);
        Assert.That(tensor.Add(other), Is.SameAs(tensor));
        for (int i = 0; i < 6; i++) Assert.That(tensor.Span[i], Is.EqualTo(before.Span[i] + other.Span[i]));
    }

    [Test]
    public void Add_OtherShape_Throws() =>
        Assert.That(() => Random(2, 3).Add(Random(3, 2)), Throws.TypeOf<ShapeMismatchException>()
            .With.Message.EqualTo("Add: the other tensor has shape [3, 2], expected [2, 3]."));

    [Test]
    public void Dot_WholeNumbers_IsWhatAPencilSays()
    {
        // 1·4 + 2·5 + 3·6 = 32
        Tensor<T> a = new(new Shape(3), Array.ConvertAll([1, 2, 3], T.CreateChecked));
        Tensor<T> b = new(new Shape(3), Array.ConvertAll([4, 5, 6], T.CreateChecked));
        Assert.That(a.Dot(b), Is.EqualTo(T.CreateChecked(32)));
    }

    [Test]
    public void Dot_OtherShape_Throws() => Assert.That(() => Random(6).Dot(Random(2, 3)), Throws.TypeOf<ShapeMismatchException>());

    [Test]
    public void Statistics_WholeNumbers_AreWhatAPencilSays()
    {
        // 3 - 7 + 1 = -3, over 3 is -1; the largest magnitude is 7.
        Tensor<T> tensor = new(new Shape(3), Array.ConvertAll([3, -7, 1], T.CreateChecked));
        Assert.That((tensor.Sum(), tensor.Mean(), tensor.MaxMagnitude()), Is.EqualTo((T.CreateChecked(-3), T.NegativeOne, T.CreateChecked(7))));
    }

    [Test]
    public void Statistics_NoElements_AreDefined()
    {
        var nothing = new Tensor<T>(new Shape(0, 3));
        Assert.That((nothing.Sum(), T.IsNaN(nothing.Mean()), nothing.MaxMagnitude()), Is.EqualTo((T.Zero, true, T.Zero)));
    }

    [Test]
    public void Statistics_ManyEqualNumbers_DoNotDrift()
    {
        Tensor<T> tensor = new Tensor<T>(new Shape(1 << 24)).Fill(T.CreateChecked(0.1f));
        Assert.That(double.CreateChecked(tensor.Mean()), Is.EqualTo(0.1f).Within(1e-7));
        Assert.That(double.CreateChecked(tensor.Sum()), Is.EqualTo((double)0.1f * (1 << 24)).Within(0.2));
        Assert.That(double.CreateChecked(tensor.Dot(tensor)), Is.EqualTo((double)0.1f * 0.1f * (1 << 24)).Within(0.02));
    }

    private static Tensor<T> Random(params ReadOnlySpan<int> sizes) => RandomTensors.Tensor<T>(new Shape(sizes), 1);
}
