using System.Numerics;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>The networks that go by a name.</summary>
public static partial class ModelCatalog
{
    /// <summary>Those of millions of parameters: even to make one takes longer than a step of the others.</summary>
    public static IReadOnlyList<string> Large { get; } = ["resnet18", "resnet34", "resnet50", "mobilenet-v2", "squeezenet1_1", "vgg11"];

    /// <summary>All names, in the order in which help lists them.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "lesson", "grouped", "lesson-bn", "lesson-running-bn", "lesson-general", "wide", "deep", "lenet5", "lenet-bn", "mobilenet-mini", "resnet9",
            "resnet9-wide", "densenet-mini", "unet-mini",
        .. Large,
    ];

    /// <summary>One line about a model.</summary>
    /// <exception cref="ArgumentException">There is no such model.</exception>
    public static string Describe(string name) => name switch
    {
        "lesson" => "the lesson's four strided convolutions with ReLU, averaged, and a linear layer",
        "grouped" => "the same with groups = in_channels and no biases: as many weights as the lesson's discussion counted",
        "lesson-bn" => "convolutions without bias, each followed by batch normalisation and LeakyRelu(0.1)",
        "lesson-running-bn" => "lesson-bn with running batch normalisation, for small batches",
        "lesson-general" => "the lesson's convolutions, each followed by GeneralRelu(0.1, 0.4, 6)",
        "wide" => "three 3x3 convolutions of 32, 64 and 128 channels with batch normalisation, ReLU and max pooling",
        "deep" => "four stages of 32 to 128 channels with batch normalisation, ReLU and max pooling, at last the largest value of each channel",
        "lenet5" => "LeNet-5 as it is built today: two 5x5 convolutions with ReLU and max pooling, three linear layers",
        "lenet-bn" => "two 5x5 convolutions, halved by max pooling before batch normalisation and ReLU, and one over all that is left",
        "mobilenet-mini" => "a strided convolution and four depthwise separable blocks with batch normalisation and ReLU",
        "resnet9" => "ResNet-9 with an eighth of its channels: eight 3x3 convolutions with batch normalisation and ReLU, "
            + "two pairs of them with a shortcut",
        "resnet9-wide" => "resnet9 with twice the channels, 16 to 128",
        "densenet-mini" => "a DenseNet of three blocks of three layers, each of which adds 8 channels to all before it; torchvision's names",
        "unet-mini" => "a U-Net of 8 to 32 channels: every pixel gets scores, the image's are their mean",
        "resnet18" => "ResNet-18 with torchvision's names: pairs of 3x3 convolutions with a shortcut, 64 to 512 channels",
        "resnet34" => "ResNet-34 with torchvision's names: the same with 16 pairs instead of 8",
        "resnet50" => "ResNet-50 with torchvision's names: bottlenecks of 1x1, 3x3 and 1x1 convolutions with a shortcut, up to 2048 channels",
        "mobilenet-v2" => "MobileNetV2 with torchvision's names: 17 inverted residuals of 1x1, depthwise 3x3 and 1x1 convolutions",
        "squeezenet1_1" => "SqueezeNet 1.1 with torchvision's names: eight pairs of 1x1 and 3x3 convolutions side by side, each behind a narrow 1x1",
        "vgg11" => "VGG-11 with torchvision's names: eight 3x3 convolutions and three linear layers, 133 million parameters; "
            + "takes 32x32 pixels at least",
        _ when ModelDefinition.IsText(name) => "a model of its own, defined in JSON",
        _ => throw Unknown(name),
    };

    /// <summary>Makes a model for such images; its weights start from seed 0, see
    /// <see cref="Model{T}.Initialize(Initialization, long)"/>.</summary>
    /// <param name="name">One of <see cref="Names"/>, or <see cref="ModelDefinition.Text"/>.</param>
    /// <param name="input">[C, H, W] of one image.</param>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="dropout">The share of the inputs of its last layer that training leaves out.</param>
    /// <param name="mostParameters">How many numbers it may learn: of a model that a stranger's file names, as many as the file can hold. No
    /// memory is taken for one of more.</param>
    /// <exception cref="ArgumentException">There is no such model, or it has more parameters, or there is to be dropout and it ends in no linear
    /// layer.</exception>
    /// <exception cref="ShapeMismatchException">Such images are too small for it.</exception>
    public static Model<T> Build<T>(string name, Shape input, int classes, double dropout = 0, long mostParameters = long.MaxValue)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => ParameterLimit.Within(mostParameters, () => Made<T>(name, input, classes, dropout));

    private static Model<T> Made<T>(string name, Shape input, int classes, double dropout) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Model<T> model = name switch
        {
            "lesson" => Lesson<T>(input[0], classes, grouped: false),
            "grouped" => Lesson<T>(input[0], classes, grouped: true),
            "lesson-bn" => LessonWithBatchNorm<T>(input[0], classes, channels => new BatchNorm2d<T>(channels)),
            "lesson-running-bn" => LessonWithBatchNorm<T>(input[0], classes, channels => new RunningBatchNorm2d<T>(channels)),
            "lesson-general" => LessonGeneral<T>(input[0], classes),
            "wide" => Wide<T>(input[0], classes),
            "deep" => Deep<T>(input[0], classes),
            "lenet5" => LeNet5<T>(input, classes),
            "lenet-bn" => LeNetWithBatchNorm<T>(input, classes),
            "mobilenet-mini" => MobileNetMini<T>(input[0], classes),
            "resnet9" => ResNet9<T>(input[0], classes, width: 8),
            "resnet9-wide" => ResNet9<T>(input[0], classes, width: 16),
            "densenet-mini" => DenseNetMini<T>(input[0], classes),
            "unet-mini" => UNetMini<T>(input, classes),
            "resnet18" => ResNet<T>(input, classes, bottleneck: false, 2, 2, 2, 2),
            "resnet34" => ResNet<T>(input, classes, bottleneck: false, 3, 4, 6, 3),
            "resnet50" => ResNet<T>(input, classes, bottleneck: true, 3, 4, 6, 3),
            "mobilenet-v2" => MobileNetV2<T>(input[0], classes),
            "squeezenet1_1" => SqueezeNet<T>(input[0], classes),
            "vgg11" => Vgg11<T>(input, classes),
            _ when ModelDefinition.IsText(name) => ModelDefinition.Parse(name).Build<T>(input, classes),
            _ => throw Unknown(name),
        };
        model.OutputShape(input);
        return dropout == 0 ? model : WithDropout(name, model, dropout);
    }

    private static Sequential<T> WithDropout<T>(string name, Model<T> model, double dropout) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        IReadOnlyList<Module<T>> children = model.Children;
        if (model is not Sequential<T> || children[^1] is not Linear<T>)
            throw new ArgumentException($"dropout needs a model that ends in a linear layer, and '{name}' does not.", nameof(dropout));
        return new([.. children.SkipLast(1), new Dropout<T>(dropout), children[^1]]);
    }

    private static ArgumentException Unknown(string name) => new($"there is no model '{name}'. Models: {string.Join(", ", Names)}.", nameof(name));
}
