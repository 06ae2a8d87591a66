using NUnit.Framework;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Tests.Data;

/// <summary>Images of the user's own, from spans and sequences.</summary>
public sealed class DatasetBuilderTests
{
    private static readonly Shape _shape = new(1, 3, 2);

    [Test]
    public void Add_Images_NumbersClassesByName()
    {
        var builder = new DatasetBuilder(_shape);
        byte[] pixels = new byte[6];
        for (int i = 0; i < 40; i++)
        {
            Array.Fill(pixels, (byte)i);                                     // the same memory each time: it is copied
            builder.Add(pixels, i % 3 == 0 ? "cat" : "bee", i == 5 ? "five" : null);
        }
        Dataset images = builder.ToDataset();
        builder.Add(pixels, "dog");
        Assert.That((images.Count, images.ImageShape, images.ClassNames), Is.EqualTo((40, _shape, (IReadOnlyList<string>)["bee", "cat"])));
        Assert.That((images.ImageNames[4], images.ImageNames[5]), Is.EqualTo(("4", "five")));
        for (int i = 0; i < 40; i++) Assert.That((images.Image(i)[5], images.Labels[i]), Is.EqualTo(((byte)i, i % 3 == 0 ? 1 : 0)));
    }

    [Test]
    public void Of_Sequence_IsWalkedOnce()
    {
        int walked = 0;
        IEnumerable<(byte[], string)> Images()
        {
            for (int i = 0; i < 5; i++, walked++) yield return ([.. Enumerable.Repeat((byte)i, 6)], i < 2 ? "b" : "a");
        }
        Dataset images = DatasetBuilder.Of(_shape, Images());
        Assert.That((walked, images.Count, images.Image(4)[0], images.Labels[4], images.Labels[1]), Is.EqualTo((5, 5, (byte)4, 0, 1)));
    }

    [Test]
    public void Add_Wrong_IsRefused()
    {
        var builder = new DatasetBuilder(_shape);
        Assert.That(() => builder.Add(new byte[5], "a"), Throws.InstanceOf<ShapeMismatchException>().With.Message.Contains("image 0 has 5 pixels"));
        Assert.That(() => builder.Add(new byte[6], ""), Throws.ArgumentException);
        Assert.That(builder.ToDataset, Throws.InvalidOperationException);
        Assert.That(() => new DatasetBuilder(new Shape(3, 2)), Throws.InstanceOf<ShapeMismatchException>());
    }
}
