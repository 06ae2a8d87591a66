using NUnit.Framework;
using Scratch.Data;
using Scratch.Tests.Support;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Tests.Data;

public sealed class NormalizationTests
{
    [Test]
    public void Of_FourPixels_IsWhatAPencilSays()
    {
        // 0, 51, 102, 255 are 0, 0.2, 0.4, 1: mean 0.4, squares 0.16 + 0.04 + 0 + 0.36 = 0.56, over 3.
        var measured = Normalization.Of(new Dataset(new Shape(1, 2, 2), new byte[] { 0, 51, 102, 255 }, new int[1]));
        Assert.That(measured.Mean, Is.EqualTo(0.4).Within(1e-15));
        Assert.That(measured.StandardDeviation, Is.EqualTo(Math.Sqrt(0.56 / 3)).Within(1e-15));
    }

    [Test]
    public void Of_EqualPixels_SaysSo()
    {
        byte[] pixels = new byte[8];
        Array.Fill(pixels, (byte)7);
        var constant = new Dataset(new Shape(2, 2, 2), pixels, new int[2]);
        Assert.That(() => Normalization.Of(constant), Throws.TypeOf<ArgumentException>()
            .With.Message.Contains("the 8 pixels of 2 images [1, 2, 2], 1 classes do not differ"));
    }

    [Test]
    public void Of_NoImage_Throws() =>
        Assert.That(() => Normalization.Of(new Dataset(new Shape(0, 2, 2), default, Array.Empty<int>())), Throws.TypeOf<ArgumentException>());

    [TestCase(0.1, 0)]
    [TestCase(0.1, -1)]
    [TestCase(0.1, double.NaN)]
    [TestCase(double.PositiveInfinity, 1)]
    public void Table_NoDivision_Throws(double mean, double deviation) =>
        Assert.That(() => new Normalization(mean, deviation).Table<float>(),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("Normalization: "));

    [Test]
    public void Table_EveryValue_IsScaledThenShifted()
    {
        double[] table = new Normalization(0.25, 0.5).Table<double>();
        Assert.That(table, Is.EqualTo(Enumerable.Range(0, 256).Select(value => (value / 255.0 - 0.25) / 0.5).ToArray()));
    }

    /// <summary>Of each channel as if it were a dataset of its own, and each pixel by the numbers of its channel.</summary>
    [Test]
    public void OfChannels_AnyShape_IsThatOfEachChannelAlone([Values(1, 2, 3)] int channels)
    {
        var shape = new Shape(channels, 13, 11);                             // a plane is no multiple of what is laid out at once
        Dataset images = SyntheticData.Images(40, shape, classes: 2, seed: 4);
        var all = Normalization.OfChannels(images);
        Assert.That(all.Channels, Has.Count.EqualTo(channels));
        float[] lanes = new float[shape.Length * Lanes.Count];
        var batch = new DatasetBatch<float>(images, all, 40);
        batch.Set([.. Enumerable.Range(0, 40)]);
        batch.CopyBlock(1, lanes);
        for (int c = 0; c < channels; c++)
        {
            byte[] plane = [.. Enumerable.Range(0, 40).SelectMany(n => images.Image(n).Slice(c * 143, 143).ToArray())];
            var alone = Normalization.Of(new Dataset(new Shape(40, 13, 11), plane, images.Labels.ToArray()));
            Assert.That(all.Channels[c], Is.EqualTo(alone));
            float[] inputOf = alone.Table<float>();
            for (int p = 0; p < 143; p++)
                for (int n = 0; n < 8; n++)
                    Assert.That(lanes[(c * 143 + p) * Lanes.Count + n], Is.EqualTo(inputOf[images.Image(32 + n)[c * 143 + p]]));
        }
        Assert.That(all.Mean, Is.EqualTo(all.Channels.Average(channel => channel.Mean)).Within(1e-15));
    }

    [Test]
    public void PerChannel_OtherNumberOfChannels_IsRefused()
    {
        Dataset images = SyntheticData.Images(4, new Shape(2, 3, 3), classes: 2, seed: 4);
        Assert.That(() => new DatasetBatch<float>(images, Normalization.ImageNet, 4),
            Throws.InstanceOf<ShapeMismatchException>().With.Message.Contains("3 channels"));
        Assert.That(() => Normalization.PerChannel(), Throws.ArgumentException);
        Assert.That(Normalization.PerChannel((0.5, 0.2)), Is.Not.EqualTo(new Normalization(0.5, 0.2)));
    }
}
