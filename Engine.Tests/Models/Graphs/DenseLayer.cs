using System.Numerics;
using Scratch.Layers;

namespace Scratch.Tests.Models;

internal sealed class DenseLayer<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public DenseLayer(int channels, int growth)
    {
        Add("norm1", new BatchNorm2d<T>(channels));
        Add("relu1", new Relu<T>());
        Add("conv1", new Conv2d<T>(channels, 4 * growth, 1, bias: false));
        Add("norm2", new BatchNorm2d<T>(4 * growth));
        Add("relu2", new Relu<T>());
        Add("conv2", new Conv2d<T>(4 * growth, growth, 3, padding: 1, bias: false));
    }

    protected override Value<T> Wire(Value<T> input) => Value<T>.Concat(input, base.Wire(input));
}
