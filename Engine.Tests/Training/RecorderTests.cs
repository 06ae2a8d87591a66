using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Training;

public sealed class RecorderTests
{
    private static readonly Dataset Data = SyntheticData.Images(50, new(1, 3, 2), classes: 3, seed: 1);

    private static Learner<double> Make(bool validates, double rate, params Callback<double>[] callbacks)
    {
        Model<double> model = RandomModel.Of<double>(1, [new Flatten<double>(), new Linear<double>(6, 3)]);
        var (train, valid) = Data.Split(35);
        return new(model, new CrossEntropyLoss<double>(), new Sgd<double>(model.ParameterVector, rate), SyntheticData.Batches<double>(train, 10),
            validates ? SyntheticData.Batches<double>(valid, 4) : null, callbacks);
    }

    [Test]
    public void Fit_NothingLearned_ReportsMeansOverImages()
    {
        var recorder = new Recorder<double>(new Accuracy<double>());
        Learner<double> learner = Make(validates: true, rate: 0, recorder);
        learner.Fit(2);
        var accuracy = new Accuracy<double>();
        var (train, valid) = Data.Split(35);
        double trainLoss = learner.Evaluate(SyntheticData.Batches<double>(train, 35), accuracy), trainAccuracy = accuracy.Value;
        double validLoss = learner.Evaluate(SyntheticData.Batches<double>(valid, 15), accuracy), validAccuracy = accuracy.Value;
        foreach (EpochReport report in recorder.Epochs)
        {
            Assert.That((report.TrainLoss, report.ValidLoss), Is.EqualTo((trainLoss, validLoss)).Within(1e-12));
            Assert.That((report.TrainMetrics.Single(), report.ValidMetrics.Single()), Is.EqualTo((trainAccuracy, validAccuracy)));
            Assert.That((report.TrainSeconds > 0, report.Seconds >= report.TrainSeconds), Is.EqualTo((true, true)));
        }
        Assert.That(recorder.Epochs.Select(report => report.Epoch), Is.EqualTo([0, 1]));
    }

    [Test]
    public void Fit_TrainingBatches_WritesLossAndRateOfEach()
    {
        var recorder = new Recorder<double>();
        var halve = new RateHalver();
        Learner<double> learner = Make(validates: true, rate: 0.5, recorder, halve);
        learner.Fit(2);
        Assert.That(recorder.LearningRates, Is.EqualTo([0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25]));
        Assert.That(recorder.Losses, Is.EqualTo(halve.Losses));
        double mean = (10 * recorder.Losses[0] + 10 * recorder.Losses[1] + 10 * recorder.Losses[2] + 5 * recorder.Losses[3]) / 35;
        Assert.That(recorder.Epochs[0].TrainLoss, Is.EqualTo(mean).Within(1e-12));
    }

    [Test]
    public void Fit_NoValidation_HasNaN([Values] bool hasMetric)
    {
        var recorder = hasMetric ? new Recorder<double>(new Accuracy<double>()) : new Recorder<double>();
        Make(validates: false, rate: 0.1, recorder).Fit(2);
        Assert.That(recorder.Epochs.Select(report => (report.ValidLoss, report.ValidMetrics.Count, double.IsNaN(report.TrainLoss))),
            Is.All.EqualTo((double.NaN, hasMetric ? 1 : 0, false)));
        if (hasMetric) Assert.That(recorder.Epochs.Select(report => report.ValidMetrics[0]), Is.All.NaN);
    }

    [Test]
    public void Fit_Cancelled_ReportsFinishedEpochsOnly()
    {
        var recorder = new Recorder<double>();
        Make(validates: true, rate: 0.1, recorder, new RateHalver { StopAfter = 6 }).Fit(5);
        Assert.That((recorder.Epochs.Count, recorder.Losses.Count), Is.EqualTo((1, 6)));
    }

