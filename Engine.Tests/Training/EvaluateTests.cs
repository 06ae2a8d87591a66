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

/// <summary>To look changes nothing: evaluations and searches amid a training, at any of its moments.</summary>
public sealed class EvaluateTests
{
    private const string BatchMoments = "BeginBatch AfterLoss AfterBackward AfterStep AfterBatch";

    private static readonly Dataset Data = SyntheticData.Images(70, new(1, 5, 4), classes: 3, seed: 1);

    private static string[] Moments => $"BeginFit BeginEpoch {BatchMoments} BeginValidate AfterEpoch".Split(' ');

    /// <summary>Everything that a training leaves behind, in words.</summary>
    private static string Run(string moment, Action<Learner<float>, Recorder<float>>? look)
    {
        Sequential<float> model = RandomModel.Of<float>(1, [new Conv2d<float>(1, 3, (3, 2)), new BatchNorm2d<float>(3), new Relu<float>(),
            new RunningBatchNorm2d<float>(3),
            new Flatten<float>(), new Dropout<float>(0.3), new Linear<float>(27, 3)]);
        var (train, valid) = Data.Split(50);
        var recorder = new Recorder<float>(new Accuracy<float>(), new TopKAccuracy<float>(2), new ConfusionMatrix<float>(3), new Recall<float>(3));
        var (telemetry, images) = (new TelemetryCallback<float>(), new List<string>());
        var looker = new MomentLog((learner, now) =>
        {
            if (now == moment) look?.Invoke(learner, recorder);
        }) { Rank = -15 };
        var witness = new MomentLog((learner, now) =>
        {
            if (now == moment) images.Add($"{string.Join(" ", learner.Batch.Labels.ToArray())} {string.Join(" ", learner.Output.Span.ToArray())}");
        });
        var samples = new BatchSampler<float>(train, SyntheticData.Scale, 16, shuffle: true, new RandomGenerator(3), [new RandomHorizontalFlip(0.5),
            new RandomErasing(0.5)]);
        var learner = new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.1, momentum: 0.5), samples,
            SyntheticData.Batches<float>(valid, 15), looker, recorder, telemetry, witness);
        learner.Fit(2);
        IEnumerable<string> epochs = recorder.Epochs.Select(e =>
            $"{e.TrainLoss:R} {e.ValidLoss:R} {string.Join(" ", e.TrainMetrics.Concat(e.ValidMetrics))}");
        return string.Join("\n", [model.Hash(), $"{model.Step} {samples.Epoch} {model.Observers.Count}", string.Join(" ", recorder.Losses), .. epochs,
            .. images,
            .. telemetry.Statistics.Layers.Select(layer => string.Join(" ", layer))]);
    }

    [TestCaseSource(nameof(Moments))]
    public void Evaluate_AmidATraining_ChangesNothing(string moment)
    {
        int looks = 0;
        Assert.That(Run(moment, (learner, recorder) =>
        {
            double loss = learner.Evaluate(learner.Train, [.. recorder.Metrics]);
            double[] values = [.. recorder.Metrics.Select(metric => metric.Value)];
            Assert.That((learner.Evaluate(learner.Train), learner.Evaluate(learner.Train, recorder.Metrics[0])), Is.EqualTo((loss, loss)),
                "twice the same images");
            Assert.That(recorder.Metrics[0].Value, Is.EqualTo(values[0]).And.EqualTo(values[2]), "the accuracy, by two metrics");
            learner.Evaluate(learner.Valid!, recorder.Metrics[1], new Accuracy<float>());
            looks++;
        }), Is.EqualTo(Run(moment, null)));
        Assert.That(looks, Is.Positive);
    }

    [TestCaseSource(nameof(Moments))]
    public void FindLearningRate_AmidATraining_ChangesNothing(string moment) =>
        Assert.That(Run(moment, (learner, _) => LearningRateFinder.Find(learner, steps: 5)), Is.EqualTo(Run(moment, null)));

    [Test]
    public void Evaluate_MetricInUseThatCannotBeLaidAside_SaysSo()
    {
        var (metric, model) = (new Forgetful(), new Sequential<float>(new Flatten<float>(), new Linear<float>(20, 3)));
        var learner = new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.1),
            SyntheticData.Batches<float>(Data, 20), null,
            new Recorder<float>(metric), new MomentLog((learner, now) => learner.Evaluate(learner.Train, now == "AfterStep" ? [metric]
                : [new Forgetful()])));
        Assert.That(() => learner.Fit(1),
            Throws.InvalidOperationException.With.Message.StartsWith("Recorder: this training is gathering the metric 'images'"));
        learner.Evaluate(learner.Train, metric);
        Assert.That(metric.Value, Is.EqualTo(70), "after the training it is free");
    }

    [Test]
    public void Evaluate_OutsideATraining_ObserversSeeIt()
    {
        var model = new Sequential<float>(new Flatten<float>(), new Linear<float>(20, 3));
        var learner = new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.1),
            SyntheticData.Batches<float>(Data, 20));
        int calls = 0;
        using (new Scratch.Telemetry.Hook<float>(model, 1, _ => calls++)) learner.Evaluate(learner.Train);
        Assert.That(calls, Is.EqualTo(4));
    }

    [Test]
    public void NoImages_TrainingValidationOrEvaluation_SaysSo()
    {
        var model = new Sequential<float>(new Flatten<float>(), new Linear<float>(20, 3));
        Learner<float> Make(Dataset train, Dataset? valid) => new(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.1),
            SyntheticData.Batches<float>(train, 20), valid is null ? null : SyntheticData.Batches<float>(valid, 20));
        Assert.That(() => Make(Data.Take(0), Data), Throws.ArgumentException.With.Message.StartsWith("Learner: there are no training images."));
        Assert.That(() => Make(Data, Data.Take(0)),
            Throws.ArgumentException.With.Message.StartsWith("Learner: there are no validation images; give none to train without."));
        Assert.That(() => Make(Data, null).Evaluate(SyntheticData.Batches<float>(Data.Take(0), 20)),
            Throws.ArgumentException.With.Message.StartsWith("Learner: there are no images to evaluate."));
    }

    /// <summary>Counts images, and cannot lay that aside.</summary>
    private sealed class Forgetful : Metric<float>
    {
        private int _images;

        public override string Name => "images";

        public override double Value => _images;

        public override void Reset() => _images = 0;

        public override void Add(Tensor<float> output, Batch<float> batch) => _images += batch.Count;
    }
}
