using System.Numerics;
using NUnit.Framework;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Tests.Data;

[TestFixture(TypeArgs = [typeof(float)])]
[TestFixture(TypeArgs = [typeof(double)])]
public sealed class DatasetBatchTests<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Count = 50;
    private static readonly Shape ImageShape = new(3, 9, 5);                 // 135 pixels: no whole number of strips
    private static readonly Normalization Scale = new(0.3, 0.7);
    private static readonly Dataset Images = new(
        ImageShape.Prepend(Count), IdxBytes.Elements(Count * ImageShape.Length), Enumerable.Range(0, Count).ToArray());

    [TestCase(1)]
    [TestCase(31)]
    [TestCase(32)]
    [TestCase(33)]
    [TestCase(45)]
    [TestCase(64)]
    public void CopyBlock_AnyCount_EqualsTensorBatchOfNormalizedImages(int count)
    {
        int[] indices = SomeIndices(count);
        var batch = new DatasetBatch<T>(Images, Scale, 64);
        batch.Set(indices);
        TensorBatch<T> expected = Normalized(indices);
        for (int block = 0; block < Lanes.Blocks(count); block++)
            Assert.That(Block(batch, block), Is.EqualTo(Block(expected, block)), $"block {block}");
    }

    [TestCase(33)]
    [TestCase(64)]
    public void CopyTargets_AnyCount_EqualsTensorBatchOfThem(int count)
    {
        Tensor<float> targets = new(new Shape(Count, 3, 2), [.. Enumerable.Range(0, Count * 6).Select(i => i / 8f)]);
        var batch = new DatasetBatch<T>(new Dataset(ImageShape.Prepend(Count), IdxBytes.Elements(Count * ImageShape.Length), targets), Scale, 64);
        int[] indices = SomeIndices(count);
        batch.Set(indices);
        Tensor<T> chosen = new(new Shape(count, 3, 2));
        for (int n = 0; n < count; n++) targets.Cast<T>().Slice(indices[n], 1).Span.CopyTo(chosen.Slice(n, 1).Span);
        var expected = new TensorBatch<T>(new(ImageShape.Prepend(count)), targets: chosen);
        Assert.That((batch.TargetShape, batch.Labels.Length), Is.EqualTo((expected.TargetShape, 0)));
        for (int block = 0; block < Lanes.Blocks(count); block++)
        {
            T[] got = new T[6 * Lanes.Count], want = new T[got.Length];
            Array.Fill(got, T.NaN);
            batch.CopyTargets(block, got);
            expected.CopyTargets(block, want);
            Assert.That(got, Is.EqualTo(want), $"block {block}");
        }
    }

    [Test]
    public void CopyTargets_WithoutTargets_Throws()
    {
        var batch = new DatasetBatch<T>(Images, Scale, 64);
        Assert.That(() => batch.CopyTargets(0, new T[32]),
            Throws.InvalidOperationException.With.Message.EqualTo("Batch: targets were asked for, the images have none."));
        Assert.That(() => Normalized(SomeIndices(3)).CopyTargets(0, new T[32]), Throws.InvalidOperationException);
    }

    [Test]
    public void CopyBlock_SmallerBatchAfterALargerOne_ShowsNothingOfIt()
    {
        var batch = new DatasetBatch<T>(Images, Scale, 64);
        batch.Set(SomeIndices(64));
        int[] indices = [7, 7, 3];
        batch.Set(indices);
        Assert.That(Block(batch, 0), Is.EqualTo(Block(Normalized(indices), 0)));
        Assert.That((batch.Labels.ToArray(), batch.Indices.ToArray(), batch.Count), Is.EqualTo((indices, indices, 3)));
    }

    [Test]
    public void CopyBlock_FromManyThreads_GivesTheSame()
    {
        int[] indices = SomeIndices(1000);
        var batch = new DatasetBatch<T>(Images, Scale, 1000);
        batch.Set(indices);
        TensorBatch<T> expected = Normalized(indices);
        Parallel.For(0, Lanes.Blocks(1000), block => Assert.That(Block(batch, block), Is.EqualTo(Block(expected, block))));
    }

    [Test]
    public void CopyPart_AnyParts_GiveWhatCopyBlockGives([Values] bool changes, [Values] bool mixes, [Values(1, 2, 7, 45)] int count,
        [Values(1, 3, 16, 200)] int parts)
    {
        Augmentation[] changed = changes ? [new RandomCrop(1), new RandomHorizontalFlip()] : [];
        ImageMixing[] mixed = mixes ? [new MixUp(0.4), new CutMix(1)] : [];
        Dataset labelled = new(ImageShape.Prepend(Count), Images.Pixels.ToArray(), Enumerable.Range(0, Count).Select(n => n % 3).ToArray(), 3);
        var batch = new DatasetBatch<T>(labelled, Scale, 64, changed, seed: 5, mixed);
        batch.Set(SomeIndices(count), epoch: 2);
        for (int block = 0; block < Lanes.Blocks(count); block++) Assert.That(Parts(batch, block, parts), Is.EqualTo(Block(batch, block)));
        TensorBatch<T> plain = Normalized(SomeIndices(count));
        for (int block = 0; block < Lanes.Blocks(count); block++) Assert.That(Parts(plain, block, parts), Is.EqualTo(Block(plain, block)));
    }

    // Parts of every phase by several threads, the last one first.
    private static T[] Parts(Batch<T> batch, int block, int parts)
    {
        var lanes = new T[ImageShape.Length * Lanes.Count];
        Array.Fill(lanes, T.NaN);
        for (int phase = 0; phase < batch.Phases; phase++)
            Parallel.For(0, parts, part => batch.CopyPart(block, phase, parts - 1 - part, parts, lanes));
        return lanes;
    }

    [Test]
    public void CopyBlock_MemoryOfAnotherSize_SaysBoth()
    {
        var batch = new DatasetBatch<T>(Images, Scale, 1);
        ShapeMismatchException? exception = Assert.Throws<ShapeMismatchException>(() => batch.CopyBlock(0, new T[135 * Lanes.Count + 1]));
        Assert.That((exception!.Expected, exception.Actual), Is.EqualTo((new Shape(4320), new Shape(4321))));
    }

    [Test]
    public void Set_NoSuchImage_ThrowsAndKeepsTheBatch([Values(-1, Count)] int index)
    {
        var batch = new DatasetBatch<T>(Images, Scale, 2);
        batch.Set([4]);
        Assert.That(() => batch.Set([1, index]), Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ActualValue").EqualTo(index));
        Assert.That(batch.Labels.ToArray(), Is.EqualTo([4]));
    }

    [Test]
    public void Set_MoreThanCapacity_Throws() =>
        Assert.That(() => new DatasetBatch<T>(Images, Scale, 2).Set([1, 2, 3]), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Constructor_NoCapacity_Throws() =>
        Assert.That(() => new DatasetBatch<T>(Images, Scale, 0), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Constructor_DefaultNormalization_Throws() =>
        Assert.That(() => new DatasetBatch<T>(Images, default, 1), Throws.TypeOf<ArgumentOutOfRangeException>());

    private static int[] SomeIndices(int count)
    {
        var random = new RandomGenerator(count);
        int[] indices = new int[count];
        for (int n = 0; n < count; n++) indices[n] = random.NextInt(Count);
        return indices;
    }

    private static TensorBatch<T> Normalized(int[] indices)
    {
        var images = new Tensor<T>(ImageShape.Prepend(indices.Length));
        for (int n = 0; n < indices.Length; n++)
        {
            for (int p = 0; p < ImageShape.Length; p++)
                images.Span[n * ImageShape.Length + p] =
                    T.CreateTruncating((Images.Image(indices[n])[p] / 255.0 - Scale.Mean) / Scale.StandardDeviation);
        }
        return new TensorBatch<T>(images, indices);
    }

    private static T[] Block(Batch<T> batch, int block)
    {
        var lanes = new T[ImageShape.Length * Lanes.Count];
        Array.Fill(lanes, T.NaN);
        batch.CopyBlock(block, lanes);
        return lanes;
    }
}
