using System.Numerics;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Models;

// He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2015, with torchvision's names and layouts (its "v1.5": a bottleneck
// strides in its 3x3 convolution). Images below 64 pixels, such as CIFAR's, get a first layer of 3x3 that keeps their size, and no pooling.
public static partial class ModelCatalog
{
    private const int LeastForLargeStem = 64;

    private static Model<T> ResNet<T>(Shape input, int classes, bool bottleneck, params int[] blocks)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(new ResNetModule<T>(input[0], classes, IsSmall(input), bottleneck, blocks));

    private static bool IsSmall(Shape image) => image.Rank == 3 && Math.Min(image[1], image[2]) < LeastForLargeStem;

    private sealed class ResNetModule<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public ResNetModule(int inChannels, int classes, bool small, bool bottleneck, int[] blocks)
        {
            Add("conv1", FanOut(small ? new Conv2d<T>(inChannels, 64, 3, padding: 1, bias: false) : new Conv2d<T>(inChannels, 64, 7, stride: 2,
                padding: 3, bias: false)));
            Add("bn1", new BatchNorm2d<T>(64));
            Add("relu", new Relu<T>());
            if (!small) Add("maxpool", new MaxPool2d<T>(3, stride: 2, padding: 1));
            int channels = 64;
            for (int i = 0; i < blocks.Length; i++)
            {
                var stage = new Module<T>[blocks[i]];
                for (int k = 0; k < stage.Length; k++)
                {
                    var block = new ResNetBlock<T>(channels, 64 << i, stride: i > 0 && k == 0 ? 2 : 1, bottleneck);
                    (stage[k], channels) = (block, block.OutChannels);
                }
                Add($"layer{i + 1}", new Chain<T>(stage));
            }
            Add("avgpool", new AdaptiveAvgPool2d<T>(1));
            Add("flatten", new Flatten<T>());
            Add("fc", new Linear<T>(channels, classes));
        }

        public override string TypeName => "ResNet";
    }

    // Two 3x3 convolutions; or a 1x1 to few channels, a 3x3 among those, and a 1x1 to four times as many.
    private sealed class ResNetBlock<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly List<Module<T>> _way = [];
        private readonly Module<T>? _downsample;
        private readonly Add<T> _add;
        private readonly Relu<T> _relu;

        public ResNetBlock(int from, int channels, int stride, bool bottleneck)
        {
            OutChannels = bottleneck ? 4 * channels : channels;
            if (bottleneck)
            {
                Convolution(1, new(from, channels, 1, bias: false));
                Convolution(2, new(channels, channels, 3, stride, padding: 1, bias: false));
                Convolution(3, new(channels, OutChannels, 1, bias: false));
            }
            else
            {
                Convolution(1, new(from, channels, 3, stride, padding: 1, bias: false));
                Convolution(2, new(channels, channels, 3, padding: 1, bias: false));
            }
            _relu = Add("relu", new Relu<T>());
            if (stride > 1 || from != OutChannels) _downsample =
                Add("downsample", new Chain<T>(FanOut(new Conv2d<T>(from, OutChannels, 1, stride, bias: false)), new BatchNorm2d<T>(OutChannels)));
            _add = Add("add", new Add<T>());
        }

        public int OutChannels { get; }

        public override string TypeName => "Block";

        protected override Value<T> Wire(Value<T> input)
        {
            Value<T> x = input;
            for (int i = 0; i < _way.Count; i += 2)
            {
                x = _way[i + 1].Connect(_way[i].Connect(x));
                if (i + 2 < _way.Count) x = _relu.Connect(x);
            }
            return _relu.Connect(_add.Connect(x, _downsample is null ? input : _downsample.Connect(input)));
        }

        private void Convolution(int number, Conv2d<T> convolution)
        {
            _way.Add(Add($"conv{number}", FanOut(convolution)));
            _way.Add(Add($"bn{number}", new BatchNorm2d<T>(convolution.OutChannels)));
        }
    }
}
