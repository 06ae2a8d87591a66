using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Layers;

/// <summary>Layers that change sizes or move numbers, in each layout by itself: gradients, float against double, threads against one.</summary>
public sealed class SizeLayerTests
{
    private static IEnumerable<TestCaseData> Cases =>
        from name in SizeCases.Names
        from layout in new[] { Layout.Lanes, Layout.ChannelsLast }
        where Only<double>(name).Layer.Knows(layout, [Only<double>(name).Batch.Tail()])
        select new TestCaseData(name, layout);

    [TestCaseSource(nameof(Cases))]
    public void Backward_InEitherLayout_IsTheGradient(string name, Layout layout)
    {
        var (layer, batch) = Only<double>(name);
        Assert.That(RandomModel.Of(1, [new InLayout<double>(layer, layout)]), HasCorrectGradient.For(RandomTensors.Tensor<double>(batch, 5),
            new() { Sample = 200 }));
    }

    [TestCaseSource(nameof(Cases))]
    public void Infer_OfAPredictorInEitherLayout_IsTheModelAsItWas(string name, Layout layout)
    {
        var (layer, batch) = Only<double>(name);
        Sequential<double> model = RandomModel.Of(4, [new InLayout<double>(layer, layout)]);
        Tensor<double> images = RandomTensors.Tensor<double>(batch.Tail().Prepend(3), 9), expected = model.Forward(images, training: false), outputs =
            new(expected.Shape);
        foreach (int some in (int[])[1, 3])
        {
            var predictor = new Predictor<double>(model, batch.Tail(), some);
            RandomModel.Fill(model, 77);
            predictor.Infer(images.Span, outputs.Span);
            TensorAssert.Close(outputs, expected, 1e-12, 1e-12);
            RandomModel.Fill(model, 4);
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Forward_FloatInEitherLayoutOfSeveralBlocks_IsDoubleInLanes(string name, Layout layout)
    {
        var (layer, batch) = Only<float>(name);
        Shape images = batch.Tail().Prepend(35);
        Sequential<float> model = RandomModel.Of(2, [new InLayout<float>(layer, layout)], width: Processor.Widest);
        Sequential<double> twin = RandomModel.Of(2, [new InLayout<double>(Only<double>(name).Layer, Layout.Lanes)], width: SimdWidth.Portable);
        TensorAssert.Close(model.Forward(RandomTensors.Tensor<float>(images, 6), training: false).Cast<double>(),
            twin.Forward(RandomTensors.Tensor<double>(images, 6), training: false), 1e-5, 1e-5);
    }

    [TestCaseSource(nameof(Large))]
    public void ForwardAndBackward_OfOneBlockOnSeveralThreads_HaveTheBitsOfOne(Func<Layer<float>> make, Layout layout)
    {
        var images = new Shape(5, 36, 19, 23);
        var results = new List<Tensor<float>[]>();
        foreach (int threads in (int[])[1, 3])
        {
            Sequential<float> model = RandomModel.Of(3, [new InLayout<float>(make(), layout)], threads);
            Tensor<float> output = model.Forward(RandomTensors.Tensor<float>(images, 7));
            results.Add([output, model.Backward(RandomTensors.Tensor<float>(output.Shape, 8)), model.ParameterVector.Gradients]);
        }
        for (int i = 0; i < 3; i++) TensorAssert.Equal(results[1][i], results[0][i]);
    }

    private static IEnumerable<TestCaseData> Large() =>
        from make in (Func<Layer<float>>[])
        [
            () => new Mean<float>(ImageAxes.Channels, keepDim: true), () => new Mean<float>(ImageAxes.Columns), () =>
                new Mean<float>(ImageAxes.Channels | ImageAxes.Rows),
            () => new Upsample<float>(scaleFactor: 2.3, mode: UpsampleMode.Bilinear), () => new Pad2d<float>((1, 3, 2, 0), PaddingMode.Reflect), () =>
                new Crop2d<float>((1, 0, 2, 0)),
            () => new ChannelShuffle<float>(4), () => new PixelShuffle<float>(3), () => new Conv2d<float>(36, 8, 3, padding: (1, 0, 2, 1)), () =>
                new MaxPool2d<float>(3, 1, (1, 0, 0, 1)),
            () => new ConvTranspose2d<float>(36, 3, 5, 2, (1, 2, 0, 1), 1), () => new ConvTranspose2d<float>(36, 20, 3, 1, 0, 1, 4, dilation: 2),
        ]
        from layout in new[] { Layout.Lanes, Layout.ChannelsLast }
        select new TestCaseData(make, layout).SetArgDisplayNames(make().TypeName, $"{make().OutputShape(new(36, 19, 23))}", $"{layout}");

    private static (Layer<T> Layer, Shape Batch) Only<T>(string name) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        LayerCase<T> one = SizeCases.Of<T>(name);
        return ((Layer<T>)one.Modules.Single(), one.Batch);
    }
}
