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

    // Which of two labels image n has: both, the first, the second, none; in unequal numbers.
    private static Dataset Labelled(int count) => new(new Shape(count, 1, 1, 1), Enumerable.Range(0, count).Select(n => (byte)n).ToArray(),
        new Tensor<float>(new Shape(count, 2),
            (float[])[.. Enumerable.Range(0, count).SelectMany(n => (float[])[n % 3 == 0 ? 1 : 0, n % 5 < 2 ? 1 : 0])]));

    [Test]
    public void Folds_Targets_EachImageValidatesOnceWithItsOwnAndSetsAreShared()
    {
        Dataset all = Labelled(60);                                          // 8 with both, 12 with the first only, 16 with the second only
        List<byte> seen = [];
        foreach (var (train, valid) in all.Folds(4, seed: 5))
        {
            Assert.That((train.Count, valid.Count), Is.EqualTo((45, 15)));
            for (int n = 0; n < valid.Count; n++)
                Assert.That(valid.Targets!.Slice(n, 1).Span.ToArray(), Is.EqualTo(all.Targets!.Slice(valid.Pixels[n], 1).Span.ToArray()));
            int[] sets = [.. Enumerable.Range(0, valid.Count).Select(n => (int)(2 * valid.Targets!.Span[2 * n] + valid.Targets.Span[2 * n + 1]))];
            Assert.That(new[] { sets.Count(3), sets.Count(2), sets.Count(1), sets.Count(0) }, Is.EqualTo([2, 3, 4, 6]));
            seen.AddRange(valid.Pixels);
        }
        Assert.That(seen, Is.EquivalentTo(all.Pixels.ToArray()));
    }

    [Test]
    public void With_Targets_KeepsThemInOrder()
    {
        Dataset all = Labelled(9).WithClassNames("a", "b"), both = all.Subset(4, 0, 6).With(all.Subset(3, 1));
        Assert.That(both.Pixels.ToArray(), Is.EqualTo([4, 0, 6, 3, 1]));
        Assert.That(both.Targets!.Span.ToArray(), Is.EqualTo([0, 0, 1, 1, 1, 1, 1, 0, 0, 1]));
        Assert.That(both.ClassNames, Is.EqualTo(["a", "b"]));
        Assert.That(() => all.With(Images(1, 2)), Throws.ArgumentException);
    }

    [Test]
    public void BalancedPositiveWeights_ByHand()
    {
        Dataset images = new(new Shape(4, 1, 1, 1), new byte[4],
            new Tensor<float>(new Shape(4, 4), [1, 0, 0, 1, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1]));
        Assert.That(images.BalancedPositiveWeights(), Is.EqualTo([1.0 / 3, 3, 1, 1]).Within(1e-15));
        Assert.That(() => Images(0, 1).BalancedPositiveWeights(), Throws.InvalidOperationException);
    }

    [Test]
    public void BalancedClassWeights_ByHand() =>
        Assert.That(Images(0, 0, 0, 0, 0, 0, 1, 1).BalancedClassWeights(), Is.EqualTo([8.0 / 18, 8.0 / 6, 1]).Within(1e-15));
}
