using NUnit.Framework;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Layers;

/// <summary>Wrong shapes: the exception's data for every layer, and the words once for every kind.</summary>
public sealed class ShapeErrorTests
{
    private static readonly TestCaseData[] Cases =
    [
        Case("Conv2d_WrongChannels", new Conv2d<float>(3, 4, 3), new(2, 9, 5), new(3, 9, 5), new(2, 9, 5)),
        Case("Conv2d_WrongRank", new Conv2d<float>(3, 4, 3), new(27), new(0, 0, 0), new(27)),
        Case("Conv2d_WindowTooHigh", new Conv2d<float>(3, 4, (3, 2), dilation: 2), new(3, 4, 5), new(5), new(4)),
        Case("Conv2d_WindowTooWide", new Conv2d<float>(3, 4, (3, 4)), new(3, 9, 3), new(4), new(3)),
        Case("Conv2d_ReflectsTooMuch", new Conv2d<float>(3, 4, 3, padding: (3, 2), paddingMode: PaddingMode.Reflect), new(3, 3, 5), new(3), new(3)),
        Case("Conv2d_WrapsTooMuch", new Conv2d<float>(3, 4, 3, padding: (0, 4), paddingMode: PaddingMode.Circular), new(3, 3, 3), new(4), new(3)),
        Case("Linear_WrongFeatures", new Linear<float>(7, 5), new(3, 8), new(7), new(3, 8)),
        Case("Linear_NoAxis", new Linear<float>(7, 5), new(), new(7), new()),
        Case("BatchNorm2d_WrongChannels", new BatchNorm2d<float>(4), new(3, 9, 5), new(4, 9, 5), new(3, 9, 5)),
        Case("BatchNorm2d_WrongRank", new BatchNorm2d<float>(4), new(4, 9), new(0, 0, 0), new(4, 9)),
        Case("MaxPool2d_WrongRank", new MaxPool2d<float>(2), new(4, 9), new(0, 0, 0), new(4, 9)),
        Case("MaxPool2d_WindowTooHigh", new MaxPool2d<float>((5, 2)), new(3, 4, 9), new(5), new(4)),
        Case("AvgPool2d_WrongRank", new AvgPool2d<float>(2), new(9), new(0, 0, 0), new(9)),
        Case("AvgPool2d_WindowTooWide", new AvgPool2d<float>((2, 6)), new(3, 9, 5), new(6), new(5)),
        Case("AdaptiveAvgPool2d_WrongRank", new AdaptiveAvgPool2d<float>(2), new(9, 3), new(0, 0, 0), new(9, 3)),
        Case("AdaptiveMaxPool2d_WrongRank", new AdaptiveMaxPool2d<float>(2), new(9, 3), new(0, 0, 0), new(9, 3)),
        Case("GlobalAvgPool_WrongRank", new GlobalAvgPool<float>(), new(9, 3), new(0, 0, 0), new(9, 3)),
        Case("ConvTranspose2d_WrongChannels", new ConvTranspose2d<float>(3, 4, 3), new(2, 9, 5), new(3, 9, 5), new(2, 9, 5)),
        Case("ConvTranspose2d_WrongRank", new ConvTranspose2d<float>(3, 4, 3), new(27), new(0, 0, 0), new(27)),
        Case("ConvTranspose2d_PaddingTakesAll", new ConvTranspose2d<float>(3, 4, 3, padding: (2, 0)), new(3, 1, 5), new(1), new(0)),
        Case("LayerNorm_WrongSizes", new LayerNorm<float>(new(9, 5)), new(3, 5, 9), new(9, 5), new(3, 5, 9)),
        Case("LayerNorm_TooFewAxes", new LayerNorm<float>(new(9, 5)), new(5), new(9, 5), new(5)),
        Case("GroupNorm_WrongChannels", new GroupNorm<float>(2, 4), new(3, 9, 5), new(4), new(3, 9, 5)),
        Case("InstanceNorm2d_WrongChannels", new InstanceNorm2d<float>(4), new(3, 9, 5), new(4, 9, 5), new(3, 9, 5)),
        Case("InstanceNorm2d_WrongRank", new InstanceNorm2d<float>(4), new(4, 9), new(0, 0, 0), new(4, 9)),
        Case("Softmax_NoSuchAxis", new Softmax<float>(2), new(7), new(0, 0), new(7)),
        Case("LogSoftmax_NoSuchAxisFromTheEnd", new LogSoftmax<float>(-2), new(7), new(0, 0), new(7)),
        Case("Dropout2d_WrongRank", new Dropout2d<float>(), new(7), new(0, 0, 0), new(7)),
        Case("Conv1d_WrongRank", new Conv1d<float>(3, 4, 3), new(3, 9, 5), new(0, 0), new(3, 9, 5)),
        Case("Conv1d_WrongChannels", new Conv1d<float>(3, 4, 3), new(2, 9), new(3, 9), new(2, 9)),
        Case("Conv1d_WindowTooLong", new Conv1d<float>(3, 4, 3, padding: 1, endPadding: 0), new(3, 1), new(3), new(2)),
        Case("MaxPool1d_WrongRank", new MaxPool1d<float>(2), new(4), new(0, 0), new(4)),
        Case("AvgPool1d_WindowTooLong", new AvgPool1d<float>(6), new(3, 5), new(6), new(5)),
        Case("Mean_NoRows", new Mean<float>(ImageAxes.Rows), new(3, 7), new(0, 0, 0), new(3, 7)),
        Case("Mean_TooManyAxes", new Mean<float>(ImageAxes.Channels), new(3, 7, 2, 1), new(0), new(3, 7, 2, 1)),
        Case("Upsample_WrongRank", new Upsample<float>(2), new(3, 7), new(0, 0, 0), new(3, 7)),
        Case("Upsample_ToNothing", new Upsample<float>(scaleFactor: 0.3), new(3, 7, 2), new(3, 2, 1), new(3, 2, 0)),
        Case("Pad2d_ReflectsTooMuchAtTheEnd", new Pad2d<float>((0, 5, 0, 0), PaddingMode.Reflect), new(3, 9, 5), new(5), new(5)),
        Case("Pad2d_WrapsTooMuchAtTheTop", new Pad2d<float>((0, 0, 10, 1), PaddingMode.Circular), new(3, 9, 5), new(10), new(9)),
        Case("Crop2d_TakesAll", new Crop2d<float>((2, 3, 1, 1)), new(3, 9, 5), new(3, 1, 1), new(3, 7, 0)),
        Case("ChannelShuffle_GroupsDoNotDivide", new ChannelShuffle<float>(2), new(3, 9, 5), new(2), new(3, 9, 5)),
        Case("PixelShuffle_WrongChannels", new PixelShuffle<float>(2), new(6, 9, 5), new(8, 9, 5), new(6, 9, 5)),
        Case("Reshape_WrongLength", new Reshape<float>(1, 28, 28), new(783), new(1, 28, 28), new(783)),
    ];

