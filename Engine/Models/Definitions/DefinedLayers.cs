using System.Numerics;
using Scratch.Layers;

namespace Scratch.Models;

/// <summary>The layers that a <see cref="ModelDefinition"/> may name, with the arguments and defaults of their constructors.</summary>
internal static class DefinedLayers
{
    /// <summary>Their names, and those of the modules that hold others.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "Sequential", "Residual", "Concat", "Conv2d", "ConvTranspose2d", "Linear", "BatchNorm2d", "RunningBatchNorm2d", "GroupNorm", "InstanceNorm2d",
        "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "GlobalAvgPool", "Flatten", "Dropout", "Dropout2d", "ChannelShuffle",
        "PixelShuffle", "Relu", "LeakyRelu", "GeneralRelu", "Relu6", "Prelu", "Elu", "Selu", "Silu", "Gelu", "Mish", "Softplus", "Hardswish",
        "Hardsigmoid", "Hardtanh", "Sigmoid", "Tanh",
    ];

    /// <summary>Makes one; nothing if there is no such layer.</summary>
    public static Layer<T>? Make<T>(string name, ModuleArguments a) where T : unmanaged, IBinaryFloatingPointIeee754<T> => name switch
    {
        "Conv2d" => new Conv2d<T>(a.Inputs, a.Count("outChannels"), a.Size("kernelSize"), a.OptionalSize("stride"), a.Padding("padding"),
            a.OptionalSize("dilation"), a.Count("groups", 1), a.Flag("bias", true)),
        "ConvTranspose2d" => new ConvTranspose2d<T>(a.Inputs, a.Count("outChannels"), a.Size("kernelSize"), a.OptionalSize("stride"),
            a.Padding("padding"), a.OptionalSize("outputPadding") ?? default, a.Count("groups", 1), a.Flag("bias", true)),
        "Linear" => new Linear<T>(a.Inputs, a.Count("outFeatures"), a.Flag("bias", true)),
        "BatchNorm2d" => new BatchNorm2d<T>(a.Inputs, a.Number("eps", 1e-5), a.Number("momentum", 0.1), a.Flag("affine", true)),
        "RunningBatchNorm2d" => new RunningBatchNorm2d<T>(a.Inputs, a.Number("eps", 1e-5), a.Number("momentum", 0.1), a.Flag("affine", true)),
        "GroupNorm" => new GroupNorm<T>(a.Count("numGroups"), a.Inputs, a.Number("eps", 1e-5), a.Flag("affine", true)),
        "InstanceNorm2d" => new InstanceNorm2d<T>(a.Inputs, a.Number("eps", 1e-5), a.Flag("affine", false)),
        "MaxPool2d" => new MaxPool2d<T>(a.Size("kernelSize"), a.OptionalSize("stride"), a.Padding("padding"), a.OptionalSize("dilation"),
            a.Flag("ceilMode", false)),
        "AvgPool2d" => new AvgPool2d<T>(a.Size("kernelSize"), a.OptionalSize("stride"), a.Padding("padding"), a.Flag("ceilMode", false),
            a.Flag("countIncludePad", true)),
        "AdaptiveAvgPool2d" => new AdaptiveAvgPool2d<T>(a.Size("outputSize")),
        "AdaptiveMaxPool2d" => new AdaptiveMaxPool2d<T>(a.Size("outputSize")),
        "GlobalAvgPool" => new GlobalAvgPool<T>(),
        "Flatten" => new Flatten<T>(),
        "Dropout" => new Dropout<T>(a.Number("p", 0.5)),
        "Dropout2d" => new Dropout2d<T>(a.Number("p", 0.5)),
        "ChannelShuffle" => new ChannelShuffle<T>(a.Count("groups")),
        "PixelShuffle" => new PixelShuffle<T>(a.Count("upscaleFactor")),
        _ => Activation<T>(name, a),
    };

    private static Layer<T>? Activation<T>(string name, ModuleArguments a) where T : unmanaged, IBinaryFloatingPointIeee754<T> => name switch
    {
        "Relu" => new Relu<T>(),
        "LeakyRelu" => new LeakyRelu<T>(a.Number("negativeSlope", 0.01)),
        "GeneralRelu" => new GeneralRelu<T>(a.Number("leak", 0), a.Number("sub", 0), a.Number("maxValue", double.PositiveInfinity)),
        "Relu6" => new Relu6<T>(),
        "Prelu" => new Prelu<T>(a.CountUpToInputs("numParameters", 1), a.Number("init", 0.25)),
        "Elu" => new Elu<T>(a.Number("alpha", 1)),
        "Selu" => new Selu<T>(),
        "Silu" => new Silu<T>(),
        "Gelu" => new Gelu<T>(),
        "Mish" => new Mish<T>(),
        "Softplus" => new Softplus<T>(),
        "Hardswish" => new Hardswish<T>(),
        "Hardsigmoid" => new Hardsigmoid<T>(),
        "Hardtanh" => new Hardtanh<T>(),
        "Sigmoid" => new Sigmoid<T>(),
        "Tanh" => new Tanh<T>(),
        _ => null,
    };
}
