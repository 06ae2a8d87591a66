using System.Numerics;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Models;

// After Ronneberger, Fischer and Brox, "U-Net: convolutional networks for biomedical image segmentation", 2015, with padding and batch normalisation
// as it is built today, two steps deep and with an eighth of the channels. Names are those of the PyTorch code that most people start from: inc,
// down1, up1, outc.
public static partial class ModelCatalog
{
    private const int UNetDepth = 2;

    private static Model<T> UNetMini<T>(Shape input, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Step = 1 << UNetDepth;
        if (input.Rank == 3 && (input[1] % Step != 0 || input[2] % Step != 0))
            ShapeGuard.Mismatch("unet-mini",
                $"images {input} are halved {UNetDepth} times and doubled again: height and width must be multiples of {Step}.",
                new Shape(input[0], (input[1] + Step - 1) / Step * Step, (input[2] + Step - 1) / Step * Step), input);
        return new(new UNetModule<T>(input[0], classes, channels: 8));
    }

    private static NamedChain<T> DoubleConvolution<T>(int from, int to) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new("DoubleConv", ("double_conv", new Chain<T>(
            new Conv2d<T>(from, to, 3, padding: 1, bias: false), new BatchNorm2d<T>(to), new Relu<T>(),
            new Conv2d<T>(to, to, 3, padding: 1, bias: false), new BatchNorm2d<T>(to), new Relu<T>())));

    // Every pixel gets a score for every class; the image's is their mean.
    private sealed class UNetModule<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Module<T> _inc;
        private readonly Module<T>[] _downs = new Module<T>[UNetDepth], _end;
        private readonly UNetUp<T>[] _ups = new UNetUp<T>[UNetDepth];

        public UNetModule(int inChannels, int classes, int channels)
        {
            _inc = Add("inc", DoubleConvolution<T>(inChannels, channels));
            for (int i = 0; i < UNetDepth; i++, channels *= 2)
                _downs[i] = Add($"down{i + 1}", new NamedChain<T>("Down", ("maxpool_conv", new Chain<T>(new MaxPool2d<T>(2),
                    DoubleConvolution<T>(channels, 2 * channels)))));
            for (int i = 0; i < UNetDepth; i++, channels /= 2) _ups[i] = Add($"up{i + 1}", new UNetUp<T>(channels, channels / 2));
            _end = [Add("outc", new NamedChain<T>("OutConv", ("conv", new Conv2d<T>(channels, classes, 1)))),
                Add("avgpool", new AdaptiveAvgPool2d<T>(1)), Add("flatten", new Flatten<T>())];
        }

        public override string TypeName => "UNet";

        protected override Value<T> Wire(Value<T> input)
        {
            Value<T> x = _inc.Connect(input);
            var left = new Stack<Value<T>>();
            foreach (Module<T> down in _downs)
            {
                left.Push(x);
                x = down.Connect(x);
            }
            foreach (UNetUp<T> up in _ups) x = up.Connect(x, left.Pop());
            foreach (Module<T> module in _end) x = module.Connect(x);
            return x;
        }
    }

    // Doubles the image and looks at it beside what the way down saw at that size.
    private sealed class UNetUp<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Concatenate<T> _concat;
        private readonly Module<T> _up, _conv;

        public UNetUp(int from, int to)
        {
            _up = Add("up", new ConvTranspose2d<T>(from, to, 2, stride: 2));
            _conv = Add("conv", DoubleConvolution<T>(2 * to, to));
            _concat = Add("concat", new Concatenate<T>());
        }

        public override string TypeName => "Up";

        protected override Value<T> Wire(ReadOnlySpan<Value<T>> inputs) => _conv.Connect(_concat.Connect(inputs[1], _up.Connect(inputs[0])));
    }
}
