using NUnit.Framework;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Tests.Data;

/// <summary>Canvases of several digits.</summary>
public sealed class DigitCanvasesTests
{
    private const int Count = 300;

    // Digit k is a solid block of value 100 + k, taller and wider with k, somewhere in 28x28: what lies on a canvas can be told from it.
    private static Dataset Blocks()
    {
        var pixels = new byte[10 * 28 * 28];
        for (int k = 0; k < 10; k++)
            for (int h = 0; h < 5 + 2 * k; h++) pixels.AsSpan(k * 784 + (h + 2) * 28 + 3, 4 + k).Fill((byte)(100 + k));
        return new Dataset(new Shape(10, 28, 28), pixels, Enumerable.Range(0, 10).ToArray());
    }

    [Test]
    public void Compose_Targets_AreTheSetOfDigitsOnTheCanvas_AndNoneOverlap()
    {
        Dataset canvases = DigitCanvases.Compose(Blocks(), Count, seed: 3);
        Assert.That(canvases.ImageShape, Is.EqualTo(new Shape(1, 56, 56)));
        int[] howMany = new int[5];
        for (int n = 0; n < Count; n++)
        {
            int digits = 0;
            for (int k = 0; k < 10; k++)
            {
                int ink = canvases.Image(n).ToArray().Count(pixel => pixel == 100 + k), whole = (5 + 2 * k) * (4 + k);
                Assert.That(ink % whole, Is.Zero, "a digit was covered or cut");
                Assert.That(canvases.Targets!.Span[n * 10 + k], Is.EqualTo(ink > 0 ? 1 : 0));
                digits += ink / whole;
            }
            howMany[digits]++;
        }
        Assert.That(howMany, Is.All.InRange(Count / 5 - 30, Count / 5 + 30));
    }

    [Test]
    public void Compose_SameSeed_GivesTheSame_AnotherDiffers()
    {
        byte[] first = DigitCanvases.Compose(Blocks(), 20, seed: 3).Pixels.ToArray();
        Assert.That(DigitCanvases.Compose(Blocks(), 20, seed: 3).Pixels.SequenceEqual(first));
        Assert.That(DigitCanvases.Compose(Blocks(), 25, seed: 3).Pixels[..first.Length].SequenceEqual(first),
            "a canvas depends on how many there are");
        Assert.That(!DigitCanvases.Compose(Blocks(), 20, seed: 4).Pixels.SequenceEqual(first));
    }

    /// <summary>Ink that fills its image leaves one arrangement of four: the quarters.</summary>
    [Test]
    public void Compose_LargestInk_StillFits()
    {
        byte[] pixels = new byte[28 * 28];
        Array.Fill(pixels, (byte)9);
        Dataset canvases = DigitCanvases.Compose(new Dataset(new Shape(1, 28, 28), pixels, new int[1]), 40, seed: 1);
        for (int n = 0; n < 40; n++) Assert.That(canvases.Image(n).ToArray().Count(pixel => pixel == 9) % 784, Is.Zero);
        Assert.That(Enumerable.Range(0, 40).Any(n => canvases.Image(n).ToArray().All(pixel => pixel == 9)));
    }

    [Test]
    public void Compose_BlackImage_IsLeftOut()
    {
        Dataset canvases = DigitCanvases.Compose(new Dataset(new Shape(1, 28, 28), new byte[784], new int[1]), 10, seed: 1);
        Assert.That(canvases.Pixels.ToArray(), Is.All.Zero);
    }

    [Test]
    public void Compose_WhatCannotBe_IsRefused()
    {
        Assert.Throws<ShapeMismatchException>(() => DigitCanvases.Compose(Blocks(), 1, 1, size: 50));
        Assert.Throws<ArgumentOutOfRangeException>(() => DigitCanvases.Compose(Blocks(), 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => DigitCanvases.Compose(Blocks(), 1, 1, mostDigits: 5));
    }
}
