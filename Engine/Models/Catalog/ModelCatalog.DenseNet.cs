using System.Numerics;
using Scratch.Layers;

namespace Scratch.Models;

// After Huang, Liu, van der Maaten and Weinberger, "Densely connected convolutional networks", 2016, for small images: torchvision's
// DenseNet(growth_rate=8, block_config=(3, 3, 3), num_init_features=16, bn_size=2) with a 3x3 first layer and no pooling after it.
public static partial class ModelCatalog
{
    private static Model<T> DenseNetMini<T>(int inChannels, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(new DenseNetModule<T>(inChannels, classes, growth: 8, blocks: 3, layers: 3, first: 16, bottleneck: 2));

    private sealed class DenseNetModule<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public DenseNetModule(int inChannels, int classes, int growth, int blocks, int layers, int first, int bottleneck)
        {
            int channels = first;
            var features = new NamedChain<T>("Sequential",
                ("conv0", new Conv2d<T>(inChannels, channels, 3, padding: 1, bias: false)), ("norm0", new BatchNorm2d<T>(channels)),
                    ("relu0", new Relu<T>()));
            for (int b = 1; b <= blocks; b++)
            {
                var block = new NamedChain<T>("DenseBlock");
                for (int i = 1; i <= layers; i++, channels += growth) block.Append($"denselayer{i}", new DenseLayer<T>(channels, growth,
                    bottleneck * growth));
                features.Append($"denseblock{b}", block);
                if (b == blocks) continue;
                features.Append($"transition{b}", new NamedChain<T>("Transition", ("norm", new BatchNorm2d<T>(channels)), ("relu", new Relu<T>()),
                    ("conv", new Conv2d<T>(channels, channels / 2, 1, bias: false)), ("pool", new AvgPool2d<T>(2))));
                channels /= 2;
            }
            features.Append("norm5", new BatchNorm2d<T>(channels));           // torchvision's name, whatever the number of blocks
            Add("features", features);
            Add("relu", new Relu<T>());
            Add("avgpool", new AdaptiveAvgPool2d<T>(1));
            Add("flatten", new Flatten<T>());
            Add("classifier", new Linear<T>(channels, classes));
        }

        public override string TypeName => "DenseNet";
    }

    // Lays a few new channels behind all that came before.
    private sealed class DenseLayer<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Concatenate<T> _concat;
        private readonly Module<T>[] _way;

        public DenseLayer(int from, int growth, int wide)
        {
            _way =
            [
                Add("norm1", new BatchNorm2d<T>(from)), Add("relu1", new Relu<T>()), Add("conv1", new Conv2d<T>(from, wide, 1, bias: false)),
                Add("norm2", new BatchNorm2d<T>(wide)), Add("relu2", new Relu<T>()), Add("conv2", new Conv2d<T>(wide, growth, 3, padding: 1,
                    bias: false)),
            ];
            _concat = Add("concat", new Concatenate<T>());
        }

        public override string TypeName => "DenseLayer";

        protected override Value<T> Wire(Value<T> input)
        {
            Value<T> x = input;
            foreach (Module<T> module in _way) x = module.Connect(x);
            return _concat.Connect(input, x);
        }
    }
}
