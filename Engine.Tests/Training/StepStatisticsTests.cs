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

public sealed class StepStatisticsTests
{
    // Plain SGD moves every parameter by the rate times its gradient: the ratio follows from the two norms.
    [Test]
    public void Fit_Sgd_WritesNormsAndRatiosOfEveryParameter()
    {
        var statistics = new StepStatistics<double>();
        var log = new Lengths();
        Fit(2, statistics, log);
        Assert.That(statistics.GradientNorms, Has.Count.EqualTo(4));
        for (int i = 0; i < 4; i++)
        {
            Assert.That(statistics.GradientNorms[i], Is.EqualTo(log.Gradients.Select(step => step[i])).Within(1e-12), $"parameter {i}");
            Assert.That(statistics.UpdateRatios[i], Is.EqualTo(log.Gradients.Zip(log.Values, (g, v) => 0.1 * g[i] / v[i])).Within(1e-9));
            Assert.That(statistics.UpdateRatios[i], Is.All.GreaterThan(0));
        }
        Assert.That(statistics.Momenta, Is.EqualTo(Enumerable.Repeat(0.0, 6)));
    }

    [Test]
    public void Fit_Clipping_WritesTheNormBefore()
    {
        StepStatistics<double> free = new(), clipped = new();
        Fit(1, free);
        Fit(1, clipped, new GradientClipping<double>(norm: 1e-3));
        Assert.That(clipped.GradientNorms[0][0], Is.EqualTo(free.GradientNorms[0][0]));
        Assert.That(clipped.UpdateRatios[0][0], Is.LessThan(free.UpdateRatios[0][0]));
    }

    [Test]
    public void Fit_Metric_IsThatOfEachBatchAlone()
    {
        var statistics = new StepStatistics<double>(new Accuracy<double>());
        var recorder = new Recorder<double>(new Accuracy<double>());
        Fit(1, statistics, recorder);
        Assert.That(statistics.Metrics, Has.Count.EqualTo(3));
        double mean = (40 * statistics.Metrics[0] + 40 * statistics.Metrics[1] + 20 * statistics.Metrics[2]) / 100;
        Assert.That(recorder.Epochs[0].TrainMetrics[0], Is.EqualTo(mean).Within(1e-12));
    }

    [Test]
    public void Fit_MoreStepsThanAreKept_KeepsTheFirstAndEverySoManyAfterIt()
    {
        StepStatistics<double> all = new(), some = new() { MostSteps = 4 };
        Fit(4, all, some);
        Assert.That((all.Every, all.Momenta.Count, some.Every), Is.EqualTo((1, 12, 4)));
        Assert.That(some.GradientNorms[1], Is.EqualTo(all.GradientNorms[1].Where((_, step) => step % 4 == 0)));
        Assert.That(some.UpdateRatios[1], Is.EqualTo(all.UpdateRatios[1].Where((_, step) => step % 4 == 0)));
    }

    [Test]
    public void Fit_StepThatIsLeftOut_HasNoRatio()
    {
        var statistics = new StepStatistics<double>();
        Fit(1, statistics, new Skipping(1));
        Assert.That(statistics.UpdateRatios[0].Select(double.IsNaN), Is.EqualTo([false, true, false]));
        Assert.That(statistics.GradientNorms[0], Has.None.NaN);
    }

    [Test]
    public void Fit_LookingOn_ChangesNoBit() => Assert.That(Fit(2, new StepStatistics<double>(new Accuracy<double>())), Is.EqualTo(Fit(2)));

    [Test]
    public void MostSteps_BelowTwo_Throws() =>
        Assert.That(() => new StepStatistics<double> { MostSteps = 1 }, Throws.TypeOf<ArgumentOutOfRangeException>());

    private static string Fit(int epochs, params Callback<double>[] callbacks)
    {
        Model<double> model = RandomModel.Of<double>(1, [new Conv2d<double>(1, 2, 3), new Tanh<double>(), new Flatten<double>(),
            new Linear<double>(24, 3)]);
        BatchSampler<double> train = SyntheticData.Batches<double>(SyntheticData.Images(100, new(1, 6, 5), 3, 2), 40);
        new Learner<double>(model, new CrossEntropyLoss<double>(), new Sgd<double>(model.ParameterVector, 0.1), train, null, callbacks).Fit(epochs);
        return model.Hash();
    }

    /// <summary>The same lengths, worked out one number after the other.</summary>
    private sealed class Lengths : Callback<double>
    {
        public List<double[]> Gradients { get; } = [];

        public List<double[]> Values { get; } = [];

        public override void AfterBackward(Learner<double> learner)
        {
            IReadOnlyList<Parameter<double>> parameters = learner.Model.ParameterVector.Parameters;
            Gradients.Add([.. parameters.Select(parameter => Length(parameter.Gradient))]);
            Values.Add([.. parameters.Select(parameter => Length(parameter.Value))]);
        }

        private static double Length(Tensor<double> numbers) => Math.Sqrt(numbers.Span.ToArray().Sum(x => x * x));
    }

    /// <summary>Leaves out one step, after the gradient is there.</summary>
    private sealed class Skipping(int batch) : Callback<double>
    {
        public override void AfterBackward(Learner<double> learner)
        {
            if (learner.BatchIndex == batch) learner.Cancel(CancelScope.Batch, "to see");
        }
    }
}
