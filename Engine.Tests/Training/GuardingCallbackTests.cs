using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tests.Cli;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Training;

/// <summary>Callbacks that end training, and those that keep its best.</summary>
public sealed class GuardingCallbackTests
{
    private static readonly Dataset Data = SyntheticData.Images(80, new(1, 3, 2), classes: 3, seed: 1);

    private static Learner<double> Make(double rate, params Callback<double>[] callbacks)
    {
        Model<double> model = RandomModel.Of<double>(1, [new Conv2d<double>(1, 2, 2), new BatchNorm2d<double>(2), new Relu<double>(),
            new Flatten<double>(), new Linear<double>(4, 3)]);
        var (train, valid) = Data.Split(50);
        return new(model, new CrossEntropyLoss<double>(), new Sgd<double>(model.ParameterVector, rate, momentum: 0.5),
            SyntheticData.Batches<double>(train, 20, 1),
            SyntheticData.Batches<double>(valid, 30), callbacks);
    }

    /// <summary>Makes the model worse from some epoch on.</summary>
    private sealed class Spoiler(int epoch) : Callback<double>
    {
        public List<string> Hashes { get; } = [];

        public override void BeginEpoch(Learner<double> learner) => learner.Optimizer.LearningRate = learner.Epoch >= epoch ? 50 : 0.05;

        public override void AfterEpoch(Learner<double> learner) => Hashes.Add(learner.Model.Hash());
    }

    [Test]
    public void EarlyStopping_NoMoreImprovement_StopsWithAReasonAndTheBestState([Values("valid loss", "accuracy")] string monitor,
        [Values] bool restores)
    {
        var (recorder, spoiler) = (new Recorder<double>(new Accuracy<double>()), new Spoiler(3));
        var stopping = new EarlyStopping<double>(recorder, patience: 2, monitor, minDelta: 1e-4, restores);
        Learner<double> learner = Make(0.05, recorder, spoiler, stopping);
        learner.Fit(40);
        double[] values = [.. recorder.Epochs.Select(epoch => monitor == "accuracy" ? epoch.ValidMetrics[0] : -epoch.ValidLoss)];
        Assert.That(values, Has.Length.EqualTo(stopping.BestEpoch + 3), "two validations without improvement");
        Assert.That(values[stopping.BestEpoch], Is.EqualTo(values.Max()).Within(1e-4));
        Assert.That(learner.StopReason,
            Does.StartWith($"{monitor} has not improved by more than 0.0001 for 2 validations; best ")
                .And.EndWith($"after epoch {stopping.BestEpoch}"));
        Assert.That(learner.Model.Hash(), Is.EqualTo(spoiler.Hashes[restores ? stopping.BestEpoch : ^1]), "buffers are part of the hash");
        Assert.That(spoiler.Hashes[stopping.BestEpoch], Is.Not.EqualTo(spoiler.Hashes[^1]));
    }

    [Test]
    public void EarlyStopping_LargeLeastDifference_StopsAfterItsPatience()
    {
        var recorder = new Recorder<double>();
        Learner<double> learner = Make(0.05, recorder, new EarlyStopping<double>(recorder, patience: 3, "train loss", minDelta: 100));
        learner.Fit(20);
        Assert.That(recorder.Epochs, Has.Count.EqualTo(4));
    }

    [Test]
    public void EarlyStopping_UnknownNumber_NamesThoseThereAre() => Assert.That(() => new EarlyStopping<double>(new(new Accuracy<double>()), 1, "f1"),
        Throws.ArgumentException.With.Message.Contains("train loss, valid loss, accuracy"));

    [Test]
    public void Checkpoint_BestAndLast_SaveTheirModels()
    {
        using var folder = new TemporaryFolder();
        string best = Path.Combine(folder.Path, "best.safetensors"), last = Path.Combine(folder.Path, "last.safetensors");
        var (recorder, spoiler) = (new Recorder<double>(), new Spoiler(3));
        var keeper = new Checkpoint<double>(best, recorder);
        Learner<double> learner = Make(0.05, recorder, spoiler, keeper, new Checkpoint<double>(last));
        learner.Fit(6);
        int bestEpoch = recorder.Epochs.MinBy(epoch => epoch.ValidLoss)!.Epoch;
        Assert.That(keeper.SavedEpoch, Is.EqualTo(bestEpoch).And.LessThan(5));
        foreach (var (path, epoch) in new[] { (best, bestEpoch), (last, 5) })
        {
            Model<double> model = Make(0).Model;
            ModelFile.Load(model, path);
            Assert.That(model.Hash(), Is.EqualTo(spoiler.Hashes[epoch]));
        }
    }

    [Test]
    public void NanGuard_NotFiniteWeight_StopsBeforeTheStepAndNamesTheLayer([Values(0, 2, 4)] int parameter)
    {
        var guard = new NanGuard<double>();
        Learner<double> learner = Make(0.25, guard);
        Model<double> model = learner.Model;
        model.ParameterVector.Parameters[parameter].Value.Span[0] = double.NaN;
        learner.Fit(2);
        string layer = parameter switch { 0 => "Conv2d '0'", 2 => "BatchNorm2d '1'", _ => "Linear '4'" };
        Assert.That(learner.StopReason,
            Is.EqualTo($"the loss is NaN at step 0, learning rate 0.25; the first layer whose output is not finite is {layer}"));
        Assert.That((guard.Layer!.TypeName, learner.Optimizer.StepCount, model.Observers.Count), Is.EqualTo((layer[..layer.IndexOf(' ')], 0, 0)));
        Assert.That(model.ParameterVector.Values.Span.ToArray().Count(double.IsNaN), Is.EqualTo(1), "nothing was stepped");
    }

