using NUnit.Framework;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Tests.Data;

public sealed class DatasetTests
{
    private static readonly byte[] Pixels = IdxBytes.Elements(5 * 3 * 2 * 4);
    private static readonly int[] Labels = [2, 0, 1, 2, 0];
    private static readonly Dataset Images = new(new Shape(5, 3, 2, 4), Pixels, Labels);

    [Test]
    public void Constructor_FourAxes_KeepsChannelsAndCountsClasses()
    {
        Assert.That(Images.ImageShape, Is.EqualTo(new Shape(3, 2, 4)));
        Assert.That((Images.Count, Images.Classes), Is.EqualTo((5, 3)));
        Assert.That(Images.Image(3).ToArray(), Is.EqualTo(Pixels[72..96]));
    }

    [Test]
    public void Constructor_ThreeAxes_IsOneChannel() =>
        Assert.That(new Dataset(new Shape(5, 6, 4), Pixels, Labels).ImageShape, Is.EqualTo(new Shape(1, 6, 4)));

    [Test]
    public void Constructor_LabelsDoNotMatch_SaysBothCounts()
    {
        ShapeMismatchException? exception = Assert.Throws<ShapeMismatchException>(() =>
            _ = new Dataset(new Shape(5, 3, 2, 4), Pixels, Labels.AsMemory(1)));
        Assert.That((exception!.Expected, exception.Actual), Is.EqualTo((new Shape(5), new Shape(4))));
        Assert.That(exception.Message, Is.EqualTo("Dataset: 5 images, 4 labels. images [5, 3, 2, 4], labels [4]. Give one label per image."));
    }

    [Test]
    public void Constructor_PixelsDoNotMatch_Throws() =>
        Assert.That(() => new Dataset(new Shape(5, 3, 2, 4), Pixels.AsMemory(1), Labels), Throws.TypeOf<ShapeMismatchException>());

    [Test]
    public void Constructor_WrongRank_Throws() =>
        Assert.That(() => new Dataset(new Shape(5, 24), Pixels, Labels), Throws.TypeOf<ShapeMismatchException>());

    [TestCase(2)]
    [TestCase(0)]
    [TestCase(-1)]
    public void Constructor_LabelOutsideClasses_SaysWhich(int classes) =>
        Assert.That(() => new Dataset(new Shape(5, 3, 2, 4), Pixels, Labels, classes),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("label 2 of image 0").And.Property("ActualValue").EqualTo(2));

    [Test]
    public void Constructor_NegativeLabel_Throws() =>
        Assert.That(() => new Dataset(new Shape(1, 2, 2), new byte[4], new[] { -1 }), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Split_InTwo_SharesMemoryAndClasses()
    {
        (Dataset first, Dataset second) = Images.Split(2);
        Assert.That((first.Count, second.Count, first.Classes, second.Classes), Is.EqualTo((2, 3, 3, 3)));
        Assert.That(second.Labels.ToArray(), Is.EqualTo(Labels[2..]));
        Assert.That(first.Pixels.Overlaps(Images.Pixels), "the first part is a copy");
        Assert.That(second.Pixels == Images.Pixels[48..], "the second part is a copy");
    }

    [Test]
    public void Split_AtTheEnds_LeavesAnEmptyPart()
    {
        Assert.That(Images.Split(0).First.Count, Is.Zero);
        Assert.That(Images.Split(5).Second.Count, Is.Zero);
    }

    [TestCase(6)]
    [TestCase(-1)]
    public void Take_MoreThanThereAre_Throws(int count) => Assert.That(() => Images.Take(count), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Image_Outside_Throws() => Assert.That(() => Images.Image(5).Length, Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Targets_InPlaceOfLabels_AreCutWithTheImages()
    {
        Tensor<float> targets = new(new Shape(5, 2), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        var images = new Dataset(new Shape(5, 3, 2, 4), Pixels, targets);
        Assert.That((images.Count, images.Classes, images.Labels.Length), Is.EqualTo((5, 0, 0)));
        (Dataset first, Dataset second) = images.Split(2);
        Assert.That((first.Count, second.Count, $"{second}"), Is.EqualTo((2, 3, "3 images [3, 2, 4], targets [2]")));
        Assert.That(first.Targets!.Span.ToArray(), Is.EqualTo([0f, 1, 2, 3]));
        Assert.That(second.Targets!.Span.ToArray(), Is.EqualTo([4f, 5, 6, 7, 8, 9]));
    }

    [Test]
    public void Targets_NotOneForEachImage_SaysBothCounts() => Assert.That(() => new Dataset(new Shape(5, 3, 2, 4), Pixels,
        new Tensor<float>(new(4, 2))),
        Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo("Dataset: 5 images, targets [4, 2]. images [5, 3, 2, 4]. Give one target per "
            + "image."));
}
