using NUnit.Framework;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Tests.Data;

public sealed class BatchSamplerTests
{
    private const int Count = 103;
    private static readonly Normalization Scale = new(0.5, 0.25);
    private static readonly Dataset Images = new(
        new Shape(Count, 3, 2), IdxBytes.Elements(Count * 6), Enumerable.Range(0, Count).Select(n => n % 7).ToArray());

    [Test]
    public void MoveNext_InOrder_GivesEveryImageWithItsLabel()
    {
        BatchSampler<float> sampler = Sampler(shuffle: false);
        Assert.That(Epoch(sampler), Is.EqualTo(Enumerable.Range(0, Count)));
        Assert.That(sampler.Current.Labels.ToArray(), Is.EqualTo(Images.Labels[100..].ToArray()));
    }

    [Test]
    public void MoveNext_Shuffled_GivesEveryImageOnceInAnotherOrder()
    {
        int[] order = Epoch(Sampler());
        Assert.That(order, Is.EquivalentTo(Enumerable.Range(0, Count)));
        Assert.That(order, Is.Not.Ordered);
    }

    [Test]
    public void Reset_SameSeed_GivesTheSameEpochs()
    {
        BatchSampler<float> one = Sampler(), other = Sampler();
        for (int epoch = 1; epoch <= 3; epoch++) Assert.That(Epoch(one), Is.EqualTo(Epoch(other)), $"epoch {epoch}");
    }

    [Test]
    public void Reset_AnotherEpoch_GivesAnotherOrder()
    {
        BatchSampler<float> sampler = Sampler();
        int[] first = Epoch(sampler), second = Epoch(sampler);
        Assert.That(second, Is.Not.EqualTo(first));
    }

    [Test]
    public void Reset_AnotherSeed_GivesAnotherOrder() => Assert.That(Epoch(Sampler(seed: 1)), Is.Not.EqualTo(Epoch(Sampler(seed: 2))));

    [Test]
    public void Reset_AfterEpochsLeftEarly_DependsOnlyOnTheEpoch()
    {
        var random = new RandomGenerator(5);
        var left = new BatchSampler<float>(Images, Scale, 10, shuffle: true, random);
        left.Reset();
        left.MoveNext();
        random.NextBits();                                                   // someone else draws from the caller's generator
        left.Reset();
        BatchSampler<float> full = Sampler(seed: 5, batchSize: 7);           // and another batch size
        Epoch(full);
        Epoch(full);
        Assert.That(Epoch(left), Is.EqualTo(Epoch(full)));
        Assert.That(left.Epoch, Is.EqualTo(3));
    }

    [TestCase(1, 103, 1)]
    [TestCase(10, 11, 3)]
    [TestCase(103, 1, 103)]
    [TestCase(int.MaxValue, 1, 103)]
    public void Count_AnyBatchSize_IsRoundedUp(int batchSize, int batches, int last)
    {
        BatchSampler<float> sampler = Sampler(batchSize: batchSize);
        Assert.That(sampler.Count, Is.EqualTo(batches));
        sampler.Reset();
        int moves = 0;
        while (sampler.MoveNext()) moves++;
        Assert.That((moves, sampler.Current.Count), Is.EqualTo((batches, last)));
    }

    [Test]
    public void MoveNext_NoImages_IsOverAtOnce()
    {
        var sampler = new BatchSampler<float>(Images.Take(0), Scale, 4, shuffle: false, random: null);
        sampler.Reset();
        Assert.That((sampler.Count, sampler.MoveNext()), Is.EqualTo((0, false)));
    }

    [Test]
    public void MoveNext_BeforeReset_Throws() =>
        Assert.That(() => Sampler().MoveNext(),
            Throws.InvalidOperationException.With.Message.EqualTo("BatchSampler: MoveNext was called before Reset."));

    [TestCase(0)]
    [TestCase(-3)]
    public void Constructor_BatchSizeBelowOne_Throws(int batchSize) =>
        Assert.That(() => Sampler(batchSize: batchSize), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.Contains($"BatchSampler: batchSize is {batchSize}, must be at least 1.").And.Property("ActualValue").EqualTo(batchSize));

    [Test]
    public void Constructor_ShuffleWithoutGenerator_Throws() =>
        Assert.That(() => new BatchSampler<float>(Images, Scale, 10, shuffle: true, random: null),
            Throws.ArgumentNullException.With.Message.Contains("RandomGenerator"));

    [Test]
    public void Epoch_Warm_AllocatesNothing()
    {
        BatchSampler<float> sampler = Sampler();
        float[] lanes = new float[6 * Lanes.Count];
        Walk(sampler, lanes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Walk(sampler, lanes);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static BatchSampler<float> Sampler(long seed = 1, int batchSize = 10, bool shuffle = true) =>
        new(Images, Scale, batchSize, shuffle, new RandomGenerator(seed));

    private static int[] Epoch(BatchSampler<float> sampler)
    {
        List<int> order = [];
        sampler.Reset();
        while (sampler.MoveNext()) order.AddRange(sampler.Current.Indices);
        return [.. order];
    }

    private static void Walk(BatchSampler<float> sampler, float[] lanes)
    {
        sampler.Reset();
        while (sampler.MoveNext())
        {
            for (int block = 0; block < Lanes.Blocks(sampler.Current.Count); block++) sampler.Current.CopyBlock(block, lanes);
        }
    }
}
