using NUnit.Framework;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Tests.Training;
using Scratch.Training;

namespace Scratch.Tests.Data;

/// <summary>Images that are changed as they are laid into lanes.</summary>
public sealed class AugmentedBatchTests
{
    private const int Count = 70, Seed = 9;
    private static readonly Shape _shape = new(2, 7, 5);
    private static readonly Dataset _images = SyntheticData.Images(Count, _shape, classes: 4, seed: 1);

    private static Augmentation[] Augmentations(int count) =>
        [.. new Augmentation[] { new RandomAffine(degrees: 30, translate: 0.2), new RandomErasing(0.7), new RandomHorizontalFlip() }.Take(count)];

    /// <summary>By hand: the augmentations of one image after the other, each continuing the image's own sequence.</summary>
    [Test]
    public void CopyBlock_AnyNumberOfAugmentations_IsThatOfTheChangedImages([Values(0, 1, 2, 3)] int count, [Values(1, 2)] int epoch)
    {
        Augmentation[] augmentations = Augmentations(count);
        byte[] changed = _images.Pixels.ToArray();
        for (int n = 0; n < Count; n++)
        {
            var random = new RandomSequence(Seed, epoch, n);
            foreach (Augmentation augmentation in augmentations)
            {
                byte[] image = changed[(n * _shape.Length)..((n + 1) * _shape.Length)];
                augmentation.Apply(_shape, image, changed.AsSpan(n * _shape.Length, _shape.Length), ref random);
            }
        }
        var expected = new DatasetBatch<float>(new Dataset(_shape.Prepend(Count), changed, _images.Labels.ToArray()), SyntheticData.Scale, 64);
        var batch = new DatasetBatch<float>(_images, SyntheticData.Scale, 64, augmentations, Seed);
        int[] indices = [.. Enumerable.Range(0, 45).Select(i => (i * 17 + 3) % Count)];
        batch.Set(indices, epoch);
        expected.Set(indices);
        for (int block = 0; block < 2; block++) Assert.That(Block(batch, block), Is.EqualTo(Block(expected, block)), $"block {block}");
    }

    [Test]
    public void MoveNext_OtherEpoch_ShowsOtherImages_TheSameForAnyBatchSize()
    {
        float[][] Epochs(int batchSize)
        {
            var sampler = new BatchSampler<float>(_images, SyntheticData.Scale, batchSize, shuffle: false, new RandomGenerator(Seed),
                Augmentations(3));
            return [.. Enumerable.Range(0, 2).Select(_ => Epoch(sampler))];
        }
        float[][] small = Epochs(32), large = Epochs(64);
        Assert.That(small[0], Is.Not.EqualTo(small[1]));
        Assert.That(large, Is.EqualTo(small));
        Assert.That(Epoch(new(_images, SyntheticData.Scale, 32, shuffle: false, new RandomGenerator(Seed + 1), Augmentations(3))),
            Is.Not.EqualTo(small[0]));
    }

    [Test]
    public void Constructor_AugmentationsChangeNoOrder()
    {
        static int[] Order(params Augmentation[] augmentations)
        {
            var sampler = new BatchSampler<float>(_images, SyntheticData.Scale, Count, shuffle: true, new RandomGenerator(Seed), augmentations);
            sampler.Reset();
            sampler.MoveNext();
            return sampler.Current.Indices.ToArray();
        }
        Assert.That(Order(Augmentations(2)), Is.EqualTo(Order()));
    }

    [Test]
    public void Constructor_AugmentationsWithoutGenerator_IsRefused() =>
        Assert.That(() => new BatchSampler<float>(_images, SyntheticData.Scale, 8, shuffle: false, null, Augmentations(1)),
            Throws.ArgumentNullException.With.Message.Contains("augmentations need a random generator"));

    [Test]
    public void Fit_DropoutAndAugmentations_AnyNumberOfThreadsGivesTheSameBits([Values(2, 3, 8)] int threads) =>
        Assert.That(Fit(threads, out _), Is.EqualTo(Fit(1, out _)));

    [Test]
    [NonParallelizable]
    public void Fit_WarmStepsWithAugmentations_AllocateNothing([Values(1, 2)] int threads)
    {
        Fit(threads, out AllocationMeter<float> meter);
        Assert.That(meter.Least, Is.EqualTo((0, 0)));
    }

    private static string Fit(int threads, out AllocationMeter<float> meter)
    {
        var model = new Sequential<float>(new Conv2d<float>(2, 6, 3), new Relu<float>(), new Flatten<float>(), new Dropout<float>(0.3),
            new Linear<float>(90, 4)) { Threads = threads };
        model.Initialize(Initialization.KaimingNormal, 4);
        meter = new AllocationMeter<float>();
        Dataset images = SyntheticData.Images(333, _shape, classes: 4, seed: 1);
        var train = new BatchSampler<float>(images, SyntheticData.Scale, 100, shuffle: true, new RandomGenerator(2), Augmentations(3));
        new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.1, momentum: 0.9) { Threads = threads },
            train, null, meter).Fit(12);
        return model.Hash();
    }

    private static float[] Epoch(BatchSampler<float> sampler)
    {
        List<float> all = [];
        for (sampler.Reset(); sampler.MoveNext();)
            for (int block = 0; block < Lanes.Blocks(sampler.Current.Count); block++) all.AddRange(Block(sampler.Current, block));
        return [.. all];
    }

    private static float[] Block(Batch<float> batch, int block)
    {
        var lanes = new float[_shape.Length * Lanes.Count];
        Array.Fill(lanes, float.NaN);
        batch.CopyBlock(block, lanes);
        return lanes;
    }
}
