using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Measuring;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Models;

/// <summary>Networks that others have weights for: names, shapes and numbers of parameters are theirs.</summary>
[Category("Slow")]
public sealed class TorchvisionModelTests
{
    private static readonly Shape Photo = new(3, 224, 224);

    [TestCase("resnet18", 11_689_512, 1_814_073_344)]
    [TestCase("resnet34", 21_797_672, 3_663_761_408)]
    [TestCase("resnet50", 25_557_032, 4_089_184_256)]
    [TestCase("mobilenet-v2", 3_504_872, 300_774_272)]
    [TestCase("squeezenet1_1", 1_235_496, 349_151_936)]
    public void Build_ForPhotos_HasTorchvisionsStateAndOperations(string name, int parameters, long multiplyAdds)
    {
        Model<float> model = ModelCatalog.Build<float>(name, Photo, 1000);
        AssertState(model, name, parameters);
        Assert.That(model.OutputShape(Photo), Is.EqualTo(new Shape(1000)));
        Shape[] shapes = model.Graph.Shapes(Photo);
        Assert.That(model.Layers.Select((layer, i) => layer.MultiplyAdds(shapes[model.Graph.InputOf(i)])).Sum(), Is.EqualTo(multiplyAdds));
    }

    // Half a gigabyte of parameters, drawn one by one.
    [Test]
    public void Build_Vgg11_HasTorchvisionsState()
    {
        Model<float> model = ModelCatalog.Build<float>("vgg11", Photo, 1000);
        AssertState(model, "vgg11", 132_863_336);
        Assert.That(model.Infer(RandomTensors.Tensor<float>(Photo.Prepend(1), 1)).Span.ToArray(), Has.All.Matches<float>(float.IsFinite));
    }

    [TestCase("resnet18", 28, "512x4x4")]
    [TestCase("resnet18", 63, "512x8x8")]
    [TestCase("resnet18", 64, "512x2x2")]
    [TestCase("resnet50", 32, "2048x4x4")]
    [TestCase("mobilenet-v2", 32, "1280x1x1")]
    [TestCase("squeezenet1_1", 28, "256x1x1")]
    public void Build_SmallImages_KeepWhatTheyHave(string name, int size, string last)
    {
        var image = new Shape(1, size, size);
        Model<float> model = ModelCatalog.Build<float>(name, image, 10);
        Shape[] shapes = model.Graph.Shapes(image);
        int pooling = Enumerable.Range(0, model.Layers.Count).Last(i => model.Layers[i] is Conv2d<float> { OutChannels: > 10 });
        Assert.That(string.Join('x', shapes[model.Graph.OutputOf(pooling)].Sizes.ToArray()), Is.EqualTo(last));
        Assert.That(shapes[^1], Is.EqualTo(new Shape(10)));
    }

    // sqrt(2 / fan_out): what torchvision starts these with, and what a new start with the default recipe draws again.
    [TestCase("resnet18", "layer2.0.conv1.weight", 128 * 9)]
    [TestCase("resnet18", "layer2.0.downsample.0.weight", 128)]
    [TestCase("mobilenet-v2", "features.2.conv.0.0.weight", 96)]
    public void Initialize_Default_IsTorchvisions(string name, string weight, int fanOut)
    {
        Model<float> model = ModelCatalog.Build<float>(name, new(3, 32, 32), 10);
        double built = Deviation(), expected = Math.Sqrt(2.0 / fanOut);
        model.Initialize(Initialization.Default, 5);
        Assert.That((built, Deviation()), Is.EqualTo((expected, expected)).Within(5).Percent);
        WeightReport report = WeightReport.Of(model).Single(row => row.Name == weight);
        Assert.That(report.ExpectedDeviation(Initialization.Default), Is.EqualTo(expected).Within(1e-12));

        double Deviation() => WeightReport.Of(model).Single(row => row.Name == weight).Deviation;
    }

    [Test]
    public void Build_Vgg11ForDigits_SaysHowLargeImagesMustBe() => Assert.That(() => ModelCatalog.Build<float>("vgg11", new(1, 28, 28), 10),
        Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo("vgg11: images [1, 28, 28] are too small: 5 poolings halve them, so that it "
            + "takes 32x32 pixels at least."));

