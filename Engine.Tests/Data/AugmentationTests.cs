using NUnit.Framework;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Tests.Data;

/// <summary>Images changed by chance: what must hold whatever chance says, and what it must say with no room for choice.</summary>
public sealed class AugmentationTests
{
    private static readonly Shape _shape = new(2, 7, 5);

    private static byte[] Image()
    {
        var random = new RandomSequence(7);
        return [.. Enumerable.Range(0, _shape.Length).Select(_ => (byte)random.NextInt(256))];
    }

    private static byte[] Apply(Augmentation augmentation, byte[] image, long seed, Shape? shape = null)
    {
        var result = new byte[image.Length];
        Array.Fill(result, (byte)123);                                       // every byte must be overwritten
        var random = new RandomSequence(seed);
        augmentation.Apply(shape ?? _shape, image, result, ref random);
        return result;
    }

    private static IEnumerable<Augmentation> Nothing() =>
        [new RandomAffine(), new RandomErasing(probability: 0), new RandomHorizontalFlip(probability: 0), new ColorJitter(),
            new RandomVerticalFlip(probability: 0), new RandomCrop(padding: 0),
            new RandomGrayscale(probability: 0), new RandomResizedCrop((1, 1), (5.0 / 7, 5.0 / 7))];

    [TestCaseSource(nameof(Nothing))]
    public void Apply_NothingToDo_LeavesTheImage(Augmentation augmentation) =>
        Assert.That(Apply(augmentation, Image(), seed: 1), Is.EqualTo(Image()));

    private static IEnumerable<Augmentation> Something() =>
        [
            new RandomAffine(degrees: 30, translate: 0.2, scale: (0.8, 1.3), shear: 10), new RandomErasing(probability: 1),
                new RandomHorizontalFlip(), new RandomVerticalFlip(), new RandomCrop(padding: 2),
            new ColorJitter(brightness: (0.5, 1.5)), new ColorJitter(contrast: (0.5, 1.5)),
            new RandomResizedCrop(), new RandAugment(), new RandAugment(operations: 3, magnitude: 20), new TrivialAugment(),
        ];

    [TestCaseSource(nameof(Something))]
    public void Apply_SameSeed_GivesTheSameImage_OthersDiffer(Augmentation augmentation)
    {
        byte[] first = Apply(augmentation, Image(), seed: 3);
        Assert.That(Apply(augmentation, Image(), seed: 3), Is.EqualTo(first));
        Assert.That(Enumerable.Range(4, 20).Any(seed => !Apply(augmentation, Image(), seed).SequenceEqual(first)));
    }

    [Test]
    public void Flip_Always_ReversesEveryRow()
    {
        byte[] image = Image(), flipped = Apply(new RandomHorizontalFlip(probability: 1), image, seed: 1);
        for (int row = 0; row < 14; row++)
            for (int w = 0; w < 5; w++) Assert.That(flipped[row * 5 + w], Is.EqualTo(image[row * 5 + 4 - w]));
    }

    [Test]
    public void VerticalFlip_Always_ReversesTheRowsOfEveryChannel()
    {
        byte[] image = Image(), flipped = Apply(new RandomVerticalFlip(probability: 1), image, seed: 1);
        for (int c = 0; c < 2; c++)
            for (int h = 0; h < 7; h++)
                Assert.That(flipped.AsSpan((c * 7 + h) * 5, 5).SequenceEqual(image.AsSpan((c * 7 + 6 - h) * 5, 5)), $"channel {c}, row {h}");
    }

    [Test]
    public void Flip_Half_FlipsAboutHalf([Values] bool vertical)
    {
        byte[] image = Image();
        Augmentation flip = vertical ? new RandomVerticalFlip() : new RandomHorizontalFlip();
        int flips = Enumerable.Range(0, 400).Count(seed => !Apply(flip, image, seed).SequenceEqual(image));
        Assert.That(flips, Is.InRange(160, 240));
    }

    /// <summary>Each result is the image moved by whole pixels, with black where nothing was, the same way in each channel; and all moves occur, one
    /// of them, for more pixels than the image has, to where nothing is left.</summary>
    [TestCase(1), TestCase(2), TestCase(6)]
    public void Crop_Padded_MovesByUpToThePadding(int padding)
    {
        byte[] image = [.. Image().Select(value => Math.Max(value, (byte)1))];
        var found = new HashSet<(int, int)>();
        for (int seed = 0; seed < 2000; seed++)
        {
            byte[] cropped = Apply(new RandomCrop(padding), image, seed);
            (int Down, int Right)[] moves = [.. from down in Enumerable.Range(-padding, 2 * padding + 1)
                from right in Enumerable.Range(-padding, 2 * padding + 1)
                where Moved(image, down, right).SequenceEqual(cropped) select (down, right)];
            Assert.That(moves, Is.Not.Empty);
            if (moves.Length == 1) found.Add(moves[0]);
        }
        int side = Math.Min(2 * padding + 1, 13), across = Math.Min(2 * padding + 1, 9);
        Assert.That(found, Has.Count.EqualTo(side * across));
    }

    private static byte[] Moved(byte[] image, int down, int right)
    {
        byte[] moved = new byte[image.Length];
        for (int c = 0; c < 2; c++)
            for (int h = 0; h < 7; h++)
                for (int w = 0; w < 5; w++)
                    if (h + down is >= 0 and < 7 && w + right is >= 0 and < 5)
                        moved[(c * 7 + h) * 5 + w] = image[(c * 7 + h + down) * 5 + w + right];
        return moved;
    }

