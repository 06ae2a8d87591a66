using NUnit.Framework;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Tests.Data;

/// <summary>Names of classes and images, and the ways to part a dataset.</summary>
public sealed class DatasetSplitTests
{
    private const int Count = 600;
    private static readonly Shape Image = new(2, 3, 1);

    // Sorted by label, as they often come: 300 of class 0, 200 of class 1, 97 of class 2, 3 of class 4; no image of class 3.
    private static readonly int[] Labels = [.. Enumerable.Range(0, Count).Select(n => n < 300 ? 0 : n < 500 ? 1 : n < 597 ? 2 : 4)];
    private static readonly Dataset Sorted = new Dataset(Image.Prepend(Count), IdxBytes.Elements(Count * Image.Length), Labels, classes: 5)
        .WithImageNames([.. Enumerable.Range(0, Count).Select(n => $"{Labels[n]}/{n:D4}.png")]);

    private static int Number(string name) => int.Parse(name[2..6]);

    private static void ExpectEachOnce(Dataset first, Dataset second, int count = Count)
    {
        Assert.That(first.ImageNames.ToArray().Concat(second.ImageNames.ToArray()).Select(Number).Order(), Is.EqualTo(Enumerable.Range(0, count)));
        foreach (Dataset part in new[] { first, second })
            for (int i = 0; i < part.Count; i++)
            {
                int n = Number(part.ImageNames[i]);
                Assert.That(part.Labels[i], Is.EqualTo(Labels[n]));
                Assert.That(part.Image(i).SequenceEqual(Sorted.Image(n)), $"image {n}");
            }
    }

    [Test]
    public void SplitStratified_SortedByLabel_HasTheShareOfEachClass()
    {
        var (first, second) = Sorted.SplitStratified(1.0 / 6, seed: 3);
        Assert.That((second.Count, second.Classes, first.Classes), Is.EqualTo((100, 5, 5)));
        Assert.That(Enumerable.Range(0, 5).Select(label => second.Labels.Count(label)), Is.EqualTo([50, 33, 16, 0, 1]));
        ExpectEachOnce(first, second);
        Assert.That(first.Labels[..40].ToArray().Distinct().Count(), Is.GreaterThan(2), "the part is in the order it came in");
    }

    [Test]
    public void SplitStratified_Seed_DecidesAlone()
    {
        string[] Second(long seed) => Sorted.SplitStratified(0.25, seed).Second.ImageNames.ToArray();
        string[] once = Second(1), again = Second(1);
        Assert.That(again, Is.EqualTo(once));
        Assert.That(Second(1).Intersect(Second(2)).Count(), Is.LessThan(75));
    }

    [TestCase(0.01, 1)]
    [TestCase(0.99, 2)]
    public void SplitStratified_ClassOfThree_IsInBothParts(double share, int expected)
    {
        Assert.That(Sorted.SplitStratified(share, 1).Second.Labels.Count(4), Is.EqualTo(expected));
        var (first, second) = Sorted.SplitByName(share);
        Assert.That(second.Labels.Count(4), Is.EqualTo(expected));
        ExpectEachOnce(first, second);
    }

    [Test]
    public void SplitStratified_Targets_GoWithTheirImages()
    {
        var targets = new Tensor<float>(new Shape(8, 2), [.. Enumerable.Range(0, 16).Select(i => (float)i)]);
        Dataset images = new Dataset(new Shape(8, 2, 2), Array.ConvertAll(Enumerable.Range(0, 32).ToArray(), i => (byte)i),
            targets).WithClassNames("cat", "dog");
        var (first, second) = images.SplitStratified(0.25, seed: 1);
        Assert.That((first.Count, second.Count, second.Classes), Is.EqualTo((6, 2, 0)));
        Assert.That(second.ClassNames, Is.EqualTo(["cat", "dog"]));
        foreach (Dataset part in new[] { first, second })
            for (int n = 0; n < part.Count; n++) Assert.That(part.Targets!.Span.Slice(2 * n, 2).ToArray(),
                Is.EqualTo([part.Image(n)[0] / 2f, part.Image(n)[0] / 2f + 1]));
    }

    [Test]
    public void SplitByName_MeetsTheShareInEachClass()
    {
        var (first, second) = Sorted.SplitByName(0.25, seed: 7);
        ExpectEachOnce(first, second);
        for (int label = 0; label < 3; label++)
            Assert.That(second.Labels.Count(label), Is.EqualTo(0.25 * Sorted.Labels.Count(label)).Within(25).Percent);
    }

    [Test]
    public void SplitByName_ImagesAddedOrTakenAway_MoveNoOther()
    {
        string[] all = Sorted.SplitByName(0.2).Second.ImageNames.ToArray();
        int[] odd = [.. Enumerable.Range(0, 597).Where(n => n % 2 == 1)];
        string[] half = Sorted.Subset(odd).SplitByName(0.2).Second.ImageNames.ToArray();
        Assert.That(half, Is.EqualTo(all.Where(name => Number(name) % 2 == 1 && Number(name) < 597)));
    }

    [Test]
    public void SplitByName_OtherSeed_IsAnotherChoice()
    {
        string[] Second(long seed) => Sorted.SplitByName(0.5, seed).Second.ImageNames.ToArray();
        Assert.That(Second(1).Intersect(Second(2)).Count(), Is.EqualTo(150).Within(30));
        Assert.That(Second(0), Is.EqualTo(Sorted.SplitByName(0.5).Second.ImageNames.ToArray()));
    }

