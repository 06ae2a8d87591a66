using NUnit.Framework;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Layers;

/// <summary>Every layer's gradients in double against differences, all elements of the input and of every parameter.</summary>
public sealed class LayerGradientTests
{
    private static readonly string[] ForEveryWidth =
        ["conv standard", "conv groups", "conv depthwise", "conv im2col", "conv wide", "linear leading axes", "max pool overlapping", "avg pool ceil",
            "batch norm in the middle"];

    [TestCaseSource(typeof(LayerCases), nameof(LayerCases.Names))]
    public void Backward_InTraining_IsTheGradient(string name)
    {
        LayerCase<double> layers = LayerCases.Of<double>(name);
        Assert.That(RandomModel.Of(1, layers.Modules), HasCorrectGradient.For(LayerCases.Input(layers)));
    }

    [TestCaseSource(typeof(LayerCases), nameof(LayerCases.Names))]
    public void Backward_OutsideTraining_IsTheGradient(string name)
    {
        LayerCase<double> layers = LayerCases.Of<double>(name);
        Assert.That(RandomModel.Of(2, layers.Modules), HasCorrectGradient.For(LayerCases.Input(layers), new() { Training = false }));
    }

    [Test]
    public void Backward_AtEveryWidth_IsTheGradient([ValueSource(nameof(ForEveryWidth))] string name, [Values] SimdWidth width)
    {
        LayerCase<double> layers = LayerCases.Of<double>(name);
        Assert.That(RandomModel.Of(3, layers.Modules, width: width), HasCorrectGradient.For(LayerCases.Input(layers)));
    }

    [Test]
    public void Backward_BatchNormOfSeveralBlocks_IsTheGradient([Values(3, 31, 33, 37, 64, 70)] int images, [Values] bool affine,
        [Values] bool training)
    {
        Model<double> model = RandomModel.Of<double>(4, [new BatchNorm2d<double>(2, 0.01, 0.3, affine)]);
        Assert.That(model, HasCorrectGradient.For(RandomTensors.Tensor<double>(new(images, 2, 3, 1), 6), new() { Training = training, Sample = 60 }));
    }

    [Test]
    public void Backward_BatchNormsBetweenOtherLayersOfSeveralBlocks_IsTheGradient(
        [Values("two batch norms", "batch norm first", "batch norm last", "batch norm in the middle")] string name, [Values(33, 37)] int images)
    {
        LayerCase<double> layers = LayerCases.Of<double>(name);
        Tensor<double> input = RandomTensors.Tensor<double>(layers.Batch.Tail().Prepend(images), 7);
        Assert.That(RandomModel.Of(5, layers.Modules, threads: 2), HasCorrectGradient.For(input, new() { Sample = 40 }));
    }

    [Test]
    public void Backward_BatchNormOfALargeMean_IsTheGradient()
    {
        Tensor<double> input = RandomTensors.Tensor<double>(new(5, 2, 3, 1), 8);
        foreach (ref double x in input.Span) x += 1000;
        Assert.That(RandomModel.Of<double>(6, [new BatchNorm2d<double>(2)]), HasCorrectGradient.For(input));
    }

    [Test]
    public void Backward_SeveralBlocksOfConvolutions_IsTheGradient([Values(32, 33, 37)] int images)
    {
        Model<double> model = RandomModel.Of<double>(7,
            [new Conv2d<double>(2, 3, (3, 2), (2, 1), 1), new Relu<double>(), new MaxPool2d<double>((2, 1)), new Flatten<double>(),
                new Linear<double>(24, 2)], threads: 2);
        Assert.That(model, HasCorrectGradient.For(RandomTensors.Tensor<double>(new(images, 2, 7, 3), 9), new() { Sample = 80 }));
    }

    [TestCaseSource(typeof(NamedModels), nameof(NamedModels.Small))]
    public void Backward_NamedModel_IsTheGradient(string name)
    {
        Model<double> model = ModelCatalog.Build<double>(name, NamedModels.Image(name), 10);
        RandomModel.Fill(model, 8);
        Assert.That(model, HasCorrectGradient.For(RandomTensors.Tensor<double>(NamedModels.Image(name).Prepend(3), 10), new() { Sample = 12 }));
    }

    [Test]
    public void HasCorrectGradient_LayerByItself_Passes() =>
        Assert.That(new Conv2d<double>(3, 4, (3, 2), 2, 1, 2), HasCorrectGradient.For(RandomTensors.Tensor<double>(new(2, 3, 9, 5), 11)));

    [Test]
    public void Names_OfCases_CoverEveryLayerOfTheEngine()
    {
        HashSet<string> covered = [.. LayerCases.Names.SelectMany(name =>
            new Sequential<double>(LayerCases.Of<double>(name).Modules).Layers).Select(layer => layer.GetType().Name)];
        Assert.That(LayerCases.Types.Select(type => type.Name), Is.SubsetOf(covered));
    }
}