    [TestCaseSource(nameof(Cases))]
    public void OutputShape_DoesNotFit_ThrowsWithBothShapes(Layer<float> layer, Shape input, Shape expected, Shape actual)
    {
        ShapeMismatchException? exception = Assert.Throws<ShapeMismatchException>(() => layer.OutputShape(input));
        Assert.That((exception!.Expected, exception.Actual), Is.EqualTo((expected, actual)));
        Assert.That(exception.Message, Does.StartWith($"{layer.TypeName}: "));
    }

    [Test]
    public void OutputShape_WrongChannels_SaysWhoBothNumbersAndShapesWithAxes()
    {
        var model = new Sequential<float>(new Relu<float>(), new Sequential<float>(new Conv2d<float>(16, 32, (3, 2), groups: 2)));
        Assert.That(() => model.OutputShape(new(8, 12, 10)), Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo(
            "Conv2d '1.0': input has 8 channels, weight takes 16. input [8, 12, 10] (C, H, W), weight [32, 8, 3, 2] (outC, inC/groups, kH, kW)."));
    }

    [Test]
    public void OutputShape_WrongRank_SaysBothRanksAndWhatToDo() => Assert.That(() => new MaxPool2d<float>(2).OutputShape(new(4, 9)),
        Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo(
            "MaxPool2d: input of one image has 2 axes [4, 9], expected 3 (C, H, W). Put a Reshape or Flatten before it."));

    [Test]
    public void OutputShape_WindowTooLarge_SaysBothSizesAndWhatToDo() =>
        Assert.That(() => new Conv2d<float>(1, 2, 5, padding: 1, dilation: 2).OutputShape(new(1, 6, 20)),
        Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo(
            "Conv2d: window of 5 with dilation 2 spans 9, larger than the padded input of 8. Raise padding or lower dilation."));

