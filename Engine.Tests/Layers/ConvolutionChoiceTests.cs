using NUnit.Framework;
using Scratch.Layers;
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

    [TestCase(8, true)]
    [TestCase(9, false)]
    public void Pays_LargeImages_UpToEight(int images, bool pays) =>
        Assert.That(FewImages.Pays(new Conv2d<double>(17, 34, 3).Geometry(Large), images), Is.EqualTo(pays));

    [Test]
    public void Pays_TheLessonsLayers_Never()
    {
        var geometry = new Conv2d<double>(8, 16, 3, stride: 2, padding: 1).Geometry(new Shape(8, 14, 14));
        Assert.That(FewImages.Pays(geometry, 1), Is.False);
    }

    private static (Tensor<double> Y, Tensor<double> GradX, Tensor<double> GradWeight, Tensor<double> GradBias) Run(
        ConvolutionAlgorithm algorithm, int groups, Tensor<double> x)
    {
        var layer = new Conv2d<double>(17, 34, 3, padding: 1, groups: groups) { Algorithm = algorithm };
        var model = new Sequential<double>(layer);
        Tensor<double> y = model.Forward(x), dx = model.Backward(RandomTensors.Tensor<double>(y.Shape, 2));
        return (y, dx, layer.Weight.Gradient, layer.Bias!.Gradient);
    }
}