    [Test]
    public void Fit_MoreStepsThanItMayKeep_KeepsEverySoMany()
    {
        var (all, some, steps) = (new Recorder<double>(), new Recorder<double> { MostSteps = 6 }, new StepCounter());
        Make(validates: true, rate: 0.1, all, some, steps, new ScheduleCallback<double>((step, _) => step / 100.0)).Fit(10);
        Assert.That((all.Every, some.Every), Is.EqualTo((1, 8)));
        Assert.That(some.Losses, Is.EqualTo(all.Losses.Where((_, step) => step % 8 == 0)));
        Assert.That(some.LearningRates, Is.EqualTo([0, 0.08, 0.16, 0.24, 0.32]));
        Assert.That(all.Losses, Has.Count.EqualTo(steps.Count).And.Count.EqualTo(40));
        Assert.That(() => new Recorder<double> { MostSteps = 1 }, Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    // What is to come takes no memory: two billion epochs would take terabytes.
    [Test]
    public void Fit_EpochsWithoutEnd_TakesMemoryForWhatItSees()
    {
        var watch = new TelemetryCallback<double>();
        Learner<double> learner = Make(validates: true, rate: 0.1, new Recorder<double>(), watch, new RateHalver { StopAfter = 6 },
            new ScheduleCallback<double>(Scratch.Schedules.StepSchedule.Constant(0.1)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        learner.Fit(int.MaxValue);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(4 << 20));
        Assert.That((learner.StopReason, watch.Statistics.Layers[0].Count), Is.EqualTo(("enough", 4 + 4 + 2)));
    }

    private sealed class StepCounter : Callback<double>
    {
        public int Count { get; private set; }

        public override void AfterStep(Learner<double> learner) => Count++;
    }

    [Test]
    public void Fit_Again_GoesOn()
    {
        var recorder = new Recorder<double>();
        Learner<double> learner = Make(validates: true, rate: 0.1, recorder);
        learner.Fit(1);
        learner.Fit(2);
        Assert.That((recorder.Epochs.Count, recorder.Losses.Count), Is.EqualTo((3, 12)));
    }

    [Test]
    public void ProgressReporter_TrainingBatches_CountsThem()
    {
        List<TrainingProgress> reports = [];
        var recorder = new Recorder<double>();
        Make(validates: true, rate: 0.1, recorder, new ProgressReporter<double>(reports.Add)).Fit(2);
        Assert.That(reports.Select(report => (report.Epoch, report.Batch, report.Batches)), Is.EqualTo(
            new[] { (0, 1, 4), (0, 2, 4), (0, 3, 4), (0, 4, 4), (1, 1, 4), (1, 2, 4), (1, 3, 4), (1, 4, 4) }));
        Assert.That(reports.Select(report => report.Loss), Is.EqualTo(recorder.Losses));
    }

    [Test]
    public void Accuracy_Ties_FirstOfThemCounts()
    {
        var accuracy = new Accuracy<float>();
        Assert.That(accuracy.Value, Is.NaN);
        int[] labels = [0, 1, 2, 2];
        var batch = new TensorBatch<float>(RandomTensors.Tensor<float>(new(4, 1), 1), labels);
        accuracy.Add(new(new(5, 3), [0.5f, 0.5f, 0.1f, 0.5f, 0.5f, 0.1f, 0.1f, 0.2f, 0.3f, 0.3f, 0.2f, 0.1f, 9, 9, 9]), batch);
        Assert.That(accuracy.Value, Is.EqualTo(0.5));
        accuracy.Reset();
        Assert.That(accuracy.Value, Is.NaN);
    }

    /// <summary>Halves the learning rate after an epoch, and stops after some steps.</summary>
    private sealed class RateHalver : Callback<double>
    {
        public List<double> Losses { get; } = [];

        public int StopAfter { get; init; } = int.MaxValue;

        public override void AfterStep(Learner<double> learner)
        {
            Losses.Add(learner.BatchLoss);
            if (learner.Optimizer.StepCount == StopAfter) learner.Cancel(CancelScope.Fit, "enough");
        }

        public override void AfterEpoch(Learner<double> learner) => learner.Optimizer.LearningRate /= 2;
    }
}
