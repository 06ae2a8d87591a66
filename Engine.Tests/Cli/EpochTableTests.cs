using NUnit.Framework;
using Scratch.Cli;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Tests.Cli;

public sealed class EpochTableTests
{
    private const string Header = "epoch  train loss  accuracy  valid loss  accuracy       time";

    [TestCase(0.6371, 0.2011, 0.241, "    3      0.6371    0.8250      0.2011    0.9375    0.241 s")]
    [TestCase(99998.12346, -3, 999.9994, "    3  99998.1235    0.8250     -3.0000    0.9375  999.999 s")]
    [TestCase(12345678901.5, 1e-9, 86400, "    3   1.235E+10    0.8250      0.0000    0.9375    86400 s")]
    [TestCase(1e300, double.NaN, 1000, "    3  1.000E+300    0.8250         NaN    0.9375     1000 s")]
    public void Line_AnyNumbers_StaysInItsColumns(double trainLoss, double validLoss, double seconds, string expected)
    {
        string line = EpochTable<float>.Line(new EpochReport(2, trainLoss, [0.825], validLoss, [0.9375], 0, seconds), "accuracy".Length);
        Assert.That(line, Is.EqualTo(expected));
        Assert.That(line, Has.Length.EqualTo(Header.Length).And.Length.AtMost(60));
    }

    // One step, from the same first weights, is all it takes: nothing here hangs on the last bits of a number.
    [TestCase("30", true)]
    [TestCase("0.1", false)]
    public void Train_LossManyTimesTheFirst_SaysOnceThatItDiverges(string rate, bool diverges)
    {
        CliRun run = CliRun.Of("train", "--data", CliRun.Mnist, "--train-size", "256", "--epochs", "1", "--lr", rate, "--no-telemetry", "--json");
        Assert.That(run.ErrorLines.Count(line => line.Contains("training diverges: loss ", StringComparison.Ordinal)), Is.EqualTo(diverges ? 1 : 0),
            run.Error);
        Assert.That(run.Output, Does.Contain(diverges ? "\"divergedInEpoch\":1," : "\"divergedInEpoch\":null,"));
        if (diverges) Assert.That(run.Error, Does.Contain($"Lower --lr, now {rate};"));
    }

    /// <summary>All weights zero: the network answers as before the first step, whatever it sees.</summary>
    [TestCase(2, 5, true)]
    [TestCase(-1, 5, false)]
    public void Fit_ANetworkThatDies_SaysOnceThatWhatItLearnedIsLost(int deadFrom, int deadUntil, bool isLost)
    {
        string errors = Fit(new Death(deadFrom, deadUntil, inTraining: true));
        Assert.That(errors.Split("lost").Length - 1, Is.EqualTo(isLost ? 1 : 0), errors);
        if (!isLost) return;
        Assert.That(errors, Does.StartWith("warning: what was learned is lost: loss "));
        Assert.That(errors, Does.Contain("Lower --lr, now 0.1; find-lr proposes one."));
    }

    [TestCase(2, false)]
    [TestCase(4, true)]
    public void Fit_ValidationTossedAboutForAnEpoch_IsLostOnlyIfTheTrainingEndsSo(int deadIn, bool isLost)
    {
        string errors = Fit(new Death(deadIn, deadIn + 1, inTraining: false));
        Assert.That(errors.Contains("what was learned is lost", StringComparison.Ordinal), Is.EqualTo(isLost), errors);
    }

    private static string Fit(Death death)
    {
        byte[] pixels = [.. Enumerable.Range(0, 64 * 16).Select(i => (byte)(i / 16 % 2 * 200 + 20))];
        int[] labels = [.. Enumerable.Range(0, 64).Select(i => i % 2)];
        var images = new Dataset(new Shape(64, 4, 4), pixels, labels, 2);
        var model = new Sequential<float>(new Flatten<float>(), new Linear<float>(16, 2));
        var sampler = new BatchSampler<float>(images, Normalization.Of(images), 16, shuffle: false, random: null);
        var recorder = new Recorder<float>();
        using var errors = new StringWriter();
        var divergence = new Divergence<float>(recorder, epochs: 5, learningRate: 0.1, new Terminal(TextWriter.Null, errors));
        new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, learningRate: 0.1), sampler, sampler, recorder,
            divergence, death).Fit(epochs: 5);
        Assert.That(recorder.Epochs[1].ValidLoss, Is.LessThan(0.2), "it had learned");
        Assert.That(divergence.Epoch, Is.Null);
        return $"{errors}";
    }

    // All weights zero, so that the network answers as before the first step: after every step of some epochs, or only while they validate.
    private sealed class Death(int from, int until, bool inTraining) : Callback<float>
    {
        private float[]? _alive;

        public override void AfterStep(Learner<float> learner)
        {
            if (inTraining && from >= 0 && learner.Epoch >= from && learner.Epoch < until) learner.Model.ParameterVector.Values.Span.Clear();
        }

        public override void BeginValidate(Learner<float> learner)
        {
            if (inTraining || learner.Epoch < from || learner.Epoch >= until) return;
            _alive = learner.Model.ParameterVector.Values.Span.ToArray();
            learner.Model.ParameterVector.Values.Span.Clear();
        }

        public override void AfterEpoch(Learner<float> learner)
        {
            _alive?.CopyTo(learner.Model.ParameterVector.Values.Span);
            _alive = null;
        }
    }
}
