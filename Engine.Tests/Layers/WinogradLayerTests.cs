using NUnit.Framework;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Layers;

/// <summary>When a convolution is computed by Winograd's method, and that this does not show but in the last bits.</summary>
[TestFixture]
public sealed class WinogradLayerTests
{
    private static readonly Shape Image = new(64, 28, 28);

    [TestCase(ConvolutionAlgorithm.Auto, true)]
    [TestCase(ConvolutionAlgorithm.Winograd, true)]
    [TestCase(ConvolutionAlgorithm.Direct, false)]
    [TestCase(ConvolutionAlgorithm.Channels, false)]
    public void Plan_ManyChannelsInFloat_SaysHow(ConvolutionAlgorithm algorithm, bool winograd)
    {
        var model = new Sequential<float>(new Conv2d<float>(64, 64, 3, padding: 1) { Algorithm = algorithm });
        Assert.That(Steps(model, 1, training: false), winograd ? Has.Some.Contains("winograd") : Has.None.Contains("winograd"));
        Assert.That(Steps(model, 32, training: true), winograd ? Has.Some.Contains("winograd input") : Has.None.Contains("winograd"));
    }

    [TestCase(16, 32, 14, 4, TestName = "Choice_OneSmallImage_IsLargeTiles")]
    [TestCase(64, 64, 3, 2, TestName = "Choice_OneImageSmallerThanALargeTile_IsSmallOnes")]
    [TestCase(1, 32, 28, 0, TestName = "Choice_OneImageOfOneChannel_IsDirect")]
    [TestCase(256, 256, 7, 4, TestName = "Choice_OneImageOfFourTilesWithManyWeights_IsLargeTiles")]
    [TestCase(256, 256, 4, 0, TestName = "Choice_OneImageOfOneTileWithManyWeights_IsDirect")]
    public void Choice_OneImage(int inChannels, int outChannels, int size, int expected)
    {
        Conv2dGeometry geometry = new Conv2d<float>(inChannels, outChannels, 3, padding: 1).Geometry(new Shape(inChannels, size, size));
        Assert.That(new ConvolutionCost(geometry).SmallWinogradOutputs(vector: 16), Is.EqualTo(expected));
    }

    [Test]
    public void Plan_ManyChannelsInDouble_IsDirectUnlessAskedFor()
    {
        var model = new Sequential<double>(new Conv2d<double>(64, 64, 3, padding: 1));
        Assert.That(Steps(model, 1, training: false), Has.None.Contains("winograd"));
        model.UseConvolution(ConvolutionAlgorithm.Winograd);
        Assert.That(Steps(model, 1, training: false), Has.Some.Contains("winograd"));
    }

    [Test]
    public void Plan_WindowsThatDoNotFit_AreAsWithAuto()
    {
        var layer = new Conv2d<float>(64, 64, 3, stride: 2, padding: 1) { Algorithm = ConvolutionAlgorithm.Winograd };
        Assert.That(Steps(new Sequential<float>(layer), 32, training: true), Has.None.Contains("winograd"));
        foreach (Layout layout in new[] { Layout.Lanes, Layout.ChannelsLast }) Assert.That(layer.Knows(layout, [Image]), Is.True);
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(35)]
    public void UseConvolution_AResidualNetworkInUse_ChangesOnlyTheLastBits(int images)
    {
        Model<double> model = Network();
        Tensor<double> x = RandomTensors.Tensor<double>(new Shape(images, 3, 11, 9), 1);
        model.UseConvolution(ConvolutionAlgorithm.Direct);
        Tensor<double> expected = model.Infer(x);
        model.UseConvolution(ConvolutionAlgorithm.Winograd);
        TensorAssert.CloseToLargest(model.Infer(x), expected, 1e-12);
        var predictor = new Predictor<double>(model, x.Shape.Tail(), Math.Min(images, Lanes.Count));
        if (images > Lanes.Count) return;
        var output = new Tensor<double>(expected.Shape);
        model.UseConvolution(ConvolutionAlgorithm.Naive);                    // a predictor stays as it was made
        predictor.Infer(x.Span, output.Span);
        TensorAssert.CloseToLargest(output, expected, 1e-12);
    }

