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

    [TestCase(1, 3, 1000)]
    [TestCase(1, 1, 37)]
    [TestCase(3, 19, 131)]
    [TestCase(40, 5, 63)]
    public void ToChannelsLast_AnyThreads_MovesEveryNumber(int images, int channels, int pixels)
    {
        float[] first = RandomTensors.Tensor<float>(new Shape(images, channels, pixels), 1).Span.ToArray(), expected = new float[first.Length];
        for (int i = 0; i < first.Length; i++) expected[(i / (channels * pixels) * pixels + i % pixels) * channels + i / pixels % channels] = first[i];
        foreach (int threads in (int[])[1, 2, 3, 8])
        {
            float[] last = new float[first.Length];
            Array.Fill(last, float.NaN);
            ChannelLayout.ToChannelsLast<float>(first, channels, pixels, last, threads);
            Assert.That(last, Is.EqualTo(expected), $"{threads} threads");
        }
    }
}
