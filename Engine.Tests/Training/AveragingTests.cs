using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Training;

/// <summary>Callbacks that make one of several: weights of several steps or epochs, gradients of several batches.</summary>
public sealed class AveragingTests
{
    private static readonly Dataset Data = SyntheticData.Images(80, new(1, 5, 4), classes: 3, seed: 1);

    private static Learner<double> Make(int batchSize, bool norm, params Callback<double>[] callbacks)
    {
        List<Module<double>> modules = [new Conv2d<double>(1, 2, 2)];
        if (norm) modules.Add(new BatchNorm2d<double>(2));
        modules.AddRange([new Relu<double>(), new Flatten<double>(), new Linear<double>(24, 3)]);
        Model<double> model = RandomModel.Of<double>(1, [.. modules]);
        var (train, valid) = Data.Split(50);
        return new(model, new CrossEntropyLoss<double>(), new Sgd<double>(model.ParameterVector, 0.1, momentum: 0.5),
            SyntheticData.Batches<double>(train, batchSize, 1), SyntheticData.Batches<double>(valid, 30), callbacks);
    }

    /// <summary>Copies of the weights at some moments.</summary>
    private sealed class Weights : Callback<double>
    {
        public List<double[]> Steps { get; } = [];

        public List<double[]> Epochs { get; } = [];

        public List<double[]> Validations { get; } = [];

        public override int Order => 50;

        public override void AfterStep(Learner<double> learner) => Steps.Add(Copy(learner));

        public override void BeginValidate(Learner<double> learner) => Validations.Add(Copy(learner));

        public override void AfterEpoch(Learner<double> learner) => Epochs.Add(Copy(learner));

        public static double[] Copy(Learner<double> learner) => learner.Model.ParameterVector.Values.Span.ToArray();
    }

    [Test]
    public void WeightAverage_TwoEpochs_IsTheDefinitionsInValidationAndAtTheEnd()
    {
        Weights plain = new(), averaged = new();
        Make(20, norm: true, plain).Fit(2);
        Learner<double> learner = Make(20, norm: true, averaged, new WeightAverage<double>(0.8));
        double[] mean = Weights.Copy(learner);
        learner.Fit(2);
        Assert.That(averaged.Steps, Is.EqualTo(plain.Steps), "training goes on from the weights, not from their average");
        for (int step = 1; step <= plain.Steps.Count; step++)
        {
            double kept = Math.Min(0.8, (1.0 + step) / (10 + step));
            mean = [.. mean.Zip(plain.Steps[step - 1], (old, now) => kept * old + (1 - kept) * now)];
            if (step % 3 == 0) Assert.That(averaged.Validations[step / 3 - 1], Is.EqualTo(mean).Within(1e-12), $"after step {step}");
        }
        Assert.That(averaged.Epochs, Is.EqualTo(averaged.Validations));
        Assert.That(Weights.Copy(learner), Is.EqualTo(mean).Within(1e-12));
    }

    [Test]
    public void StochasticWeightAveraging_LastTwoOfThreeEpochs_IsTheirMeanWithStatisticsOfItsOwn()
    {
        Weights epochs = new();
        Learner<double> learner = Make(25, norm: true, epochs, new StochasticWeightAveraging<double>(2));
        learner.Fit(3);
        double[] mean = [.. epochs.Epochs[1].Zip(epochs.Epochs[2], (a, b) => (a + b) / 2)];
        Assert.That(Weights.Copy(learner), Is.EqualTo(mean).Within(1e-12));
        // two batches of 25: the statistics are the mean of both batches', which a pass over all 50 images in one batch has too, variances but for their means
        var norm = learner.Model.Layers.OfType<BatchNorm2d<double>>().Single();
        double[] renewed = norm.RunningMean.Span.ToArray();
        BatchNormStatistics.Renew(learner.Model, SyntheticData.Batches<double>(Data.Take(50), 50));
        Assert.That(renewed, Is.EqualTo(norm.RunningMean.Span.ToArray()).Within(1e-12));
        Assert.That(norm.Buffers.Single(buffer => buffer.IsCount).Value.Span[0], Is.EqualTo(1), "batches are counted anew");
    }

