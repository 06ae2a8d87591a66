using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

public sealed class ChannelLayoutTests
{
    [TestCase(1, 3, 5)]
    [TestCase(7, 19, 35)]
    [TestCase(32, 33, 17)]
    public void FromLanes_ThenToLanes_IsByWayOfTheImages(int images, int channels, int pixels)
    {
        int size = channels * pixels;
        float[] first = RandomTensors.Tensor<float>(new Shape(images, size), 1).Span.ToArray(), block = new float[size * Lanes.Count];
        Lanes.Interleave<float>(first, size, block);
        float[] expected = new float[images * size], last = new float[images * size], again = new float[block.Length];
        ChannelLayout.ToChannelsLast<float>(first, channels, pixels, expected);
        ChannelLayout.FromLanes<float>(block, channels, pixels, last);
        Assert.That(last, Is.EqualTo(expected));
        Array.Fill(again, float.NaN);
        ChannelLayout.ToLanes<float>(last, channels, pixels, again);
        Assert.That(again, Is.EqualTo(block));
    }
}
