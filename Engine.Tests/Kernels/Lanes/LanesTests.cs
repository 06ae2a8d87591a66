using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

public sealed class LanesTests
{
    private static readonly int[] _sizes = [1, 2, 15, 16, 17, 33, 49];

    [Test]
    public void Interleave_TwoImagesOfTwoPixels_LaysThemSideBySide()
    {
        float[] block = RandomTensors.Values<float>(2 * Lanes.Count, 1);
        Lanes.Interleave<float>([1, 2, 3, 4], 2, block);
        SumAssert.Exactly([.. block[..3], .. block[32..35]], 1, 3, 0, 2, 4, 0);
    }

    [Test]
    public void Interleave_AnyImages_PutsImageNIntoLaneN([Range(1, 32)] int images, [ValueSource(nameof(_sizes))] int size)
    {
        float[] values = RandomTensors.Values<float>(images * size, 1), expected = new float[size * Lanes.Count];
        for (int n = 0; n < images; n++)
            for (int p = 0; p < size; p++) expected[p * Lanes.Count + n] = values[n * size + p];
        Assert.That(Blocks.Of<float>(values, size).Written(), Is.EqualTo(expected));
    }

    [Test]
    public void Deinterleave_WhatWasInterleaved_IsTheSameAgain([Range(1, 32)] int images, [ValueSource(nameof(_sizes))] int size)
    {
        var values = new GuardedBuffer<double>(RandomTensors.Values<double>(images * size, 1));
        var again = new GuardedBuffer<double>(values.Span.Length);
        Lanes.Deinterleave<double>(Blocks.Of<double>(values.Span, size).Span, size, again.Span);
        Assert.That(again.Written(), Is.EqualTo(values.Written()));
    }

    [Test]
    public void Interleave_NoImage_ClearsTheBlock()
    {
        double[] block = RandomTensors.Values<double>(3 * Lanes.Count, 1);
        Lanes.Interleave<double>([], 3, block);
        Assert.That(block, Has.All.EqualTo(0));
    }

    [Test]
    public void Interleave_ImagesOfNothing_DoesNothing() => Assert.That(() => Lanes.Interleave<float>([], 0, []), Throws.Nothing);

    [TestCase(0, ExpectedResult = 0)]
    [TestCase(1, ExpectedResult = 1)]
    [TestCase(32, ExpectedResult = 1)]
    [TestCase(33, ExpectedResult = 2)]
    [TestCase(1000, ExpectedResult = 32)]
    public int Blocks_AnyBatch_HoldEveryImage(int images) => Lanes.Blocks(images);

    [TestCase(0, 33, ExpectedResult = 32)]
    [TestCase(1, 33, ExpectedResult = 1)]
    [TestCase(0, 5, ExpectedResult = 5)]
    [TestCase(31, 1000, ExpectedResult = 8)]
    public int Filled_AnyBlock_IsWhatIsLeft(int block, int images) => Lanes.Filled(block, images);
}
