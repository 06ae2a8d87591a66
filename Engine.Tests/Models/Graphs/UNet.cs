using System.Numerics;
using Scratch.Layers;
using Scratch.Models;

namespace Scratch.Tests.Models;

internal sealed class UNet<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Module<T> _inc, _down, _up, _conv, _outc;

    public UNet(int inChannels, int classes)
    {
        _inc = Add("inc", Convolution(inChannels, 8));
        _down = Add("down1", new Sequential<T>(new MaxPool2d<T>(2), Convolution(8, 16)));
        _up = Add("up1", new ConvTranspose2d<T>(16, 8, 2, stride: 2));
        _conv = Add("conv1", Convolution(16, 8));
        _outc = Add("outc", new Conv2d<T>(8, classes, 1));
    }

    protected override Value<T> Wire(Value<T> input)
    {
        Value<T> left = _inc.Connect(input), right = _up.Connect(_down.Connect(left));
        return _outc.Connect(_conv.Connect(Value<T>.Concat(left, right)));
    }

    private static Sequential<T> Convolution(int from, int to) =>
        new(new Conv2d<T>(from, to, 3, padding: 1, bias: false), new BatchNorm2d<T>(to), new Relu<T>());
}
