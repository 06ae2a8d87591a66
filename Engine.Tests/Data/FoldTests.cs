using NUnit.Framework;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Tests.Data;

public sealed class FoldTests
{
    private static Dataset Images(params int[] labels) =>
        new(new Shape(labels.Length, 1, 1, 1), Enumerable.Range(0, labels.Length).Select(n => (byte)n).ToArray(), labels, classes: 3);

    [Test]
    public void Folds_ThreeClasses_EachImageValidatesOnceAndClassesAreShared()
    {
        Dataset all = Images([.. Enumerable.Range(0, 29).Select(n => n < 12 ? 0 : n < 21 ? 1 : 2)]);
        List<byte> seen = [];
        foreach (var (train, valid) in all.Folds(4, seed: 5))
        {
            Assert.That((byte[])[.. train.Pixels, .. valid.Pixels], Is.EquivalentTo(all.Pixels.ToArray()));
            Assert.That(valid.Count, Is.InRange(7, 8));
            Assert.That(Enumerable.Range(0, 3).Select(label => valid.Labels.Count(label)), Is.EqualTo([3, 2, 2]).Within(1));
            seen.AddRange(valid.Pixels);
        }
        Assert.That(seen, Is.EquivalentTo(all.Pixels.ToArray()));
        Assert.That(() => all.Folds(1, 5), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => all.Folds(30, 5), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("30 folds of 29 images"));
    }

    [Test]
    public void With_Others_KeepsOrderLabelsAndNames()
    {
        Dataset both = Images(0, 1).WithImageNames(["a", "b"]).With(Images(2).WithImageNames(["c"]));
        Assert.That(both.Labels.ToArray(), Is.EqualTo([0, 1, 2]));
        Assert.That(both.ImageNames.ToArray(), Is.EqualTo(["a", "b", "c"]));
        Assert.That(both.Pixels.ToArray(), Is.EqualTo([0, 1, 0]));
        Assert.That(() => both.With(new Dataset(new Shape(1, 1, 2, 1), new byte[2], new int[1], 3)), Throws.ArgumentException);
    }

    [Test]
    public void BalancedClassWeights_ByHand() =>
        Assert.That(Images(0, 0, 0, 0, 0, 0, 1, 1).BalancedClassWeights(), Is.EqualTo([8.0 / 18, 8.0 / 6, 1]).Within(1e-15));
}
