using System.Numerics;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>The networks that go by a name.</summary>
public static class ModelCatalog
{
    /// <summary>The names, in the order in which help lists them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["lesson", "grouped", "lesson-bn", "wide", "deep"];

    /// <summary>One line about a model.</summary>
    /// <exception cref="ArgumentException">There is no such model.</exception>
    public static string Describe(string name) => name switch
    {
        "lesson" => "the lesson's four strided convolutions with ReLU, averaged, and a linear layer",
        "grouped" => "the same with groups = in_channels and no biases: as many weights as the lesson's discussion counted",
        "lesson-bn" => "convolutions without bias, each followed by batch normalisation and LeakyRelu(0.1)",
        "wide" => "three 3x3 convolutions of 32, 64 and 128 channels with batch normalisation, ReLU and max pooling",
        "deep" => "four stages of 32 to 128 channels with batch normalisation, ReLU and max pooling, at last the largest value of each channel",
        _ => throw Unknown(name),
    };

    /// <summary>Makes a model for such images; its weights start from seed 0, see
    /// <see cref="Sequential{T}.Initialize(Initialization, long)"/>.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="input">[C, H, W] of one image.</param>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <exception cref="ArgumentException">There is no such model.</exception>
    /// <exception cref="ShapeMismatchException">Such images are too small for it.</exception>
    public static Sequential<T> Build<T>(string name, Shape input, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Sequential<T> model = name switch
        {
            "lesson" => Lesson<T>(input[0], classes, grouped: false),
            "grouped" => Lesson<T>(input[0], classes, grouped: true),
            "lesson-bn" => LessonWithBatchNorm<T>(input[0], classes),
            "wide" => Wide<T>(input[0], classes),
            "deep" => Deep<T>(input[0], classes),
            _ => throw Unknown(name),
        };
        model.OutputShape(input);
        return model;
    }

    // fast.ai 2019, lesson 10, get_cnn_model: channels 8, 16, 32, 32, every convolution halves the image.
    private static Sequential<T> Lesson<T>(int inChannels, int classes, bool grouped) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Conv2d<T> Convolution(int from, int to, int kernelSize) =>
            new(from, to, kernelSize, stride: 2, padding: kernelSize / 2, groups: grouped ? from : 1, bias: !grouped);
        return new(
            Convolution(inChannels, 8, 5), new Relu<T>(),
            Convolution(8, 16, 3), new Relu<T>(),
            Convolution(16, 32, 3), new Relu<T>(),
            Convolution(32, 32, 3), new Relu<T>(),
            new AdaptiveAvgPool2d<T>(1), new Flatten<T>(),
            new Linear<T>(32, classes, bias: !grouped));
    }

    private static Sequential<T> LessonWithBatchNorm<T>(int inChannels, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Module<T>[] Stage(int from, int to, int kernelSize) =>
            [new Conv2d<T>(from, to, kernelSize, stride: 2, padding: kernelSize / 2, bias: false), new BatchNorm2d<T>(to), new LeakyRelu<T>(0.1)];
        return new([
            .. Stage(inChannels, 8, 5), .. Stage(8, 16, 3), .. Stage(16, 32, 3), .. Stage(32, 32, 3),
            new AdaptiveAvgPool2d<T>(1), new Flatten<T>(), new Linear<T>(32, classes)]);
    }

    // 36 times the lesson's multiplications: what a processor makes of many channels.
    private static Sequential<T> Wide<T>(int inChannels, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Module<T>[] Stage(int from, int to) => [new Conv2d<T>(from, to, 3, padding: 1, bias: false), new BatchNorm2d<T>(to), new Relu<T>()];
        return new([
            .. Stage(inChannels, 32), new MaxPool2d<T>(2), .. Stage(32, 64), new MaxPool2d<T>(2), .. Stage(64, 128),
            new AdaptiveAvgPool2d<T>(1), new Flatten<T>(), new Linear<T>(128, classes)]);
    }

    // Outputs of the last stage see 40 pixels: a whole digit. The largest value says that something is somewhere, however large the image.
    private static Sequential<T> Deep<T>(int inChannels, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Module<T>[] Stage(int from, int to, int kernelSize) =>
            [new Conv2d<T>(from, to, kernelSize, padding: kernelSize / 2, bias: false), new BatchNorm2d<T>(to), new Relu<T>()];
        return new([
            .. Stage(inChannels, 32, 5), new MaxPool2d<T>(2), .. Stage(32, 64, 3), new MaxPool2d<T>(2), .. Stage(64, 128, 3), new MaxPool2d<T>(2), .. Stage(128, 128, 3),
            new AdaptiveMaxPool2d<T>(1), new Flatten<T>(), new Linear<T>(128, classes)]);
    }

    private static ArgumentException Unknown(string name) => new($"there is no model '{name}'. Models: {string.Join(", ", Names)}.", nameof(name));
}
