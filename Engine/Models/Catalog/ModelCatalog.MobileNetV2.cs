using System.Numerics;
using Scratch.Layers;

namespace Scratch.Models;

// Sandler, Howard, Zhu, Zhmoginov and Chen, "MobileNetV2: inverted residuals and linear bottlenecks", 2018, table 2, with torchvision's names and
// layouts.
public static partial class ModelCatalog
{
    private static readonly (int Expand, int Channels, int Count, int Stride)[] _invertedResiduals =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    private static Model<T> MobileNetV2<T>(int inChannels, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int First = 32, Last = 1280;
        var features = new List<Module<T>> { NormedConvolution<T>(inChannels, First, 3, stride: 2) };
        int channels = First;
        foreach (var (expand, to, count, stride) in _invertedResiduals)
            for (int i = 0; i < count; i++)
            {
                features.Add(new InvertedResidual<T>(channels, to, i == 0 ? stride : 1, expand));
                channels = to;
            }
        features.Add(NormedConvolution<T>(channels, Last, 1));
        return new(new Classifier<T>("MobileNetV2", new Chain<T>([.. features]), new AdaptiveAvgPool2d<T>(1), new Chain<T>(new Dropout<T>(0.2),
            new Linear<T>(Last, classes))));
    }

    private static Chain<T> NormedConvolution<T>(int from, int to, int kernelSize, int stride = 1, int groups = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(FanOut(new Conv2d<T>(from, to, kernelSize, stride, padding: kernelSize / 2, groups: groups, bias: false)), new BatchNorm2d<T>(to),
            new Relu6<T>());

    // A 1x1 convolution to many channels, a window for each of them by itself, and a 1x1 back to few, after which there is no activation.
    private sealed class InvertedResidual<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Module<T> _conv;
        private readonly Add<T>? _add;

        public InvertedResidual(int from, int to, int stride, int expand)
        {
            int wide = from * expand;
            var way = new List<Module<T>>();
            if (expand > 1) way.Add(NormedConvolution<T>(from, wide, 1));
            way.AddRange([NormedConvolution<T>(wide, wide, 3, stride, groups: wide), FanOut(new Conv2d<T>(wide, to, 1, bias: false)),
                new BatchNorm2d<T>(to)]);
            _conv = Add("conv", new Chain<T>([.. way]));
            if (stride == 1 && from == to) _add = Add("add", new Add<T>());
        }

        public override string TypeName => "InvertedResidual";

        protected override Value<T> Wire(Value<T> input) => _add is null ? _conv.Connect(input) : _add.Connect(_conv.Connect(input), input);
    }
}