    [Test]
    public void NanGuard_NotFiniteGradient_NamesTheParameter()
    {
        var guard = new NanGuard<double>();
        Learner<double> learner = Make(0.25, guard, new GradientSpoiler());
        learner.Fit(2);
        Assert.That(learner.StopReason,
            Is.EqualTo("the gradient of 4.weight is not finite at step 1, learning rate 0.25; the output of every layer is finite"));
    }

    // One of two inputs overflows in float, if dropout lets it through; the mask of the step that failed must be the one that is looked at.
    [Test]
    public void NanGuard_DropoutDecides_NamesTheLayerEveryTime()
    {
        int stops = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            var (guard, model) = (new NanGuard<float>(), new Sequential<float>(new Flatten<float>(), new Dropout<float>(0.8),
                new Linear<float>(6, 3)) { Threads = 1 });
            model.Initialize(Initialization.Default, seed);
            model.ParameterVector.Parameters[0].Value.Span[0] = 2e38f;
            var learner = new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0),
                SyntheticData.Batches<float>(Data.Take(1), 1), null, guard);
            learner.Fit(3);
            if (learner.StopReason is null) continue;
            stops++;
            Assert.That((guard.Layer?.TypeName, model.Step), Is.EqualTo(("Linear", (long)learner.Optimizer.StepCount)),
                $"seed {seed}: {learner.StopReason}");
        }
        Assert.That(stops, Is.InRange(10, 35));
    }

    // The first convolution's outputs overflow in the second epoch: both norms have taken them in when the guard looks.
    [Test]
    public void NanGuard_StatisticsWereUpdated_GivesBackThoseBeforeTheBadBatch([Values] bool byGradient)
    {
        Sequential<float> model = RandomModel.Of<float>(1, [new Conv2d<float>(1, 2, 2), new BatchNorm2d<float>(2), new Relu<float>(),
            new RunningBatchNorm2d<float>(2), new Flatten<float>(), new Linear<float>(4, 3)]);
        string before = "";
        var spoiler = new MomentLog((learner, moment) =>
        {
            bool now = learner.Epoch == 1 && learner.BatchIndex == 1;
            if (now && moment == "AfterBackward" && byGradient) model.ParameterVector.Parameters[0].Gradient.Span[0] = float.NaN;
            if (!now || moment != "BeginBatch") return;
            if (!byGradient) model.ParameterVector.Parameters[0].Value.Span.Fill(3e38f);
            before = $"{model.Hash()} {model.Step}";
        }) { Rank = -30 };
        var learner = new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.01),
            SyntheticData.Batches<float>(Data, 30), null, spoiler, new NanGuard<float>());
        learner.Fit(3);
        Assert.That(learner.StopReason, Does.EndWith(byGradient ? "the output of every layer is finite"
            : "the first layer whose output is not finite is Conv2d '0'"));
        Assert.That($"{model.Hash()} {model.Step}", Is.EqualTo(before));
        Assert.That(model.Layers.SelectMany(layer => layer.Buffers).SelectMany(buffer => buffer.Value.Span.ToArray()),
            Is.All.Matches<float>(float.IsFinite));
    }

    // The gradient is finite, the step along it is not.
    [Test]
    public void NanGuard_StepOverflows_GivesBackTheWeightsBeforeIt([Values(0, 0.5)] double momentum)
    {
        Sequential<float> model = RandomModel.Of<float>(1,
            [new Conv2d<float>(1, 2, 2), new BatchNorm2d<float>(2), new Relu<float>(), new Flatten<float>(), new Linear<float>(4, 3)]);
        var optimizer = new Sgd<float>(model.ParameterVector, 0.01, momentum);
        string before = "";
        var spoiler = new MomentLog((learner, moment) =>
        {
            bool now = learner.Epoch == 1 && learner.BatchIndex == 1;
            if (now && moment == "BeginBatch") before = $"{model.Hash()} {model.Step}";
            if (now && moment == "AfterBackward") (optimizer.LearningRate, model.ParameterVector.Parameters[4].Gradient.Span[3]) = (1e20, 2e30f);
        }) { Rank = -30 };
        var learner = new Learner<float>(model, new CrossEntropyLoss<float>(), optimizer, SyntheticData.Batches<float>(Data, 30), null, spoiler,
            new NanGuard<float>());
        learner.Fit(3);
        Assert.That(learner.StopReason,
            Is.EqualTo($"step {optimizer.StepCount - 1}, learning rate {optimizer.LearningRate}, makes 4.weight not finite; "
            + "the weights are those before it"));
        Assert.That($"{model.Hash()} {model.Step}", Is.EqualTo(before));
    }

    [Test]
    public void NanGuard_NothingWrong_LetsItTrain()
    {
        Learner<double> learner = Make(0.05, new NanGuard<double>());
        learner.Fit(2);
        Assert.That((learner.StopReason, learner.Optimizer.StepCount), Is.EqualTo(((string?)null, 6)));
    }

    private sealed class GradientSpoiler : Callback<double>
    {
        public override int Order => -30;

        public override void AfterBackward(Learner<double> learner)
        {
            if (learner.Optimizer.StepCount == 1) learner.Model.ParameterVector.Parameters[4].Gradient.Span[1] = double.PositiveInfinity;
        }
    }
}
