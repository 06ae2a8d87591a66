using System.Numerics;
using Scratch.Layers;

namespace Scratch.Tests.Models;

internal sealed class SqueezeExcitation<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public SqueezeExcitation(int channels, int squeezed)
    {
        Add("avgpool", new AdaptiveAvgPool2d<T>(1));
        Add("fc1", new Conv2d<T>(channels, squeezed, 1));
        Add("activation", new Relu<T>());
        Add("fc2", new Conv2d<T>(squeezed, channels, 1));
        Add("scale_activation", new Sigmoid<T>());
    }

    protected override Value<T> Wire(Value<T> input) => input * base.Wire(input);
}
