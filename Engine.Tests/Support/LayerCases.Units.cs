using System.Numerics;
using Scratch.Layers;

namespace Scratch.Tests.Support;

// Units of one number with or without something to learn, and what looks at neighbouring channels.
public static partial class LayerCases
{
    private static IEnumerable<string> UnitNames =>
    [
        "elu", "elu alpha", "selu", "softplus", "softplus sharp", "hardsigmoid", "mish", "hardtanh", "hardtanh uneven", "clamp", "clamp below",
            "clamp above",
        "prelu", "prelu per channel", "prelu row", "prelu in the middle", "elu after conv", "response norm", "response norm even",
            "response norm wider than the image",
        "response norm row", "multiply", "multiply by itself", "multiply per channel", "multiply per channel first", "add per channel", "subtract",
            "subtract per channel", "layouts meet",
        "layer norm of rows", "layer norm of a row of rows", "group norm of all", "softmax of rows", "norms channels-last",
    ];

    private static LayerCase<T>? UnitOf<T>(string name) where T : unmanaged, IBinaryFloatingPointIeee754<T> => name switch
    {
        "elu" => new(Image, new Elu<T>()),
        "elu alpha" => new(Image, Times<T>(3), new Elu<T>(0.4)),
        "selu" => new(Image, Times<T>(3), new Selu<T>()),
        "softplus" => new(Image, Times<T>(9), new Softplus<T>()),
        "softplus sharp" => new(Image, new Softplus<T>(7, 3)),
        "hardsigmoid" => new(Image, Times<T>(9), new Hardsigmoid<T>()),
        "mish" => new(Image, Times<T>(9), new Mish<T>()),
        "hardtanh" => new(Image, Times<T>(2), new Hardtanh<T>()),
        "hardtanh uneven" => new(Image, new Hardtanh<T>(0.1, 0.7)),
        "clamp" => new(Image, new Clamp<T>(-0.4, 0.6)),
        "clamp below" => new(Image, new Clamp<T>(min: 0.2)),
        "clamp above" => new(Image, new Clamp<T>(max: -0.1)),
        "prelu" => new(Image, new Prelu<T>()),
        "prelu per channel" => new(Image, new Prelu<T>(3, 0.1)),
        "prelu row" => new(new(3, 7), new Prelu<T>(7)),
        "prelu in the middle" => new(Image, new Conv2d<T>(3, 5, Kernel), new Prelu<T>(5), new Conv2d<T>(5, 2, 1), new Prelu<T>()),
        "elu after conv" => new(Image, new Conv2d<T>(3, 4, Kernel), new Elu<T>(), new Flatten<T>(), new Linear<T>(112, 2), new Selu<T>()),
        "response norm" => new(new(2, 7, 3, 2), new LocalResponseNorm<T>(3, 0.9, 0.6, 0.5)),
        "response norm even" => new(new(2, 7, 3, 2), new LocalResponseNorm<T>(4, 0.9)),
        "response norm wider than the image" => new(Image, new LocalResponseNorm<T>(9, 2, 0.75, 2)),
        "response norm row" => new(new(3, 19), new LocalResponseNorm<T>(5, 0.7, 1.2)),
        "multiply" => new(Image, new Joined<T>((x, y) => x * y, new Conv2d<T>(3, 3, 3, padding: 1))),
        "multiply by itself" => new(Image, new Joined<T>((x, _) => x * x, new Conv2d<T>(3, 3, 1))),
        "multiply per channel" => new(Image, new Joined<T>((x, y) => x * y, new AdaptiveAvgPool2d<T>(1), new Conv2d<T>(3, 3, 1))),
        "multiply per channel first" => new(Image, new Joined<T>((x, y) => y * x, new GlobalAvgPool<T>(), new Linear<T>(3, 3))),
        "add per channel" => new(Image, new Joined<T>((x, y) => x + y, new GlobalAvgPool<T>(), new Linear<T>(3, 3))),
        "subtract" => new(Image, new Joined<T>((x, y) => x - y, new Conv2d<T>(3, 3, 3, padding: 1))),
        "subtract per channel" => new(Image, new Joined<T>((x, y) => y - x, new AdaptiveAvgPool2d<T>(1), new Conv2d<T>(3, 3, 1))),
        "layouts meet" => new(Image, new Conv2d<T>(3, 5, Kernel) { Algorithm = ConvolutionAlgorithm.Lanes }, new Relu<T>(),
            new Joined<T>((x, y) => x + y, new Conv2d<T>(5, 5, 3, padding: 1) { Algorithm = ConvolutionAlgorithm.Channels }),
                new Conv2d<T>(5, 2, 1) { Algorithm = ConvolutionAlgorithm.Lanes }),
        "layer norm of rows" => new(new(2, 4, 7), new LayerNorm<T>(new(7), 0.2)),
        "layer norm of a row of rows" => new(new(2, 4, 7), new LayerNorm<T>(new(4, 7), 0.2)),
        "group norm of all" => new(new(2, 6, 3, 5), new GroupNorm<T>(1, 6, 0.2)),
        "softmax of rows" => new(new(2, 4, 7), new LogSoftmax<T>(1)),
        "norms channels-last" => new(new(1, 3, 4, 5), new Conv2d<T>(3, 6, 1), new GroupNorm<T>(3, 6), new Elu<T>(), new Conv2d<T>(6, 4, 1),
            new LayerNorm<T>(new(4, 4, 5)), new Conv2d<T>(4, 4, 1),
            new InstanceNorm2d<T>(4, 0.1, affine: true), new Softmax<T>(), new Dropout2d<T>(0.3)),
        _ => null,
    };
}
