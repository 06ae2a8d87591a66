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

/// <summary>The lesson's run on the real images: 50,000 to train with in batches of 512, 10,000 to validate in batches of 1024, learning rate
/// 0.4.</summary>
[Category("Slow")]
public sealed class LessonRunTests
{
    private const int Seed = 42;

    [Test]
    public void Fit_TwoEpochsAndOneMore_CountsTelemetryAndReaches95Percent()
    {
        var (train, valid) = Mnist.Load(Path.Combine(RepositoryFolder.Path, "data", "mnist")).Train.Split(50_000);
        var scale = Normalization.Of(train);
        Model<float> model = ModelCatalog.Build<float>("lesson", train.ImageShape, train.Classes);
        model.Initialize(Initialization.KaimingNormal, Seed);
        var (recorder, watch) = (new Recorder<float>(new Accuracy<float>()), new TelemetryCallback<float>());
        var batches = new BatchSampler<float>(train, scale, 512, shuffle: true, new RandomGenerator(Seed));
        var learner = new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.4), batches,
            new BatchSampler<float>(valid, scale, 1024, shuffle: false, null), recorder, watch);

        learner.Fit(2);
        Assert.That((learner.Train.Count, learner.Valid!.Count), Is.EqualTo((98, 10)));
        Assert.That(watch.Statistics.Layers.Select(layer => layer.Count), Is.All.EqualTo(216), "216 = 2 x (98 + 10)");
        Assert.That(watch.Statistics.Layers.Select(layer => layer.Count(record => record.Training)), Is.All.EqualTo(196));

        learner.Fit(1);
        Assert.That(recorder.Epochs[2].ValidMetrics[0], Is.GreaterThanOrEqualTo(0.95), "validation accuracy");
        Assert.That(watch.Statistics.Layers.SelectMany(layer => layer), Has.None.Matches<Scratch.Telemetry.ActivationRecord>(record =>
            !double.IsFinite(record.Mean + record.StandardDeviation)));
    }
}
