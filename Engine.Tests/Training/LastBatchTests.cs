using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Training;

public sealed class LastBatchTests
{
    private static readonly Dataset Data = SyntheticData.Images(33, new(1, 3, 3), classes: 3, seed: 1);

    private static BatchSampler<float> Sampler(int images, int batchSize, LastBatch lastBatch) =>
        new(Data.Take(images), SyntheticData.Scale, batchSize, shuffle: true, new RandomGenerator(2), [new RandomHorizontalFlip(0.5)], lastBatch);

    // What remains of an epoch: nothing, one, two; where there is no batch before; batches of one.
    [TestCase(LastBatch.Join, 32, 8, "8 8 8 8")]
    [TestCase(LastBatch.Join, 33, 8, "8 8 8 9")]
    [TestCase(LastBatch.Join, 33, 31, "31 2")]
    [TestCase(LastBatch.Join, 33, 32, "33")]
    [TestCase(LastBatch.Join, 3, 2, "3")]
    [TestCase(LastBatch.Join, 1, 8, "1")]
    [TestCase(LastBatch.Join, 3, 1, "1 1 1")]
    [TestCase(LastBatch.Keep, 33, 8, "8 8 8 8 1")]
    [TestCase(LastBatch.Keep, 1, 8, "1")]
    [TestCase(LastBatch.Drop, 33, 8, "8 8 8 8")]
    [TestCase(LastBatch.Drop, 31, 8, "8 8 8")]
    [TestCase(LastBatch.Drop, 5, 8, "5")]
    public void MoveNext_Rest_BecomesWhatWasChosen(LastBatch lastBatch, int images, int batchSize, string expected)
    {
        BatchSampler<float> sampler = Sampler(images, batchSize, lastBatch);
        for (int epoch = 0; epoch < 2; epoch++)
        {
            var (sizes, seen) = (new List<int>(), new List<int>());
            for (sampler.Reset(); sampler.MoveNext(); seen.AddRange(sampler.Current.Indices)) sizes.Add(sampler.Current.Count);
            Assert.That(string.Join(" ", sizes), Is.EqualTo(expected));
            Assert.That((sampler.Count, sampler.LargestBatch, sampler.ImagesPerEpoch), Is.EqualTo((sizes.Count, sizes.Max(), sizes.Sum())));
            Assert.That(seen, Is.Unique);
        }
    }

    [Test]
    public void Constructor_NoSuchLastBatch_Throws() => Assert.That(() => Sampler(5, 2, (LastBatch)3), Throws.TypeOf<ArgumentOutOfRangeException>());

    // One pixel a channel and one image left over: normalisation would have a single value.
    [TestCase(LastBatch.Join, 33)]
    [TestCase(LastBatch.Drop, 32)]
    [TestCase(LastBatch.Keep, 0)]
    public void Fit_BatchNormAndOneImageLeft_TrainsUnlessItIsKept(LastBatch lastBatch, int images)
    {
        Sequential<float> model = RandomModel.Of<float>(1, [new Conv2d<float>(1, 4, 3), new BatchNorm2d<float>(4), new Relu<float>(),
            new Flatten<float>(), new Linear<float>(4, 3)]);
        int seen = 0;
        var counter = new MomentLog((learner, moment) => seen += moment == "AfterStep" ? learner.Batch.Count : 0);
        var learner = new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.05),
            Sampler(33, 16, lastBatch), Sampler(33, 16, lastBatch), counter, new NanGuard<float>());
        if (images == 0)
        {
            Assert.That(() => learner.Fit(1),
                Throws.InvalidOperationException.With.Message.EndsWith("a single last one can be joined or dropped (LastBatch)."));
            return;
        }
        learner.Fit(2);
        Assert.That((learner.StopReason, seen), Is.EqualTo(((string?)null, 2 * images)));
        Assert.That(learner.Evaluate(learner.Train), Is.EqualTo(learner.Evaluate(new(Data, SyntheticData.Scale, 5, shuffle: false))).Within(0.2),
            "a batch of 17 has its outputs");
    }
}
