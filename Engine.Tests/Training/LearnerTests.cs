using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Training;

public sealed class LearnerTests
{
    private const string TrainBatch = "BeginBatch AfterLoss AfterBackward AfterStep AfterBatch";
    private const string ValidBatch = "BeginBatch AfterLoss AfterBatch";
    private static readonly Dataset Data = SyntheticData.Images(12, new(1, 3, 2), classes: 3, seed: 1);

    private static Learner<float> Make(params Callback<float>[] callbacks)
    {
        Model<float> model = RandomModel.Of<float>(1, [new Flatten<float>(), new Linear<float>(6, 3)]);
        var (train, valid) = Data.Split(8);
        return new(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.1), SyntheticData.Batches<float>(train, 4),
            SyntheticData.Batches<float>(valid, 2), callbacks);
    }

    private static string Fit(int epochs, Action<Learner<float>, string>? act, out Learner<float> learner, CancellationToken cancellation = default)
    {
        var log = new MomentLog(act);
        learner = Make(log);
        learner.Fit(epochs, cancellation);
        return string.Join(" ", log.Moments);
    }

    [Test]
    public void Fit_TwoEpochs_ComesByEveryMomentInOrder()
    {
        string epoch = $"BeginEpoch {TrainBatch} {TrainBatch} BeginValidate {ValidBatch} {ValidBatch} AfterEpoch";
        Assert.That(Fit(2, null, out Learner<float> learner), Is.EqualTo($"BeginFit {epoch} {epoch} AfterFit"));
        Assert.That((learner.StopReason, learner.Optimizer.StepCount), Is.EqualTo(((string?)null, 4)));
    }

    [Test]
    public void Fit_NoEpochs_BeginsAndEnds() => Assert.That(Fit(0, null, out _), Is.EqualTo("BeginFit AfterFit"));

    [Test]
    public void Fit_NegativeEpochs_Throws() =>
        Assert.That(() => Make().Fit(-1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ActualValue").EqualTo(-1));

    [Test]
    public void Fit_Callbacks_SeeWhereItStands()
    {
        List<string> places = [];
        Fit(2, (learner, moment) =>
        {
            if (moment == "AfterLoss") places.Add($"{learner.Epoch}/{learner.Epochs} {(learner.IsTraining ? "train" : "valid")} {learner.BatchIndex} "
                + $"of {learner.Batch.Count}");
        }, out _);
        Assert.That(places, Is.EqualTo(
            [
                "0/2 train 0 of 4", "0/2 train 1 of 4", "0/2 valid 0 of 2", "0/2 valid 1 of 2",
                "1/2 train 0 of 4", "1/2 train 1 of 4", "1/2 valid 0 of 2", "1/2 valid 1 of 2",
            ]));
    }

    [Test]
    public void Fit_SeveralCallbacks_RunByOrderThenAsGiven()
    {
        List<string> calls = [];
        MomentLog Named(string name, int rank) => new((_, moment) =>
        {
            if (moment == "BeginFit") calls.Add(name);
        }) { Rank = rank };
        Make(Named("late", 5), Named("first", 0), Named("second", 0), Named("early", -1)).Fit(0);
        Assert.That(calls, Is.EqualTo(["early", "first", "second", "late"]));
    }

    [TestCase("BeginBatch", "BeginBatch AfterBatch", 1)]
    [TestCase("AfterLoss", "BeginBatch AfterLoss AfterBatch", 1)]
    [TestCase("AfterBackward", "BeginBatch AfterLoss AfterBackward AfterBatch", 1)]
    [TestCase("AfterStep", TrainBatch, 2)]
    [TestCase("AfterBatch", TrainBatch, 2)]
    public void Cancel_Batch_LeavesOutItsRestOnly(string at, string first, int steps)
    {
        string moments = Fit(1, Once(at, CancelScope.Batch), out Learner<float> learner);
        Assert.That(moments, Is.EqualTo($"BeginFit BeginEpoch {first} {TrainBatch} BeginValidate {ValidBatch} {ValidBatch} AfterEpoch AfterFit"));
        Assert.That((learner.Optimizer.StepCount, learner.StopReason), Is.EqualTo((steps, (string?)null)));
    }

    [TestCase("BeginEpoch", "")]
    [TestCase("AfterLoss", "BeginBatch AfterLoss AfterBatch ")]
    [TestCase("AfterBatch", TrainBatch + " ")]
    public void Cancel_EpochInTraining_StillValidates(string at, string training)
    {
        string moments = Fit(1, Once(at, CancelScope.Epoch), out Learner<float> learner);
        Assert.That(moments, Is.EqualTo($"BeginFit BeginEpoch {training}BeginValidate {ValidBatch} {ValidBatch} AfterEpoch AfterFit"));
        Assert.That(learner.StopReason, Is.Null);
    }

    [Test]
    public void Cancel_EpochInValidation_LeavesOutItsRest() => Assert.That(
        Fit(1, Once("BeginValidate", CancelScope.Epoch), out _),
            Is.EqualTo($"BeginFit BeginEpoch {TrainBatch} {TrainBatch} BeginValidate AfterEpoch AfterFit"));

    [TestCase(CancelScope.Epoch)]
    [TestCase(CancelScope.Batch)]
    public void Cancel_WhenTheEpochIsDone_LeavesTheNextWhole(CancelScope scope)
    {
        string epoch = $"BeginEpoch {TrainBatch} {TrainBatch} BeginValidate {ValidBatch} {ValidBatch} AfterEpoch";
        Assert.That(Fit(2, Once("AfterEpoch", scope), out _), Is.EqualTo($"BeginFit {epoch} {epoch} AfterFit"));
    }

    [TestCase("BeginFit", "BeginFit AfterFit")]
    [TestCase("BeginEpoch", "BeginFit BeginEpoch AfterFit")]
    [TestCase("BeginBatch", "BeginFit BeginEpoch BeginBatch AfterBatch AfterFit")]
    [TestCase("AfterBackward", "BeginFit BeginEpoch BeginBatch AfterLoss AfterBackward AfterBatch AfterFit")]
    [TestCase("AfterStep", "BeginFit BeginEpoch " + TrainBatch + " AfterFit")]
    [TestCase("AfterEpoch", "BeginFit BeginEpoch " + TrainBatch + " " + TrainBatch + " BeginValidate " + ValidBatch + " " + ValidBatch
        + " AfterEpoch AfterFit")]
    public void Cancel_Fit_EndsTrainingWithTheReason(string at, string expected)
    {
        Assert.That(Fit(3, Once(at, CancelScope.Fit), out Learner<float> learner), Is.EqualTo(expected));
        Assert.That(learner.StopReason, Is.EqualTo("enough"));
    }

    [Test]
    public void Fit_AfterACancelledOne_StartsAnew()
    {
        bool cancelled = false;
        var log = new MomentLog((learner, moment) =>
        {
            if (moment != "AfterStep" || cancelled) return;
            cancelled = true;
            learner.Cancel(CancelScope.Fit, "enough");
        });
        Learner<float> learner = Make(log);
        learner.Fit(1);
        log.Moments.Clear();
        learner.Fit(1);
        Assert.That(log.Moments, Has.Member("AfterEpoch"));
        Assert.That((learner.StopReason, learner.Optimizer.StepCount), Is.EqualTo(((string?)null, 3)));
    }

    [Test]
    public void Fit_TokenCancelled_StopsAfterTheBatchAtHand([Values("AfterLoss", "BeginEpoch")] string at)
    {
        using var source = new CancellationTokenSource();
        string moments = Fit(3, (_, moment) =>
        {
            if (moment == at) source.Cancel();
        }, out Learner<float> learner, source.Token);
        Assert.That((moments, learner.StopReason), Is.EqualTo(($"BeginFit BeginEpoch {TrainBatch} AfterFit", "interrupted")));
    }

    [TestCase("BeginFit")]
    [TestCase("AfterStep")]
    public void Fit_CallbackThrows_AfterFitIsCalledAllTheSame(string at)
    {
        var watch = new TelemetryCallback<float>();
        var log = new MomentLog((_, moment) =>
        {
            if (moment == at) throw new NotFiniteNumberException();
        });
        Learner<float> learner = Make(watch, log);
        Assert.That(() => learner.Fit(1), Throws.TypeOf<NotFiniteNumberException>());
        Assert.That(log.Moments[^1], Is.EqualTo("AfterFit"));
        int passes = watch.Statistics.Layers.Sum(layer => layer.Count);
        learner.Model.Forward(RandomTensors.Tensor<float>(new(2, 1, 3, 2), 1));
        Assert.That(watch.Statistics.Layers.Sum(layer => layer.Count), Is.EqualTo(passes), "telemetry is off");
    }

    [Test]
    public void Evaluate_Batches_IsTheMeanOverImagesAndSilent()
    {
        var log = new MomentLog();
        Learner<float> learner = Make(log);
        string hash = learner.Model.Hash();
        var accuracy = new Accuracy<float>();
        double loss = learner.Evaluate(SyntheticData.Batches<float>(Data, 5), accuracy);                 // 5, 5 and 2 images
        double whole = learner.Evaluate(SyntheticData.Batches<float>(Data, 12));
        Assert.That(loss, Is.EqualTo(whole).Within(1e-6));
        Assert.That((log.Moments.Count, learner.Model.Hash()), Is.EqualTo((0, hash)));
        int right = 0;
        for (int n = 0; n < 12; n++)
        {
            BatchSampler<float> one = SyntheticData.Batches<float>(Data, 12);
            one.Reset();
            one.MoveNext();
            one.Current.Set([n]);
            float[] pixels = new float[6 * 32];
            one.Current.CopyBlock(0, pixels);
            float[] logits = learner.Model.Infer(new(new(1, 6), [.. Enumerable.Range(0, 6).Select(p => pixels[p * 32])])).Span.ToArray();
            if (Array.IndexOf(logits, logits.Max()) == Data.Labels[n]) right++;
        }
        Assert.That(accuracy.Value, Is.EqualTo(right / 12.0));
    }

    [Test]
    public void Constructor_OptimizerOfAnotherModel_Throws()
    {
        var model = new Sequential<float>(new Flatten<float>(), new Linear<float>(6, 3));
        var other = new Sequential<float>(new Flatten<float>(), new Linear<float>(6, 3));
        Assert.That(() => new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(other.ParameterVector, 0.1),
            SyntheticData.Batches<float>(Data, 4)),
            Throws.ArgumentException.With.Message.StartsWith("Learner: the optimiser was made for another model."));
    }

    private static Action<Learner<float>, string> Once(string at, CancelScope scope)
    {
        bool done = false;
        return (learner, moment) =>
        {
            if (moment != at || done) return;
            done = true;
            learner.Cancel(scope, "enough");
        };
    }
}
