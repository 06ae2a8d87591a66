using NUnit.Framework;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Data;

/// <summary>Images mixed with each other, and their labels by the same share.</summary>
public sealed class ImageMixingTests
{
    private const int Classes = 4;
    private static readonly Shape _shape = new(2, 8, 6);

    // Every image has one value of its own, so that a mixed pixel tells its share.
    private static Dataset Flat(int count, bool targets = false)
    {
        byte[] pixels = [.. Enumerable.Range(0, count).SelectMany(n => Enumerable.Repeat((byte)(n * 5), _shape.Length))];
        int[] labels = [.. Enumerable.Range(0, count).Select(n => n % Classes)];
        if (!targets) return new(_shape.Prepend(count), pixels, labels, Classes);
        var own = new Tensor<float>(new Shape(count, Classes));
        for (int n = 0; n < count; n++) own.Span[n * Classes + labels[n]] = 1;
        return new(_shape.Prepend(count), pixels, own);
    }

    private static (float[] Images, float[] Targets) Block(DatasetBatch<float> batch, int block)
    {
        float[] images = new float[_shape.Length * Lanes.Count], targets = new float[Classes * Lanes.Count];
        batch.CopyTargets(block, targets);
        batch.CopyBlock(block, images);
        return (images, targets);
    }

    private static readonly Normalization _asTheyAre = new(0, 1.0 / 255);

    [Test]
    public void MixUpAndCutMix_PixelsAndTargets_HaveTheSameShare([Values] bool cuts, [Values] bool targets, [Values(1, 2)] int epoch)
    {
        ImageMixing mixing = cuts ? new CutMix(1) : new MixUp(0.8);
        Dataset images = Flat(45, targets);
        var batch = new DatasetBatch<float>(images, _asTheyAre, 45, seed: 3, mixings: [mixing]);
        batch.Set([.. Enumerable.Range(0, 45)], epoch);
        Assert.That(batch.TargetShape, Is.EqualTo(new Shape(Classes)));
        int mixed = 0;
        for (int block = 0; block < 2; block++)
        {
            var (pixels, wanted) = Block(batch, block);
            int filled = Lanes.Filled(block, 45);
            for (int n = 0; n < filled; n++)
            {
                int own = block * Lanes.Count + n, other = block * Lanes.Count + (n + 1) % filled;
                float[] target = [.. Enumerable.Range(0, Classes).Select(c => wanted[c * Lanes.Count + n])];
                Assert.That(target.Sum(), Is.EqualTo(1).Within(1e-6));
                double share = own % Classes == other % Classes ? double.NaN : target[own % Classes];
                double[] lane = [.. Enumerable.Range(0, _shape.Length).Select(p => (double)pixels[p * Lanes.Count + n])];
                double found = (lane.Average() - other * 5) / (own * 5 - other * 5);
                if (double.IsNaN(share)) continue;
                Assert.That(found, Is.EqualTo(share).Within(cuts ? 1e-6 : 0.1 + 1e-6), $"image {own}");      // the mean is rounded to a byte, of five
                if (cuts) Assert.That(lane.Distinct().Except([own * 5, other * 5]), Is.Empty);
                if (share is > 0.01 and < 0.99) mixed++;
            }
        }
        Assert.That(mixed, Is.GreaterThan(15));
    }

    [Test]
    public void Set_OneImage_StaysAlone()
    {
        var batch = new DatasetBatch<float>(Flat(5), _asTheyAre, 1, seed: 3, mixings: [new MixUp(1)]);
        batch.Set([3]);
        var (pixels, targets) = Block(batch, 0);
        Assert.That((pixels[0], targets[3 * Lanes.Count]), Is.EqualTo((15f, 1f)));
    }

    [Test]
    public void Share_Beta_HasItsMeanAndDeviation([Values(0.05, 0.2, 1)] double alpha)
    {
        var random = new RandomSequence(5);
        var mixing = new MixUp(alpha);
        double[] shares = [.. Enumerable.Range(0, 4000).Select(_ => mixing.Draw(_shape, ref random).Share)];
        double mean = shares.Average(), variance = shares.Average(share => (share - mean) * (share - mean));
        Assert.That(mean, Is.EqualTo(0.5).Within(0.03));
        Assert.That(variance, Is.EqualTo(1 / (4 * (2 * alpha + 1))).Within(0.015));
    }

    [Test]
    public void Fit_Mixed_SameBitsForAnyThreadsAndLearns()
    {
        Dataset images = SyntheticData.Images(200, _shape, Classes, seed: 1);
        string Trained(int threads, out double accuracy)
        {
            Model<float> model = ModelCatalog.Build<float>("lesson-bn", _shape, Classes);
            model.Threads = threads;
            model.Initialize(Initialization.KaimingNormal, 3);
            var batches = new BatchSampler<float>(images, SyntheticData.Scale, 50, shuffle: true, new RandomGenerator(1), mixings: [new MixUp(0.4),
                new CutMix()]);
            var valid = new BatchSampler<float>(images, SyntheticData.Scale, 64, shuffle: false);
            var metric = new Accuracy<float>();
            var learner = new Learner<float>(model, new CrossEntropyLoss<float>(), new AdamW<float>(model.ParameterVector, 0.01), batches, valid,
                [new Recorder<float>(new Accuracy<float>())]);
            learner.Fit(8);
            learner.Evaluate(valid, metric);
            accuracy = metric.Value;
            return model.Hash();
        }
        string expected = Trained(1, out double right);
        Assert.That(Trained(3, out _), Is.EqualTo(expected));
        Assert.That(right, Is.GreaterThan(0.9));
    }
}