    [Test]
    public void OutputShape_PaddingNeedsMorePixels_SaysHowMany() =>
        Assert.That(() => new Conv2d<float>(1, 2, 3, padding: 4, paddingMode: PaddingMode.Reflect).OutputShape(new(1, 20, 3)),
            Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo("Conv2d: padding 4 in mode Reflect needs an input of at least 5, there are "
                + "3."));

    [Test]
    public void OutputShape_WrongFeatures_AsksForAFlatten() => Assert.That(() => new Sequential<float>(new Linear<float>(32, 10)).OutputShape(new(32,
        1, 1)),
        Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo(
            "Linear '0': input's last axis has 1 features, weight takes 32. input [32, 1, 1], weight [10, 32] (out, in). Is a Flatten missing before "
                + "it?"));

    [Test]
    public void OutputShape_WrongLength_SaysBothLengths() => Assert.That(() => new Reshape<float>(1, 28, 28).OutputShape(new(27, 28)),
        Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo("Reshape: an image of [27, 28] has 756 numbers, [1, 28, 28] takes 784."));

    [Test]
    public void Forward_OneNumber_IsNotABatch([Values] bool infer)
    {
        var model = new Sequential<float>(new Relu<float>());
        var input = new Tensor<float>(new(3));
        Assert.That(() => infer ? model.Infer(input) : model.Forward(input),
            Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo("Sequential: input [3] is not a batch. Give it as [N, ...], for one image "
                + "[1, ...]."));
    }

    [Test]
    public void Forward_NoImages_SaysSo([Values] bool infer)
    {
        var model = new Sequential<float>(new Relu<float>());
        var input = new Tensor<float>(new(0, 3));
        Assert.That(() => infer ? model.Infer(input) : model.Forward(input),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contain("batch size is 0"));
    }

    [Test]
    public void Backward_GradientOfAnotherShape_ThrowsWithBothShapes()
    {
        var model = new Sequential<float>(new Linear<float>(3, 4));
        model.Forward(RandomTensors.Tensor<float>(new(2, 3), 1));
        ShapeMismatchException? exception = Assert.Throws<ShapeMismatchException>(() => model.Backward(new Tensor<float>(new(2, 3))));
        Assert.That((exception!.Expected, exception.Actual), Is.EqualTo((new Shape(2, 4), new Shape(2, 3))));
        Assert.That(exception.Message, Is.EqualTo("Sequential: the gradient by the output has shape [2, 3], expected [2, 4]."));
    }

    [Test]
    public void Forward_TensorLayerWithAnotherOutputThanItSays_ThrowsWithBothShapes([Values(1, 2)] int threads)
    {
        var wrong = new Lambda<float>("Wrong", _ => new(new(2, 5)), (x, _) => x, _ => new Shape(4));
        var model = new Sequential<float>(wrong) { Threads = threads };
        ShapeMismatchException? exception = Assert.Throws<ShapeMismatchException>(() => model.Forward(RandomTensors.Tensor<float>(new(2, 3), 1)));
        Assert.That((exception!.Expected, exception.Actual), Is.EqualTo((new Shape(2, 4), new Shape(2, 5))));
        Assert.That(exception.Message, Is.EqualTo("Wrong '0': the output of Forward has shape [2, 5], expected [2, 4]."));
    }

    [Test]
    public void Backward_TensorLayerWithAWrongGradient_ThrowsAndTheModelStillTrains()
    {
        bool isWrong = true;
        var sometimes = new Lambda<float>("Sometimes", x => x.Clone(), (x, dy) => isWrong ? new(new(1)) : dy.Clone(), shape => shape);
        var model = new Sequential<float>(new Linear<float>(3, 2), sometimes);
        Tensor<float> input = RandomTensors.Tensor<float>(new(2, 3), 1);
        Tensor<float> output = model.Forward(input);
        Assert.That(() => model.Backward(output),
            Throws.TypeOf<ShapeMismatchException>().With.Message.StartsWith("Sometimes '1': the gradient from Backward has shape [1], expected [2, "
            + "2]."));
        isWrong = false;
        Tensor<float> larger = RandomTensors.Tensor<float>(new(5, 3), 2);
        int[] labels = [0, 1, 1, 0, 1];
        var batch = new TensorBatch<float>(larger, labels);
        Assert.That(() => model.RunnerFor(new(3)).Train(batch, new CrossEntropyLoss<float>(), new Tensor<float>(new Shape(5, 2))), Throws.Nothing);
    }

    private static TestCaseData Case(string name, Layer<float> layer, Shape input, Shape expected, Shape actual) =>
        new(layer, input, expected, actual) { TestName = $"OutputShape_{name}_Throws" };
}
