using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Layers;

/// <summary>Sizes whose products leave 32 bits: right where they still mean something, else refused with the sizes.</summary>
public sealed class LargeSizeTests
{
    private const int Far = 1 << 30;
    private static readonly Shape Image = new(3, 28, 26);

    [Test]
    public void OutputShape_DilationFarBeyondTheImage_SaysTheSpan([Values(2, 3, 5)] int kernel)
    {
        Layer<float>[] layers = [new Conv2d<float>(3, 4, kernel, dilation: Far), new MaxPool2d<float>(kernel, padding: 1, dilation: Far)];
        foreach (Layer<float> layer in layers)
            Assert.That(() => layer.OutputShape(Image),
                Throws.TypeOf<ShapeMismatchException>().With.Message.Contains($"spans {(long)Far * (kernel - 1) + 1}, larger"));
    }

    [Test]
    public void Dilation_OfAWindowOfOne_ChangesNothing() =>
        Assert.That(new Conv2d<float>(3, 4, 1, dilation: int.MaxValue).OutputShape(Image), Is.EqualTo(new Shape(4, 28, 26)));

    [Test]
    public void Padding_OfABillion_IsRefusedWithTheOutput()
    {
        var model = new Sequential<float>(new Conv2d<float>(3, 4, 3, padding: 1_000_000_000));
        const string Words = "Conv2d '0': input [3, 28, 26] gives an output of [4, 2000000026, 2000000024].";
        Assert.That(() => model.OutputShape(Image), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(Words));
        Assert.That(() => ModelSummary.Of(model, Image, 8), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(Words));
        Assert.That(() => model.Layers[0].MultiplyAdds(Image), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Padding_OfTwoBillion_IsRefusedWithTheLength() => Assert.That(
        () => new Conv2d<float>(3, 4, 3, padding: int.MaxValue).OutputShape(Image),
        Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Conv2d: an input of 28 with padding 2147483647 at both ends is 4294967322 long."));

    [Test]
    public void ConvTranspose2d_StrideTooLarge_IsRefusedWithTheOutput() => Assert.That(
        () => new ConvTranspose2d<float>(3, 4, 3, Far).OutputShape(Image),
        Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains($"gives an output of {27L * Far + 3}."));

    [Test]
    public void Output_StrideOfTheLargestInteger_IsOneWindow([Values] bool ceil, [Values(0, 1)] int padding)
    {
        var axis = new WindowAxis(28, 3, int.MaxValue, padding, CeilMode: ceil);
        Assert.That((axis.Output, axis.Source(0, 2)), Is.EqualTo((1, 2 - padding)));
        Assert.That(axis.Formula, Does.EndWith("= 1"));
    }

    [Test]
    public void Output_MoreThanAnArrayHolds_IsRefused() =>
        Assert.That(() => new WindowAxis(int.MaxValue, 1, 1, int.MaxValue).Output, Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Pooling_StrideOfTheLargestInteger_IsItsFirstWindow([Values] bool ceil)
    {
        Tensor<double> input = RandomTensors.Tensor<double>(Image.Prepend(2), 1);
        Tensor<double> most = new Sequential<double>(new MaxPool2d<double>(3, int.MaxValue, ceilMode: ceil)).Infer(input);
        Tensor<double> mean = new Sequential<double>(new AvgPool2d<double>(3, int.MaxValue, ceilMode: ceil)).Infer(input);
        Assert.That((most.Shape, mean.Shape), Is.EqualTo((new Shape(2, 3, 1, 1), new Shape(2, 3, 1, 1))));
        double[] window = [.. from h in Enumerable.Range(0, 3) from w in Enumerable.Range(0, 3) select input[1, 2, h, w]];
        Assert.That(most[1, 2, 0, 0], Is.EqualTo(window.Max()));
        Assert.That(mean[1, 2, 0, 0], Is.EqualTo(window.Average()).Within(1e-14));
    }

    [Test]
    public void Conv2d_StrideOfTheLargestInteger_IsItsFirstWindow([Values] ConvolutionAlgorithm algorithm)
    {
        var far = new Conv2d<double>(3, 4, 3, int.MaxValue) { Algorithm = algorithm };
        Sequential<double> model = RandomModel.Of<double>(2, [far], threads: 1), near = RandomModel.Of<double>(2, [new Conv2d<double>(3, 4, 3)],
            threads: 1);
        Tensor<double> input = RandomTensors.Tensor<double>(Image.Prepend(2), 3);
        Tensor<double> expected = near.Forward(input), actual = model.Forward(input);
        for (int c = 0; c < 4; c++) Assert.That(actual[1, c, 0, 0], Is.EqualTo(expected[1, c, 0, 0]).Within(1e-12));
        Tensor<double> gradient = RandomTensors.Tensor<double>(actual.Shape, 4), spread = new(expected.Shape);
        for (int n = 0; n < 2; n++)
            for (int c = 0; c < 4; c++) spread[n, c, 0, 0] = gradient[n, c, 0, 0];
        TensorAssert.CloseToLargest(model.Backward(gradient), near.Backward(spread), 1e-12);
        TensorAssert.CloseToLargest(far.Weight.Gradient, near.Layers[0].Parameters[0].Gradient, 1e-12);
    }

    [Test]
    public void Batch_OfImagesTooLarge_IsRefusedWithTheirSize()
    {
        var model = new Sequential<float>(new Conv2d<float>(1, 2, 64, 64), new GlobalAvgPool<float>());
        Assert.That(model.Infer(new Tensor<float>(new(1, 1, 8192, 8192))).Shape, Is.EqualTo(new Shape(1, 2)));
        Assert.That(() => model.DescribePlan(new(1, 8192, 8192), 32, training: false), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("Model: 32 images of [1, 8192, 8192] side by side, as batches are computed, are 2147483648 elements."));
    }

    [Test]
    public void Predictor_StagesTooLarge_IsRefusedWithTheImage() => Assert.That(
        () => new Predictor<float>(new Sequential<float>(new Conv2d<float>(1, 40, 3), new MaxPool2d<float>(8190)), new(1, 8192, 8192)),
        Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("8190, 8190]"));

    // One image of 67 million pixels, which no block of 32 could hold: windows of a patch that repeats, so each output is the same.
    [Test, Category("Slow")]
    public void Predictor_OneLargeImage_Works()
    {
        const int Size = 8192, Window = 64;
        var conv = new Conv2d<float>(1, 2, Window, Window);
        var model = RandomModel.Of<float>(5, [conv, new AdaptiveAvgPool2d<float>(1), new Flatten<float>()], threads: 1);
        float[] patch = RandomTensors.Values<float>(Window * Window, 6), image = new float[Size * Size], output = new float[2];
        for (int i = 0; i < image.Length; i++) image[i] = patch[i / Size % Window * Window + i % Window];
        new Predictor<float>(model, new(1, Size, Size)).Infer(image, output);
        for (int c = 0; c < 2; c++)
        {
            double expected = conv.Bias!.Value[c];
            for (int i = 0; i < patch.Length; i++) expected += (double)patch[i] * conv.Weight.Value.Span[c * patch.Length + i];
            Assert.That(output[c], Is.EqualTo(expected).Within(1e-5 * Math.Max(1, Math.Abs(expected))));
        }
    }
}
