using System.Numerics;
using Scratch.Layers;
using Scratch.Models;

namespace Scratch.Tests.Models;

internal sealed class Inception<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Inception(int from, int ch1x1, int ch3x3Reduced, int ch3x3, int ch5x5Reduced, int ch5x5, int pooled)
    {
        Add("branch1", new BasicConv2d<T>(from, ch1x1, 1));
        Add("branch2", new Sequential<T>(new BasicConv2d<T>(from, ch3x3Reduced, 1), new BasicConv2d<T>(ch3x3Reduced, ch3x3, 3)));
        Add("branch3", new Sequential<T>(new BasicConv2d<T>(from, ch5x5Reduced, 1), new BasicConv2d<T>(ch5x5Reduced, ch5x5, 3)));
        Add("branch4", new Sequential<T>(new MaxPool2d<T>(3, stride: 1, padding: 1), new BasicConv2d<T>(from, pooled, 1)));
    }

    protected override Value<T> Wire(Value<T> input) => Value<T>.Concat([.. Children.Select(branch => branch.Connect(input))]);
}