    [Test]
    public void Infer_FourTilesOfManyChannels_OnlyTheLastBitsDifferAndNoneByThreads()
    {
        Sequential<float> model = RandomModel.Of<float>(4, [new Conv2d<float>(190, 205, 3, padding: 1, bias: false), new BatchNorm2d<float>(205),
            new Relu<float>()]);
        Tensor<float> x = RandomTensors.Tensor<float>(new Shape(1, 190, 7, 6), 1);
        Assert.That(model.DescribePlan(x.Shape.Tail(), 1, training: false).Steps.Select(step => step.Layer), Has.Some.Contains("winograd 4x4"));
        Tensor<float> one = model.Infer(x);
        foreach (int threads in new[] { 2, 3, 8, 16 })
        {
            model.Threads = threads;
            Assert.That(model.Infer(x).Span.SequenceEqual(one.Span), $"{threads} threads");
        }
        model.UseConvolution(ConvolutionAlgorithm.Direct);
        TensorAssert.CloseToLargest(one, model.Infer(x), 1e-5);
    }

    [Test]
    public void Train_ByWinograd_SameGradientsAsDirectAndSameBitsOnAnyNumberOfThreads([Values(5, 37)] int images)
    {
        double[] direct = Gradients(ConvolutionAlgorithm.Direct, images, threads: 1), one = Gradients(ConvolutionAlgorithm.Winograd, images,
            threads: 1);
        Assert.That(one, Is.EqualTo(direct).Within(1e-12));
        foreach (int threads in new[] { 2, 3, 8, 16 }) Assert.That(Gradients(ConvolutionAlgorithm.Winograd, images, threads), Is.EqualTo(one),
            $"{threads} threads");
    }

    [Test]
    public void Train_Warm_AllocatesNothing()
    {
        var model = new Sequential<float>(new Conv2d<float>(16, 32, 3, padding: 1), new Relu<float>(), new Conv2d<float>(32, 17, 3, padding: 1),
            new AdaptiveAvgPool2d<float>(1), new Flatten<float>());
        model.UseConvolution(ConvolutionAlgorithm.Winograd);
        var batch = new TensorBatch<float>(RandomTensors.Tensor<float>(new Shape(33, 16, 9, 7), 1), Enumerable.Range(0, 33).Select(i =>
            i % 17).ToArray());
        var runner = model.RunnerFor(new Shape(16, 9, 7));
        // made once: from a loss at every call it would be allocated at every call
        Losses<float> losses = new CrossEntropyLoss<float>();
        var output = new Tensor<float>(new Shape(33, 17));
        long before = 0;
        for (int i = 0; i < 5; i++)
        {
            if (i == 2) before = GC.GetAllocatedBytesForCurrentThread();
            runner.Train(batch, losses, output);
        }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static double[] Gradients(ConvolutionAlgorithm algorithm, int images, int threads)
    {
        Model<double> model = Network();
        model.Threads = threads;
        model.UseConvolution(algorithm);
        var batch = new TensorBatch<double>(RandomTensors.Tensor<double>(new Shape(images, 3, 11, 9), 2), Enumerable.Range(0, images).Select(i =>
            i % 7).ToArray());
        model.RunnerFor(new Shape(3, 11, 9)).Train(batch, new CrossEntropyLoss<double>(), new Tensor<double>(new Shape(images, 7)));
        return model.ParameterVector.Gradients.Span.ToArray();
    }

    // Normalisations to fold, a shortcut to add, activations to fuse; a convolution that strides between those that do not.
    private static Sequential<double> Network()
    {
        var model = new Sequential<double>(new Conv2d<double>(3, 18, 3, padding: 1, bias: false), new BatchNorm2d<double>(18), new Relu<double>(),
            new Residual<double>(new Sequential<double>(new Conv2d<double>(18, 20, 3, padding: 1), new LeakyRelu<double>(0.1),
                new Conv2d<double>(20, 18, 3, padding: 1, bias: false),
                new BatchNorm2d<double>(18))), new Relu<double>(), new Conv2d<double>(18, 9, 3, 2, 1), new Relu<double>(),
                    new Conv2d<double>(9, 7, 3, padding: (0, 2, 1, 1)),
            new AdaptiveAvgPool2d<double>(1), new Flatten<double>());
        model.Initialize(Initialization.KaimingNormal, 3);
        return model;
    }

    private static IEnumerable<string> Steps<T>(Model<T> model, int batch, bool training)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        model.DescribePlan(Image, batch, training).Steps.Select(step => step.Layer);
}