    [Test]
    public void Build_UNetForOddImages_SaysWhichFit() => Assert.That(() => ModelCatalog.Build<float>("unet-mini", new(1, 30, 28), 10),
        Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo("unet-mini: images [1, 30, 28] are halved 2 times and doubled again: height and "
            + "width must be multiples of 4."));

    // What torchvision calls the parts of a DenseNet, and what U-Nets are called by in PyTorch.
    [TestCase("densenet-mini", "features.conv0.weight 16x1x3x3; features.denseblock1.denselayer1.norm1.weight 16; "
        + "features.denseblock1.denselayer1.conv1.weight 16x16x1x1; " +
        "features.denseblock1.denselayer1.conv2.weight 8x16x3x3; features.denseblock1.denselayer3.conv1.weight 16x32x1x1; "
            + "features.transition1.norm.weight 40; " +
        "features.transition1.conv.weight 20x40x1x1; features.denseblock3.denselayer3.norm2.bias 16; features.norm5.weight 46; classifier.weight "
            + "10x46; classifier.bias 10")]
    [TestCase("unet-mini", "inc.double_conv.0.weight 8x1x3x3; inc.double_conv.4.bias 8; down1.maxpool_conv.1.double_conv.0.weight 16x8x3x3; "
        + "down2.maxpool_conv.1.double_conv.3.weight 32x32x3x3; " +
        "up1.up.weight 32x16x2x2; up1.up.bias 16; up1.conv.double_conv.0.weight 16x32x3x3; up2.up.weight 16x8x2x2; up2.conv.double_conv.0.weight "
            + "8x16x3x3; outc.conv.weight 10x8x1x1; outc.conv.bias 10")]
    public void Build_OwnVariant_HasTheFieldsNames(string name, string some)
    {
        Model<float> model = ModelCatalog.Build<float>(name, new(1, 28, 28), 10);
        Assert.That(some.Split("; "), Is.SubsetOf(model.NamedParameters().Select(named =>
            $"{named.Name} {string.Join('x', named.Parameter.Value.Shape.Sizes.ToArray())}")));
    }

    [TestCase("densenet-mini", 8, 8, 40, 0.003)]
    [TestCase("unet-mini", 8, 12, 60, 0.02)]
    [TestCase("resnet18", 6, 5, 8, 0.001)]
    [TestCase("mobilenet-v2", 9, 6, 30, 0.003)]
    public void Fit_FewImages_AreLearnedByHeart(string name, int height, int width, int epochs, double learningRate)
    {
        var image = new Shape(1, height, width);
        Model<float> model = ModelCatalog.Build<float>(name, image, 3);
        Dataset data = SyntheticData.Images(12, image, classes: 3, seed: 2);
        var recorder = new Recorder<float>(new Accuracy<float>());
        new Learner<float>(model, new CrossEntropyLoss<float>(), new Adam<float>(model.ParameterVector, learningRate),
            SyntheticData.Batches<float>(data, 12, shuffleSeed: 3), callbacks: recorder)
            .Fit(epochs);
        Assert.That((recorder.Epochs[^1].TrainLoss, recorder.Epochs[^1].TrainMetrics[0]), Is.EqualTo((0.0, 1.0)).Within(0.1));
    }

    [TestCase("resnet18", "resnet18", 3, 224, 1000)]
    [TestCase("resnet18-cifar", "resnet18", 3, 32, 10)]
    [TestCase("mobilenet-v2", "mobilenet-v2", 3, 224, 1000)]
    [TestCase("resnet9", "resnet9", 1, 28, 10)]
    public void Network_OfACase_IsThePeers(string network, string model, int channels, int size, int classes) =>
        Assert.That(ModelWork.Network.Of(network), Is.EqualTo(new ModelWork.Network(model, new(channels, size, size), classes)));

    private static void AssertState(Model<float> model, string name, int parameters)
    {
        Assert.That(model.State().Select(state => $"{state.Name} {state.Value.Shape}"), Is.EqualTo(TorchvisionNames.StateOf(name).Select(state =>
            $"{state.Name} {state.Shape}")));
        Assert.That(model.ParameterVector.ParameterCount, Is.EqualTo(parameters));
    }
}
