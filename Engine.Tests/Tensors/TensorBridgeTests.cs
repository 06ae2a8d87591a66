using System.Numerics.Tensors;
using NUnit.Framework;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Doubles = Scratch.Tensors.Tensor<double>;
using Floats = Scratch.Tensors.Tensor<float>;
using Platform = System.Numerics.Tensors;

namespace Scratch.Tests.Tensors;

/// <summary>The platform's own types over the same memory, for shapes they treat specially: axes of one, no axis, no element.</summary>
public sealed class TensorBridgeTests
{
    private static readonly Shape[] _shapes =
        [new(), new(1), new(7), new(1, 5), new(5, 1), new(2, 3), new(1, 1, 1),
            new(4, 1, 3), new(2, 3, 5, 7), new(1, 3, 1, 2), new(2, 1, 1, 1), new(0, 3), new(3, 0)];

    [TestCaseSource(nameof(_shapes))]
    public void AsTensorSpan_AnyShape_HasTheSizesAndTheNumbers(Shape shape)
    {
        Floats tensor = RandomTensors.Tensor<float>(shape, 1);
        TensorSpan<float> span = tensor.AsTensorSpan();
        Assert.That(Sizes(span.Lengths), Is.EqualTo(SizesThere(shape)));
        float[] numbers = new float[shape.Length];
        span.FlattenTo(numbers);
        Assert.That(numbers, Is.EqualTo(tensor.Span.ToArray()));
    }

    [TestCaseSource(nameof(_shapes))]
    public void AsReadOnlyTensorSpan_AnyShape_HasTheSizesAndTheNumbers(Shape shape)
    {
        Floats tensor = RandomTensors.Tensor<float>(shape, 1);
        ReadOnlyTensorSpan<float> span = tensor.AsReadOnlyTensorSpan();
        Assert.That(Sizes(span.Lengths), Is.EqualTo(SizesThere(shape)));
        float[] numbers = new float[shape.Length];
        span.FlattenTo(numbers);
        Assert.That(numbers, Is.EqualTo(tensor.Span.ToArray()));
    }

    [TestCaseSource(nameof(_shapes))]
    public void AsPlatformTensor_AnyShape_HasTheSizesAndTheNumbers(Shape shape)
    {
        Floats tensor = RandomTensors.Tensor<float>(shape, 1);
        Platform.Tensor<float> platform = tensor.AsPlatformTensor();
        Assert.That(Sizes(platform.Lengths), Is.EqualTo(SizesThere(shape)));
        float[] numbers = new float[shape.Length];
        platform.FlattenTo(numbers);
        Assert.That(numbers, Is.EqualTo(tensor.Span.ToArray()));
    }

    [TestCaseSource(nameof(_shapes))]
    public void CopyOf_WhatWasBridged_IsTheSameTensorInItsOwnMemory(Shape shape)
    {
        Floats tensor = RandomTensors.Tensor<float>(shape, 1), copy = Floats.CopyOf(tensor.AsReadOnlyTensorSpan());
        float[] before = tensor.Span.ToArray();
        Assert.That(copy.Shape.Sizes.ToArray(), Is.EqualTo(SizesThere(shape)));
        Assert.That(copy.Span.ToArray(), Is.EqualTo(before));
        copy.Fill(9);
        Assert.That(tensor.Span.ToArray(), Is.EqualTo(before));
    }

    [Test]
    public void AsTensorSpan_Written_ChangesTheTensor()
    {
        Doubles tensor = RandomTensors.Tensor<double>(new Shape(4, 1, 3), 1);
        tensor.AsTensorSpan()[2, 0, 1] = 42;
        Assert.That(tensor[2, 0, 1], Is.EqualTo(42));
    }

    [Test]
    public void AsReadOnlyTensorSpan_TensorWritten_SeesIt()
    {
        Doubles tensor = RandomTensors.Tensor<double>(new Shape(4, 1, 3), 1);
        ReadOnlyTensorSpan<double> span = tensor.AsReadOnlyTensorSpan();
        tensor[2, 0, 1] = 42;
        Assert.That(span[2, 0, 1], Is.EqualTo(42));
    }

    [Test]
    public void AsPlatformTensor_Written_ChangesTheTensor()
    {
        Doubles tensor = RandomTensors.Tensor<double>(new Shape(2, 3, 1, 5), 1);
        tensor.AsPlatformTensor()[1, 2, 0, 4] = 42;
        Assert.That(tensor[1, 2, 0, 4], Is.EqualTo(42));
    }

    [Test]
    public void AsTensorSpan_OfASlice_IsTheSlice()
    {
        Floats tensor = RandomTensors.Tensor<float>(new Shape(5, 3), 1);
        Assert.That(tensor.Slice(2, 2).AsTensorSpan()[1, 2], Is.EqualTo(tensor[3, 2]));
    }

    [Test]
    public void CopyOf_ATransposedView_IsRowMajor()
    {
        // The platform reads 0 1 2 3 4 5 as [3, 2] with strides 1 and 3: rows 0 3, 1 4, 2 5.
        float[] memory = [0, 1, 2, 3, 4, 5];
        Floats copy = Floats.CopyOf(new ReadOnlyTensorSpan<float>(memory, 0, [3, 2], [1, 3]));
        Assert.That(string.Join(" ", copy.Span.ToArray()), Is.EqualTo("0 3 1 4 2 5"));
    }

    // The platform knows no tensor without axes: a single number has one axis of one there.
    private static int[] SizesThere(Shape shape) => shape.Rank == 0 ? [1] : shape.Sizes.ToArray();

    private static int[] Sizes(ReadOnlySpan<nint> lengths) => Array.ConvertAll(lengths.ToArray(), length => (int)length);
}
