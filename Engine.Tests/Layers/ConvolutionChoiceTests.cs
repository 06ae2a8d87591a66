using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Measuring;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Layers;

/// <summary>What Auto chooses, and that the choice does not show but in the last bits.</summary>
[TestFixture]
public sealed class ConvolutionChoiceTests
{
    private static readonly Shape Large = new(17, 23, 21);

    [TestCase(1, 1)]
    [TestCase(8, 1)]
    [TestCase(9, 1)]
    [TestCase(35, 1)]
    [TestCase(3, 17)]
    public void Auto_FewOrManyLargeImages_EqualsTheDefinition(int images, int groups)
    {
        Tensor<double> x = RandomTensors.Tensor<double>(Large.Prepend(images), 1);
        var (y, dx, dw, db) = Run(ConvolutionAlgorithm.Auto, groups, x);
        var (expected, expectedX, expectedW, expectedB) = Run(ConvolutionAlgorithm.Im2Col, groups, x);
        Assert.Multiple(() =>
        {
            TensorAssert.CloseToLargest(y, expected, 1e-12);
            TensorAssert.CloseToLargest(dx, expectedX, 1e-12);
            TensorAssert.CloseToLargest(dw, expectedW, 1e-12);
            TensorAssert.CloseToLargest(db, expectedB, 1e-12);
        });
    }

    [TestCase(32)]
    [TestCase(1)]
    public void Choice_ManyChannels_AreLast(int images) => Assert.That(
        Choose(new Conv2d<float>(64, 64, 3, padding: 1).Geometry(new Shape(64, 56, 56)), images, vector: 16),
            Is.EqualTo(ConvolutionAlgorithm.Channels));

    [TestCase(1, 28, 8, 5, 2)]
    [TestCase(8, 14, 16, 3, 1)]
    [TestCase(16, 7, 32, 3, 1)]
    [TestCase(32, 4, 32, 3, 1)]
    public void Choice_FullBlockOfTheLessonsLayers_IsLanes(int inChannels, int size, int outChannels, int kernel, int padding)
    {
        Conv2dGeometry geometry = new Conv2d<float>(inChannels, outChannels, kernel, stride: 2, padding: padding).Geometry(new Shape(inChannels, size,
            size));
        foreach (int vector in new[] { 16, 8 })
            Assert.That(Choose(geometry, images: 32, vector), Is.EqualTo(ConvolutionAlgorithm.Lanes), $"{vector} numbers a vector");
    }

    [Test]
    public void InOwnLayout_AnyShape_IsAPositiveNumberThatGrowsWithTheImages()
    {
        foreach (Conv2dGeometry geometry in Shapes(30))
            foreach (ConvolutionAlgorithm which in new[] { ConvolutionAlgorithm.Lanes, ConvolutionAlgorithm.Channels })
                foreach (Conv2dDirection direction in Enum.GetValues<Conv2dDirection>())
                {
                    var cost = new ConvolutionCost(geometry);
                    double one = cost.InOwnLayout(which, direction, images: 1, vector: 16), many = cost.InOwnLayout(which, direction, images: 32,
                        vector: 16);
                    Assert.That(one, Is.GreaterThan(0).And.LessThan(1e12), $"{geometry} {which} {direction}");
                    if (which == ConvolutionAlgorithm.Lanes) Assert.That(many, Is.EqualTo(one));
                    else Assert.That(many, Is.GreaterThan(one), $"{geometry} {which} {direction}");
                }
    }

    [TestCase(ConvolutionAlgorithm.Channels)]
    [TestCase(ConvolutionAlgorithm.Auto)]
    public void Threads_OneBlock_DoNotChangeABit(ConvolutionAlgorithm algorithm)
    {
        Tensor<double> x = RandomTensors.Tensor<double>(Large.Prepend(3), 1);
        var (y, dx, dw, db) = Run(algorithm, groups: 1, x);
        foreach (int threads in new[] { 2, 3, 8 })
        {
            var (otherY, otherX, otherW, otherB) = Run(algorithm, groups: 1, x, threads);
            Assert.That(otherY.Span.SequenceEqual(y.Span) && otherX.Span.SequenceEqual(dx.Span) && otherW.Span.SequenceEqual(dw.Span)
                && otherB.Span.SequenceEqual(db.Span), $"{threads} threads");
        }
    }

    private static IEnumerable<Conv2dGeometry> Shapes(int count)
    {
        var random = new RandomGenerator(3);
        return Enumerable.Range(0, count).Select(_ => ConvolutionSweep.Draw(random).Geometry);
    }

    /// <summary>For training, between neighbours that lie as this convolution has them.</summary>
    private static ConvolutionAlgorithm Choose(Conv2dGeometry geometry, int images, int vector)
    {
        var cost = new ConvolutionCost(geometry);
        double Of(ConvolutionAlgorithm algorithm) => Enum.GetValues<Conv2dDirection>().Sum(direction =>
            cost.InOwnLayout(algorithm, direction, images, vector));
        return Of(ConvolutionAlgorithm.Lanes) <= Of(ConvolutionAlgorithm.Channels) ? ConvolutionAlgorithm.Lanes : ConvolutionAlgorithm.Channels;
    }

    private static (Tensor<double> Y, Tensor<double> GradX, Tensor<double> GradWeight, Tensor<double> GradBias) Run(
        ConvolutionAlgorithm algorithm, int groups, Tensor<double> x, int threads = 1)
    {
        var layer = new Conv2d<double>(17, 34, 3, padding: 1, groups: groups) { Algorithm = algorithm };
        var model = new Sequential<double>(layer) { Threads = threads };
        Tensor<double> y = model.Forward(x), dx = model.Backward(RandomTensors.Tensor<double>(y.Shape, 2));
        return (y, dx, layer.Weight.Gradient, layer.Bias!.Gradient);
    }
}
