using System.Numerics;
using Scratch.Layers;

namespace Scratch.Models;

// Iandola, Han, Moskewicz, Ashraf, Dally and Keutzer, "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters", 2016; version 1.1, with
// torchvision's names and layouts.
public static partial class ModelCatalog
{
    private static Model<T> SqueezeNet<T>(int inChannels, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(new SqueezeNetModule<T>(inChannels, classes));

    private sealed class SqueezeNetModule<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public SqueezeNetModule(int inChannels, int classes)
        {
            static MaxPool2d<T> Pool() => new(3, stride: 2, ceilMode: true);
            Add("features", new Chain<T>(
                new Conv2d<T>(inChannels, 64, 3, stride: 2), new Relu<T>(), Pool(),
                new Fire<T>(64, 16, 64), new Fire<T>(128, 16, 64), Pool(),
                new Fire<T>(128, 32, 128), new Fire<T>(256, 32, 128), Pool(),
                new Fire<T>(256, 48, 192), new Fire<T>(384, 48, 192), new Fire<T>(384, 64, 256), new Fire<T>(512, 64, 256)));
            Add("classifier", new Chain<T>(new Dropout<T>(0.5), new Conv2d<T>(512, classes, 1), new Relu<T>(), new AdaptiveAvgPool2d<T>(1)));
            Add("flatten", new Flatten<T>());
        }

        public override string TypeName => "SqueezeNet";
    }

    // A 1x1 convolution to few channels, and from those 1x1 and 3x3 ones side by side.
    private sealed class Fire<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Conv2d<T> _squeeze, _expand1x1, _expand3x3;
        private readonly Relu<T> _squeezed, _expanded1x1, _expanded3x3;
        private readonly Concatenate<T> _concat;

        public Fire(int from, int squeezed, int expanded)
        {
            (_squeeze, _squeezed) = (Add("squeeze", new Conv2d<T>(from, squeezed, 1)), Add("squeeze_activation", new Relu<T>()));
            (_expand1x1, _expanded1x1) = (Add("expand1x1", new Conv2d<T>(squeezed, expanded, 1)), Add("expand1x1_activation", new Relu<T>()));
            (_expand3x3, _expanded3x3) = (Add("expand3x3", new Conv2d<T>(squeezed, expanded, 3, padding: 1)), Add("expand3x3_activation",
                new Relu<T>()));
            _concat = Add("concat", new Concatenate<T>());
        }

        public override string TypeName => "Fire";

        protected override Value<T> Wire(Value<T> input)
        {
            Value<T> x = _squeezed.Connect(_squeeze.Connect(input));
            return _concat.Connect(_expanded1x1.Connect(_expand1x1.Connect(x)), _expanded3x3.Connect(_expand3x3.Connect(x)));
        }
    }
}
