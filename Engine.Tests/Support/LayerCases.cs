using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>Every layer with every option off its default, by name, for any precision; sizes are such that no two can be mixed up
/// unnoticed.</summary>
public static partial class LayerCases
{
    private static readonly Shape Image = new(2, 3, 9, 5);
    private static readonly Size2 Kernel = (3, 2);

    /// <summary>The names that <see cref="Of"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "conv standard", "conv per axis", "conv plain", "conv 1x1", "conv groups", "conv depthwise", "conv depthwise multiplied", "conv reflect",
            "conv replicate",
        "conv circular", "conv reflect groups", "conv no bias", "conv naive", "conv im2col", "conv naive groups circular",
            "conv im2col groups reflect",
        "conv channels", "conv channels groups reflect", "conv winograd", "conv winograd uneven", "conv winograd no bias",
        "conv wide", "conv window larger than image", "linear", "linear no bias", "linear leading axes", "relu", "leaky relu", "leaky relu 0.3",
            "leaky relu 0",
        "batch norm", "batch norm plain", "batch norm eps", "max pool", "max pool overlapping", "max pool dilated", "max pool ceil", "avg pool",
        "avg pool overlapping", "avg pool without padding", "avg pool ceil", "avg pool ceil without padding", "adaptive 1", "adaptive 2x3",
            "adaptive uneven",
        "flatten", "reshape", "lambda", "lambda shape", "nested", "two batch norms", "batch norm first", "batch norm last",
            "batch norm in the middle",
        "relu after tanh", "leaky after flattened tanh", "relu after relu", "relu after lambda after relu", "flatten first", "max pool after relu",
        "relu after max pool", "empty",
        "sigmoid", "tanh", "silu", "gelu", "gelu tanh", "relu6", "hardswish", "general relu", "general relu plain", "softmax", "softmax last",
            "softmax row", "log softmax",
        "log softmax middle", "log softmax row", "adaptive max", "adaptive max uneven", "global average", "transposed", "transposed per axis",
            "transposed plain",
        "transposed groups", "transposed depthwise", "transposed to one channel", "layer norm", "layer norm last", "layer norm plain",
            "layer norm row", "group norm",
        "group norm plain", "group norm row", "instance norm", "instance norm affine", "dropout", "dropout rarely", "dropout after relu",
            "dropout 2d", "dropout all",
        "dropout nothing", "sigmoid after gelu", "relu6 after tanh",
        "residual", "residual shortcut", "residual of nothing", "residual first and last", "residual relu", "residual norms", "residual in residual",
            "residual flatten",
        "concat", "concat three", "concat of itself", "concat norms", "dense",
        "running batch norm", "running batch norm plain", "running batch norm eps", "running batch norm in the middle",
        .. SizeCases.Names, .. UnitNames,
    ];

    /// <summary>The engine's layers, but for the one that plans put in: no model has it.</summary>
    public static IEnumerable<Type> Types { get; } = [.. typeof(Layer<>).Assembly.GetTypes().Where(type => !type.IsAbstract && DerivesFromLayer(type)
        && type != typeof(ConvertLayout<>))];

    /// <summary>A fresh case; its parameters have no values yet.</summary>
    public static LayerCase<T> Of<T>(string name) where T : unmanaged, IBinaryFloatingPointIeee754<T> => name switch
    {
        "conv standard" => new(Image, new Conv2d<T>(3, 4, Kernel, 2, 1, 2)),
        "conv per axis" => new(Image, new Conv2d<T>(3, 5, Kernel, (3, 2), (0, 2), (2, 3))),
        "conv plain" => new(Image, new Conv2d<T>(3, 2, Kernel)),
        "conv 1x1" => new(Image, new Conv2d<T>(3, 9, 1)),
        "conv groups" => new(new(2, 6, 7, 5), new Conv2d<T>(6, 9, Kernel, (2, 1), (1, 0), groups: 3)),
        "conv depthwise" => new(Image, new Conv2d<T>(3, 3, Kernel, 1, 1, groups: 3)),
        "conv depthwise multiplied" => new(Image, new Conv2d<T>(3, 6, Kernel, (1, 2), (1, 0), groups: 3, bias: false)),
        "conv reflect" => new(Image, new Conv2d<T>(3, 4, Kernel, 2, (3, 2), (2, 1), paddingMode: PaddingMode.Reflect)),
        "conv replicate" => new(Image, new Conv2d<T>(3, 4, Kernel, (2, 3), (4, 6), paddingMode: PaddingMode.Replicate)),
        "conv circular" => new(Image, new Conv2d<T>(3, 4, Kernel, (3, 1), (5, 2), (1, 2), paddingMode: PaddingMode.Circular)),
        "conv reflect groups" => new(new(2, 4, 7, 5), new Conv2d<T>(4, 6, Kernel, 1, (2, 1), groups: 2, paddingMode: PaddingMode.Reflect)),
        "conv no bias" => new(Image, new Conv2d<T>(3, 4, Kernel, 2, 1, 2, bias: false)),
        "conv naive" => new(Image, new Conv2d<T>(3, 4, Kernel, 2, 1, 2) { Algorithm = ConvolutionAlgorithm.Naive }),
        "conv im2col" => new(Image, new Conv2d<T>(3, 4, Kernel, 2, 1, 2) { Algorithm = ConvolutionAlgorithm.Im2Col }),
        "conv naive groups circular" => new(new(2, 6, 7, 5), new Conv2d<T>(6, 9, Kernel, (2, 1), (3, 2), (1, 2), 3, false,
            PaddingMode.Circular) { Algorithm = ConvolutionAlgorithm.Naive }),
        "conv im2col groups reflect" => new(new(2, 6, 7, 5), new Conv2d<T>(6, 9, Kernel, (2, 1), (3, 2), (1, 2), 3, true,
            PaddingMode.Reflect) { Algorithm = ConvolutionAlgorithm.Im2Col }),
        "conv channels" => new(Image, new Conv2d<T>(3, 4, Kernel, 2, 1, 2) { Algorithm = ConvolutionAlgorithm.Channels }),
        "conv channels groups reflect" => new(new(2, 6, 7, 5), new Conv2d<T>(6, 9, Kernel, (2, 1), (3, 2), (1, 2), 3, true,
            PaddingMode.Reflect) { Algorithm = ConvolutionAlgorithm.Channels }),
        "conv winograd" => new(Image, new Conv2d<T>(3, 4, 3, padding: 1) { Algorithm = ConvolutionAlgorithm.Winograd }),
        "conv winograd uneven" => new(new(2, 9, 7, 5), new Conv2d<T>(9, 17, 3, padding: (1, 2, 0, 3)) { Algorithm = ConvolutionAlgorithm.Winograd },
            new LeakyRelu<T>(0.2)),
        "conv winograd no bias" => new(Image, new Conv2d<T>(3, 5, 3, bias: false) { Algorithm = ConvolutionAlgorithm.Winograd }),
        "conv wide" => new(new(2, 5, 2, 11), new Conv2d<T>(5, 13, (2, 3), 1, (0, 1))),            // tiles of 8, 4 and 1 rows; runs of 8 windows
        "conv window larger than image" => new(new(2, 3, 2, 1), new Conv2d<T>(3, 4, (4, 3), 1, (2, 1))),
        "linear" => new(new(3, 7), new Linear<T>(7, 5)),
        "linear no bias" => new(new(3, 7), new Linear<T>(7, 13, bias: false)),
        "linear leading axes" => new(new(2, 3, 2, 5), new Linear<T>(5, 4)),
        "relu" => new(Image, new Relu<T>()),
        "residual" => new(Image, new Residual<T>(new Sequential<T>(new Conv2d<T>(3, 4, 3, padding: 1), new Tanh<T>(), new Conv2d<T>(4, 3, 3,
            padding: 1)))),
        "residual shortcut" => new(Image, new Residual<T>(new Sequential<T>(new Conv2d<T>(3, 4, Kernel, 2), new Relu<T>()),
            new Conv2d<T>(3, 4, Kernel, 2, bias: false))),
        "residual of nothing" => new(Image, new Conv2d<T>(3, 2, 1), new Residual<T>(new Sequential<T>())),
        "residual first and last" => new(Image, new Residual<T>(new Conv2d<T>(3, 3, 3, padding: 1)), new Tanh<T>(),
            new Residual<T>(new Conv2d<T>(3, 3, 1))),
        "residual relu" => new(Image, new Conv2d<T>(3, 4, 1), new Relu<T>(), new Residual<T>(new Sequential<T>(new Conv2d<T>(4, 4, 3, padding: 1),
            new Relu<T>())), new Relu<T>(),
            new Flatten<T>(), new Linear<T>(180, 2)),
        "residual norms" => new(Image, Basic<T>(3, 4, 2), new Relu<T>(), Basic<T>(4, 4, 1), new Relu<T>(), new BatchNorm2d<T>(4)),
        "residual in residual" => new(Image, new Residual<T>(new Sequential<T>(new Conv2d<T>(3, 3, 1), new Residual<T>(new BatchNorm2d<T>(3)),
            new Silu<T>()))),
        "residual flatten" => new(new(3, 2, 3, 1), new Conv2d<T>(2, 2, 1), new Residual<T>(new Sequential<T>(new Flatten<T>(), new Linear<T>(6, 4)),
            new Sequential<T>(new Flatten<T>(), new Relu<T>(), new Linear<T>(6, 4)))),
        "concat" => new(Image, new Concat<T>(new Conv2d<T>(3, 2, 3, padding: 1), new Sequential<T>(new Tanh<T>(), new Conv2d<T>(3, 4, 1))),
            new Relu<T>()),
        "concat three" => new(Image, new Conv2d<T>(3, 3, 1), new Concat<T>(new MaxPool2d<T>(3, 1, 1), new Sequential<T>(),
            new Sequential<T>(new Relu<T>(), new Conv2d<T>(3, 2, 1))),
            new Conv2d<T>(8, 2, 1)),
        "concat of itself" => new(Image, new Conv2d<T>(3, 2, 1), new Concat<T>(new Sequential<T>(), new Sequential<T>()), new Tanh<T>()),
        "concat norms" => new(Image, new Concat<T>(new Sequential<T>(new BatchNorm2d<T>(3), new Relu<T>()),
            new Sequential<T>(new Conv2d<T>(3, 2, 1, bias: false), new BatchNorm2d<T>(2), new LeakyRelu<T>(0.2))),
            new Conv2d<T>(5, 2, 1)),
        "dense" => new(Image, Dense<T>(3), Dense<T>(5), new Flatten<T>(), new Linear<T>(7 * 45, 3)),
        "leaky relu" => new(Image, new LeakyRelu<T>()),
        "leaky relu 0.3" => new(Image, new LeakyRelu<T>(0.3)),
        "leaky relu 0" => new(Image, new LeakyRelu<T>(0)),
        "batch norm" => new(new(3, 2, 3, 5), new BatchNorm2d<T>(2)),
        "batch norm plain" => new(new(3, 2, 3, 5), new BatchNorm2d<T>(2, affine: false)),
        "batch norm eps" => new(new(3, 2, 3, 5), new BatchNorm2d<T>(2, 0.3, 0.7)),
        "max pool" => new(Image, new MaxPool2d<T>(Kernel)),
        "max pool overlapping" => new(Image, new MaxPool2d<T>((4, 3), (2, 1), (2, 1))),
        "max pool dilated" => new(Image, new MaxPool2d<T>(Kernel, (2, 1), (1, 0), (3, 2))),
        "max pool ceil" => new(Image, new MaxPool2d<T>((4, 2), (3, 2), (1, 0), ceilMode: true)),
        "avg pool" => new(Image, new AvgPool2d<T>(Kernel)),
        "avg pool overlapping" => new(Image, new AvgPool2d<T>((4, 3), (2, 1), (2, 1))),
        "avg pool without padding" => new(Image, new AvgPool2d<T>((4, 3), (3, 2), (2, 1), countIncludePad: false)),
        "avg pool ceil" => new(Image, new AvgPool2d<T>((4, 2), (3, 2), (1, 0), ceilMode: true)),
        "avg pool ceil without padding" => new(Image, new AvgPool2d<T>((4, 3), (3, 4), (2, 1), true, false)),
        "adaptive 1" => new(Image, new AdaptiveAvgPool2d<T>(1)),
        "adaptive 2x3" => new(Image, new AdaptiveAvgPool2d<T>((2, 3))),
        "adaptive uneven" => new(Image, new AdaptiveAvgPool2d<T>((4, 7))),                        // overlapping bins, and more bins than pixels
        "flatten" => new(Image, new Flatten<T>(), new Linear<T>(135, 2)),
        "reshape" => new(new(2, 30), new Reshape<T>(2, 5, 3), new Conv2d<T>(2, 3, Kernel), new Reshape<T>(9, 2), new Linear<T>(2, 3)),
        "lambda" => new(Image, Square<T>()),
        "lambda shape" => new(Image, new Conv2d<T>(3, 2, Kernel), FirstRow<T>(), new Relu<T>()),
        "nested" => new(Image, new Sequential<T>(new Conv2d<T>(3, 4, Kernel, 2), new Sequential<T>(new BatchNorm2d<T>(4), new LeakyRelu<T>(0.2))),
            new AvgPool2d<T>(2), new Flatten<T>()),
        "two batch norms" => new(new(3, 2, 3, 5), new Conv2d<T>(2, 3, Kernel), new BatchNorm2d<T>(3), new BatchNorm2d<T>(3), new Relu<T>()),
        "batch norm first" => new(new(3, 2, 3, 5), new BatchNorm2d<T>(2), new Relu<T>(), new Conv2d<T>(2, 3, Kernel)),
        "batch norm last" => new(new(3, 2, 3, 5), new Conv2d<T>(2, 3, Kernel), new Relu<T>(), new BatchNorm2d<T>(3)),
        "batch norm in the middle" => new(new(3, 2, 3, 5), new Conv2d<T>(2, 3, Kernel, bias: false), new BatchNorm2d<T>(3, affine: false),
            new LeakyRelu<T>(0.1), new AdaptiveAvgPool2d<T>((2, 1)),
            new BatchNorm2d<T>(3), new Flatten<T>(), new Linear<T>(6, 4)),
        "relu after tanh" => new(Image, new Conv2d<T>(3, 4, Kernel), new OutputReader<T>(), new Relu<T>()),
        "leaky after flattened tanh" => new(Image, new OutputReader<T>(), new Flatten<T>(), new LeakyRelu<T>(0.2), new Linear<T>(135, 2)),
        "relu after relu" => new(Image, new LeakyRelu<T>(0.4), new Relu<T>(), new LeakyRelu<T>(0.3)),
        "relu after lambda after relu" => new(Image, new LeakyRelu<T>(0.4), Square<T>(), new LeakyRelu<T>(0.2), new Flatten<T>(), new Relu<T>()),
        "flatten first" => new(Image, new Flatten<T>(), new Relu<T>(), new Linear<T>(135, 3), new Relu<T>()),
        "max pool after relu" => new(Image, new Conv2d<T>(3, 4, Kernel), new LeakyRelu<T>(0.3), new MaxPool2d<T>(2)),
        "relu after max pool" => new(Image, new MaxPool2d<T>(2), new LeakyRelu<T>(0.3), new Flatten<T>(), new LeakyRelu<T>(0.5)),
        "empty" => new(Image),
        "sigmoid" => new(Image, new Sigmoid<T>()),
        "tanh" => new(Image, new Tanh<T>()),
        "silu" => new(Image, new Silu<T>()),
        "gelu" => new(Image, new Gelu<T>()),
        "gelu tanh" => new(Image, new Gelu<T>(GeluApproximation.Tanh)),
        "relu6" => new(Image, Times<T>(9), new Relu6<T>()),                                       // ninefold, to reach both kinks
        "hardswish" => new(Image, Times<T>(9), new Hardswish<T>()),
        "general relu" => new(Image, new GeneralRelu<T>(0.1, 0.4, 0.3)),
        "general relu plain" => new(Image, new GeneralRelu<T>()),
        "softmax" => new(Image, Times<T>(9), new Softmax<T>()),
        "softmax last" => new(Image, new Softmax<T>(-1)),
        "softmax row" => new(new(3, 7), new Softmax<T>()),
        "log softmax" => new(Image, Times<T>(9), new LogSoftmax<T>()),
        "log softmax middle" => new(Image, new LogSoftmax<T>(2)),
        "log softmax row" => new(new(3, 7), new LogSoftmax<T>(-1)),
        "adaptive max" => new(Image, new AdaptiveMaxPool2d<T>((2, 3))),
        "adaptive max uneven" => new(Image, new AdaptiveMaxPool2d<T>((4, 7))),
        "global average" => new(Image, new GlobalAvgPool<T>(), new Linear<T>(3, 2)),
        "transposed" => new(Image, new ConvTranspose2d<T>(3, 4, Kernel, 2, 1, 1, dilation: 2)),
        "transposed per axis" => new(Image, new ConvTranspose2d<T>(3, 5, Kernel, (3, 2), (0, 1), (2, 0), dilation: (2, 3))),
        "transposed plain" => new(Image, new ConvTranspose2d<T>(3, 2, Kernel, bias: false)),
        "transposed groups" => new(new(2, 6, 7, 5), new ConvTranspose2d<T>(6, 9, Kernel, (2, 1), (1, 0), (1, 0), groups: 3)),
        "transposed depthwise" => new(Image, new ConvTranspose2d<T>(3, 3, Kernel, 2, groups: 3)),
        "transposed to one channel" => new(Image, new ConvTranspose2d<T>(3, 1, Kernel, (1, 2), (2, 0))),
        "layer norm" => new(Image, new LayerNorm<T>(new(3, 9, 5))),
        "layer norm last" => new(Image, new LayerNorm<T>(new(9, 5), 0.3)),
        "layer norm plain" => new(Image, new LayerNorm<T>(new(5), elementwiseAffine: false)),
        "layer norm row" => new(new(3, 7), new LayerNorm<T>(new(7))),
        "group norm" => new(new(2, 6, 3, 5), new GroupNorm<T>(3, 6, 0.2)),
        "group norm plain" => new(new(2, 6, 3, 5), new GroupNorm<T>(2, 6, affine: false)),
        "group norm row" => new(new(3, 6), new GroupNorm<T>(2, 6)),
        "instance norm" => new(Image, new InstanceNorm2d<T>(3)),
        "instance norm affine" => new(Image, new InstanceNorm2d<T>(3, 0.1, affine: true)),
        "dropout" => new(Image, new Dropout<T>()),
        "dropout rarely" => new(Image, new Conv2d<T>(3, 2, Kernel), new Dropout<T>(0.1)),
        "dropout after relu" => new(Image, new LeakyRelu<T>(0.3), new Dropout<T>(0.4), new Flatten<T>(), new Dropout<T>(0.4), new Linear<T>(135, 2)),
        "dropout 2d" => new(new(3, 8, 3, 5), new Dropout2d<T>(0.4)),
        "dropout all" => new(Image, new Dropout<T>(1)),
        "dropout nothing" => new(Image, new Dropout<T>(0)),
        "sigmoid after gelu" => new(Image, new Gelu<T>(), new Sigmoid<T>(), new Silu<T>()),
        "relu6 after tanh" => new(Image, new Tanh<T>(), new Relu6<T>(), new Dropout<T>(0.3)),
        "running batch norm" => new(new(3, 2, 3, 5), new RunningBatchNorm2d<T>(2)),
        "running batch norm plain" => new(new(3, 2, 3, 5), new RunningBatchNorm2d<T>(2, affine: false)),
        "running batch norm eps" => new(new(5, 2, 3, 1), new RunningBatchNorm2d<T>(2, 0.3, 0.05)),
        "running batch norm in the middle" => new(new(3, 2, 3, 5), new Conv2d<T>(2, 3, Kernel), new RunningBatchNorm2d<T>(3, momentum: 0.3),
            new LeakyRelu<T>(0.1), new RunningBatchNorm2d<T>(3),
            new Flatten<T>(), new Linear<T>(12, 4)),
        _ => UnitOf<T>(name) ?? SizeCases.Of<T>(name),
    };

    /// <summary>Random images for a case.</summary>
    public static Tensor<T> Input<T>(LayerCase<T> layers, long seed = 5) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        RandomTensors.Tensor<T>(layers.Batch, seed);

    /// <summary>x² by way of whole tensors.</summary>
    public static Lambda<T> Square<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new("Square", x => Combine(x, x, static (a, b) => a * b), (x, dy) => Combine(x, dy, static (a, b) => (a + a) * b), input => input);

    private static bool DerivesFromLayer(Type type)
    {
        for (Type? at = type.BaseType; at is not null; at = at.BaseType)
            if (at.IsGenericType && at.GetGenericTypeDefinition() == typeof(Layer<>)) return true;
        return false;
    }

    private static Lambda<T> Times<T>(int factor) where T : unmanaged, IBinaryFloatingPointIeee754<T> => new("Times",
        x => Combine(x, x, (a, _) => a * T.CreateChecked(factor)), (_, dy) => Combine(dy, dy, (a, _) => a * T.CreateChecked(factor)), input => input);

    /// <summary>[C, H, W] becomes [C, W]; the output shape is found out by trying.</summary>
    private static Lambda<T> FirstRow<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> => new("FirstRow",
        x =>
        {
            var y = new Tensor<T>(new Shape(x.Shape[0], x.Shape[1], x.Shape[3]));
            for (int i = 0; i < x.Shape[0] * x.Shape[1]; i++) Row(x, i).CopyTo(y.Span.Slice(i * x.Shape[3], x.Shape[3]));
            return y;
        },
        (x, dy) =>
        {
            var dx = new Tensor<T>(x.Shape);
            for (int i = 0; i < x.Shape[0] * x.Shape[1]; i++) dy.Span.Slice(i * x.Shape[3], x.Shape[3]).CopyTo(Row(dx, i));
            return dx;
        });

    private static Span<T> Row<T>(Tensor<T> images, int plane) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        images.Span.Slice(plane * images.Shape[2] * images.Shape[3], images.Shape[3]);

    private static Tensor<T> Combine<T>(Tensor<T> a, Tensor<T> b, Func<T, T, T> function) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = new Tensor<T>(a.Shape);
        for (int i = 0; i < a.Length; i++) result.Span[i] = function(a.Span[i], b.Span[i]);
        return result;
    }

    // As in ResNet: two convolutions with batch normalisation, and one on the shortcut where the shape changes.
    private static Residual<T> Basic<T>(int from, int to, int stride) where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(
        new Sequential<T>(new Conv2d<T>(from, to, 3, stride, 1, bias: false), new BatchNorm2d<T>(to), new Relu<T>(), new Conv2d<T>(to, to, 3,
            padding: 1, bias: false), new BatchNorm2d<T>(to)),
        from == to ? null : new Sequential<T>(new Conv2d<T>(from, to, 1, stride, bias: false), new BatchNorm2d<T>(to)));

    private static Concat<T> Dense<T>(int channels) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(new Sequential<T>(), new Sequential<T>(new BatchNorm2d<T>(channels), new Relu<T>(), new Conv2d<T>(channels, 2, 3, padding: 1)));
}