    [Test]
    public void StochasticWeightAveraging_StoppedBefore_LeavesTheLastWeights()
    {
        Weights epochs = new();
        using var stop = new CancellationTokenSource();
        Learner<double> learner = Make(25, norm: true, epochs, new StochasticWeightAveraging<double>(2), new Stopper(stop));
        learner.Fit(3, stop.Token);
        Assert.That(Weights.Copy(learner), Is.EqualTo(epochs.Steps[^1]));
        Assert.That(() => Make(25, norm: false, new StochasticWeightAveraging<double>(4)).Fit(3),
            Throws.InvalidOperationException.With.Message.Contains("average 4 epochs, and the training has 3"));
    }

    private sealed class Stopper(CancellationTokenSource source) : Callback<double>
    {
        public override void BeginEpoch(Learner<double> learner)
        {
            if (learner.Epoch == 2) source.Cancel();
        }
    }

    [Test]
    public void RunningBatchNorm_Renewed_StartsFromNothing()
    {
        Model<double> model = RandomModel.Of<double>(1, [new Conv2d<double>(1, 2, 2), new RunningBatchNorm2d<double>(2)]);
        BatchNormStatistics.Renew(model, SyntheticData.Batches<double>(Data, 20));
        string once = model.Hash();
        BatchNormStatistics.Renew(model, SyntheticData.Batches<double>(Data, 20));
        Assert.That(model.Hash(), Is.EqualTo(once));
    }

    // 50 images in batches of 10, three a step: steps of 30 and of 20 images, like batches of 30.
    [Test]
    public void GradientAccumulation_ThreeBatches_StepsLikeOneOfThreeTimesTheSize()
    {
        Weights small = new(), large = new();
        Make(10, norm: false, small, new GradientAccumulation<double>(3)).Fit(2);
        Make(30, norm: false, large).Fit(2);
        Assert.That(small.Steps, Has.Count.EqualTo(large.Steps.Count).And.Count.EqualTo(4));
        foreach (var (own, other) in small.Steps.Zip(large.Steps)) Assert.That(own, Is.EqualTo(other).Within(1e-12));
    }

    [Test]
    public void Callbacks_WarmSteps_AllocateNothing()
    {
        var meter = new AllocationMeter<double>();
        Learner<double> learner = Make(10, norm: true, new GradientAccumulation<double>(2), new WeightAverage<double>(), meter);
        learner.Model.Threads = 1;
        learner.Fit(4);
        Assert.That(meter.Least.ByThisThread, Is.Zero);
    }

    [Test]
    public void ReduceOnPlateau_NoImprovement_FallsAfterItsPatienceDownToTheLeast()
    {
        var recorder = new Recorder<double>();
        List<double> rates = [];
        var plateau = new ReduceOnPlateau<double>(recorder, patience: 1, factor: 0.5, "train loss", minDelta: 100, minRate: 0.03);
        Learner<double> learner = Make(25, norm: false, recorder, plateau, new Rates(rates));
        learner.Fit(8);
        Assert.That(rates, Is.EqualTo([0.1, 0.1, 0.05, 0.05, 0.03, 0.03, 0.03, 0.03]).Within(1e-15), "the first epoch is better than nothing");
        Assert.That(plateau.Reductions, Is.EqualTo(2));
    }

    private sealed class Rates(List<double> rates) : Callback<double>
    {
        public override int Order => 50;

        public override void AfterEpoch(Learner<double> learner) => rates.Add(learner.Optimizer.LearningRate);
    }

    [Test]
    public void Callbacks_WrongNumbers_Throw()
    {
        var recorder = new Recorder<double>();
        Assert.That(() => new GradientAccumulation<double>(0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new WeightAverage<double>(1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new StochasticWeightAveraging<double>(0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new ReduceOnPlateau<double>(recorder, -1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new ReduceOnPlateau<double>(recorder, factor: 1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new ReduceOnPlateau<double>(recorder, monitor: "luck"), Throws.ArgumentException);
    }
}