    [TestCase(1), TestCase(2), TestCase(3)]
    public void Erasing_Always_BlanksOneRectangleOfEveryChannel(int seed)
    {
        var shape = new Shape(2, 20, 24);
        byte[] image = [.. Enumerable.Repeat((byte)9, shape.Length)];
        byte[] erased = Apply(new RandomErasing(1, scale: (0.1, 0.2), ratio: (0.5, 2), value: 77), image, seed, shape);
        int[] places = [.. Enumerable.Range(0, 480).Where(i => erased[i] == 77)];
        int[] rows = [.. places.Select(i => i / 24).Distinct()], columns = [.. places.Select(i => i % 24).Distinct()];
        Assert.That(places, Has.Length.EqualTo(rows.Length * columns.Length).And.Length.InRange(0.08 * 480, 0.23 * 480));
        Assert.That(rows.Max() - rows.Min() + 1, Is.EqualTo(rows.Length));
        Assert.That(columns.Max() - columns.Min() + 1, Is.EqualTo(columns.Length));
        Assert.That(erased.AsSpan(480).SequenceEqual(erased.AsSpan(0, 480)));
    }

    /// <summary>Larger by exactly 3 about the middle of 9x9: the middle pixel of three by three of the result is a pixel of the image.</summary>
    [Test]
    public void Affine_ThreeTimesLarger_SpreadsTheMiddle()
    {
        var shape = new Shape(1, 9, 9);
        byte[] image = [.. Enumerable.Range(0, 81).Select(i => (byte)(3 * i))];
        byte[] larger = Apply(new RandomAffine(scale: (3, 3)), image, seed: 1, shape);
        for (int h = -1; h <= 1; h++)
            for (int w = -1; w <= 1; w++) Assert.That(larger[(4 + 3 * h) * 9 + 4 + 3 * w], Is.EqualTo(image[(4 + h) * 9 + 4 + w]).Within(1));
    }

    /// <summary>Whatever the angle, the middle of an odd square stays, and turning keeps about as much ink as there was.</summary>
    [Test]
    public void Affine_Turned_KeepsTheMiddleAndTheInk()
    {
        var shape = new Shape(1, 31, 31);
        byte[] image = new byte[31 * 31];
        for (int h = 10; h < 21; h++) image.AsSpan(h * 31 + 12, 7).Fill(200);
        double ink = image.Sum(pixel => (double)pixel);
        bool any = false;
        for (int seed = 0; seed < 20; seed++)
        {
            byte[] turned = Apply(new RandomAffine(degrees: 90), image, seed, shape);
            Assert.That(turned[15 * 31 + 15], Is.EqualTo(200).Within(1));
            Assert.That(turned.Sum(pixel => (double)pixel), Is.EqualTo(ink).Within(0.02 * ink));
            any |= !turned.SequenceEqual(image);
        }
        Assert.That(any);
    }

    [Test]
    public void Affine_Shifted_MovesTheInkByUpToTheShare()
    {
        var shape = new Shape(1, 40, 20);
        byte[] image = new byte[800];
        image[20 * 20 + 10] = 255;
        double farthestX = 0, farthestY = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            byte[] moved = Apply(new RandomAffine(translate: 0.25), image, seed, shape);
            double total = moved.Sum(pixel => (double)pixel);
            double x = Enumerable.Range(0, 800).Sum(i => (double)moved[i] * (i % 20)) / total, y = Enumerable.Range(0, 800).Sum(i =>
                (double)moved[i] * (i / 20)) / total;
            (farthestX, farthestY) = (Math.Max(farthestX, Math.Abs(x - 10)), Math.Max(farthestY, Math.Abs(y - 20)));
        }
        Assert.That(farthestX, Is.InRange(4.3, 5.05));
        Assert.That(farthestY, Is.InRange(8.6, 10.05));
    }

    private static IEnumerable<Action> Wrong() =>
    [
        () => _ = new RandomAffine(degrees: -1), () => _ = new RandomAffine(translate: 2), () => _ = new RandomAffine(scale: (1.2, 0.8)),
        () => _ = new RandomAffine(scale: (0, 1)), () => _ = new RandomAffine(shear: double.NaN), () => _ = new RandomErasing(1.5),
        () => _ = new RandomErasing(scale: (0.5, 0.1)), () => _ = new RandomErasing(ratio: (0, 1)), () => _ = new RandomHorizontalFlip(double.NaN),
        () => _ = new RandomGrayscale(-0.1), () => _ = new RandomResizedCrop((0, 1)), () => _ = new RandomResizedCrop(ratio: (2, 1)),
        () => _ = new ColorJitter(hue: (-0.6, 0)), () => _ = new RandAugment(0), () => _ = new RandAugment(magnitude: 31), () => _ = new MixUp(0.01),
        () => _ = new CutMix(1.5), () => _ = new RandomVerticalFlip(-0.1), () => _ = new RandomCrop(-1),
    ];

    [TestCaseSource(nameof(Wrong))]
    public void Constructor_ImpossibleNumber_IsRefused(Action make) => Assert.Throws<ArgumentOutOfRangeException>(make);
}