    // Worked out in Python: FNV-1a of the bytes, then SplitMix64's output for seed ^ hash·0xD1B54A32D192ED03, its upper 53 bits as a fraction.
    [TestCase("cat/1.png", 0, 0.8210200561377443)]
    [TestCase("cat/2.png", 0, 0.16247500547613825)]
    [TestCase("kätzchen/☺.png", -5, 0.10095743794753409)]
    public void NameHash_IsTheSameEverywhere(string name, long seed, double expected) => Assert.That(NameHash.Share(name, seed),
        Is.EqualTo(expected));

    [Test]
    public void SplitByName_WithoutNames_SaysSo() => Assert.That(() => new Dataset(new Shape(1, 2, 2), new byte[4], (int[])[0]).SplitByName(0.5),
        Throws.InvalidOperationException.With.Message.Contains("WithImageNames"));

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(double.NaN)]
    public void Split_ShareOutside_Throws(double share)
    {
        Assert.That(() => Sorted.SplitByName(share), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => Sorted.SplitStratified(share, 1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Split_AndTake_KeepNames()
    {
        Dataset named = Sorted.WithClassNames("a", "b", "c", "d", "e");
        Dataset part = named.Split(300).Second.Take(2);
        Assert.That(part.ImageNames.ToArray(), Is.EqualTo(["1/0300.png", "1/0301.png"]));
        foreach (Dataset some in new[] { part, named.SplitStratified(0.5, 1).Second, named.SplitByName(0.5).First,
            named.WithImageNames(Sorted.ImageNames.ToArray()) })
            Assert.That(some.ClassNames, Is.EqualTo(["a", "b", "c", "d", "e"]));
        Assert.That(named.Pixels == Sorted.Pixels, "names copied the pixels");
    }

    [Test]
    public void Subset_Outside_Throws() => Assert.That(() => Sorted.Subset(3, 600), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void ClassNames_NotOneEach_SaysBothCounts()
    {
        Assert.That(() => Sorted.WithClassNames("a", "b"),
            Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo("Dataset: 2 names for 5 classes. Give one name per class."));
        Assert.That(() => Sorted.WithImageNames("a", "b"),
            Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo("Dataset: 2 names for 600 images. Give one name per image."));
        Assert.That(() => Sorted.WithClassNames("a", "b", "a", "c", "d"), Throws.ArgumentException.With.Message.Contains("2 classes are called 'a'"));
        Assert.That(() => Sorted.WithClassNames("a", "", "b", "c", "d"), Throws.ArgumentException.With.Message.Contains("class 1 has an empty name"));
    }

    [Test]
    public void NumberedAs_OtherOrder_MovesTheLabels()
    {
        Dataset named = Sorted.WithClassNames("ant", "bee", "cat", "dog", "eel"), other = named.NumberedAs("eel", "fox", "cat", "bee", "ant", "gnu");
        Assert.That((other.Classes, other.ClassNames![3]), Is.EqualTo((6, "bee")));
        int[] expected = Array.ConvertAll(Labels, label => label switch { 0 => 4, 1 => 3, 2 => 2, _ => 0 });
        Assert.That(other.Labels.ToArray(), Is.EqualTo(expected));
        Assert.That(other.ClassesWithImages(), Is.EqualTo([0, 2, 3, 4]));
    }

    [Test]
    public void NumberedAs_ClassThatIsNotOnTheList_IsNamed()
    {
        Dataset named = Sorted.WithClassNames("ant", "bee", "cat", "dog", "eel");
        Assert.That(() => named.NumberedAs("ant", "cat", "eel"),
            Throws.ArgumentException.With.Message.Contains("class 'bee', which is none of 'ant', 'cat', 'eel'"));
        Assert.That(() => Sorted.NumberedAs("ant"), Throws.InvalidOperationException.With.Message.Contains("WithClassNames"));
    }

    [TestCase("1, 28, 28", 100352,
        "100352 pixels do not fill images [1, 28, 28] of 784. They are 128 images [1, 28, 28]: how many there are comes first, [128, 1, 28, 28].")]
    [TestCase("3, 8, 8", 1920, "They are 10 images [3, 8, 8]: how many there are comes first, [10, 3, 8, 8].")]
    [TestCase("100, 28, 28", 47040000, "They are 60000 images [28, 28]: how many there are comes first, [60000, 28, 28].")]
    [TestCase("64, 3, 8, 8", 1920, "They are 10 images [3, 8, 8]: how many there are comes first, [10, 3, 8, 8].")]
    [TestCase("28, 28", 1568, "expected 4 (N, C, H, W) or 3 (N, H, W). They are 2 images [28, 28]: how many there are comes first, [2, 28, 28].")]
    [TestCase("2, 28, 28", 1000, "Dataset: 1000 pixels do not fill images [2, 28, 28] of 1568.")]
    public void Constructor_PixelsDoNotFill_SaysWhatShapeTheyWould(string sizes, int pixels, string message) => Assert.That(
        () => new Dataset(new Shape([.. sizes.Split(", ").Select(int.Parse)]), new byte[pixels], Array.Empty<int>()),
        Throws.TypeOf<ShapeMismatchException>().With.Message.EndsWith(message));
}
