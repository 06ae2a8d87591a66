using System.Numerics;
using Scratch.Layers;

namespace Scratch.Tests.Models;

internal sealed class BasicConv2d<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public BasicConv2d(int from, int to, int kernelSize)
    {
        Add("conv", new Conv2d<T>(from, to, kernelSize, padding: kernelSize / 2, bias: false));
        Add("bn", new BatchNorm2d<T>(to, eps: 0.001));
        Add("relu", new Relu<T>());
    }
}
