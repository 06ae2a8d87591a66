using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Optimizers;
using Scratch.Telemetry;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Telemetry;

public sealed class ActivationStatisticsTests
{
    [Test]
    public void Observe_SingleImageOfTheLesson_GivesOneMeanForEachLayer()
    {
        Model<float> model = RandomModel.Of<float>(1, [new Conv2d<float>(1, 8, 5), new Relu<float>()]);
        var statistics = new ActivationStatistics<float>();
        model.Observers.Add(statistics);
        Tensor<float> output = model.Forward(RandomTensors.Tensor<float>(new(1, 1, 28, 28), 2));
        Assert.That(output.Shape, Is.EqualTo(new Shape(1, 8, 24, 24)));
        Assert.That(statistics.Layers.Select(layer => layer.Count), Is.EqualTo([1, 1]));
        Assert.That(statistics.Layers[1][0].Mean, Is.EqualTo(output.Span.ToArray().Average()).Within(1e-6));
    }

    [Test]
    public void Observe_EveryLayer_GivesMeanAndUnbiasedDeviationOfItsOutput([Values(1, 31, 33, 70)] int images, [Values] bool training,
        [Values(1, 3)] int threads)
    {
        Module<double>[] modules = [new Conv2d<double>(2, 3, (3, 2)), new BatchNorm2d<double>(3), new Relu<double>(), new MaxPool2d<double>(2),
            new Flatten<double>(), new Linear<double>(18, 5)];
        Model<double> model = RandomModel.Of(1, modules, threads);
        var statistics = new ActivationStatistics<double>();
        model.Observers.Add(statistics);
        Tensor<double> input = RandomTensors.Tensor<double>(new(images, 2, 9, 5), 2);
        model.Forward(input, training);
        for (int layers = 1; layers <= modules.Length; layers++)
        {
            double[] output = RandomModel.Of(1, modules[..layers]).Forward(input, training).Span.ToArray();
            double mean = output.Average(), deviation = Math.Sqrt(output.Sum(y => (y - mean) * (y - mean)) / (output.Length - 1));
            ActivationRecord record = statistics.Layers[layers - 1].Single();
            Assert.That((record.Mean, record.StandardDeviation), Is.EqualTo((mean, deviation)).Within(1e-12), modules[layers - 1].TypeName);
            Assert.That(record.Training, Is.EqualTo(training));
        }
    }

    [Test]
    public void Observe_ReluAndShapes_GivesWhatCountingThemWould([Values(1, 33, 70)] int images, [Values(0, -1, 0.25)] double low,
        [Values] DeadUnits dead)
    {
        Module<float> inner = new Residual<float>(new Relu<float>(), new Conv2d<float>(3, 3, 1));
        Module<float>[] modules = [new Relu<float>(), new Conv2d<float>(2, 3, 3), inner, new Relu<float>(), new Flatten<float>(),
            new Reshape<float>(7, 9), new Relu<float>()];
        Model<float> model = RandomModel.Of(1, modules, threads: 2);
        var (derived, counted) = (new ActivationStatistics<float>(new() { Low = low, High = 1.5, Dead = dead }),
            new ActivationStatistics<float>(new() { Low = low, High = 1.5, Dead = dead }));
        model.Observers.Add(derived);
        model.Observers.Add(new Unknowing(counted));
        model.Forward(RandomTensors.Tensor<float>(new(images, 2, 9, 5), 2));
        Assert.That(derived.Layers.SelectMany(layer => layer), Is.EqualTo(counted.Layers.SelectMany(layer => layer)));
        for (int layer = 0; layer < model.Layers.Count; layer++)
            Assert.That(derived.Histogram(layer, 0).ToArray(), Is.EqualTo(counted.Histogram(layer, 0).ToArray()), model.Layers[layer].TypeName);
    }

    // Shows statistics a row of layers of which none can be derived from another.
    private sealed class Unknowing(ActivationStatistics<float> statistics) : BlockObserver<float>
    {
        public override void BeginPass(int layers, int images, bool training)
        {
            statistics.Watch(LayerGraph<float>.Row([.. Enumerable.Range(0, layers).Select(_ => new Tanh<float>())]));
            statistics.BeginPass(layers, images, training);
        }

        public override void Observe<V>(int layer, in Pass<float> pass) => statistics.Observe<V>(layer, pass);

        public override void EndPass() => statistics.EndPass();
    }

    [Test]
    public void Observe_OneNumber_HasNoDeviation()
    {
        var model = new Sequential<float>(new Linear<float>(3, 1));
        var statistics = new ActivationStatistics<float>();
        model.Observers.Add(statistics);
        model.Forward(RandomTensors.Tensor<float>(new(1, 3), 1));
        Assert.That(statistics.Layers[0][0].StandardDeviation, Is.NaN);
    }

    [Test]
    public void Fit_TrainingAndValidation_WritesOneRecordForEachPass()
    {
        var watch = new TelemetryCallback<float>();
        Fit(watch, validShape: new(1, 6, 6));
        foreach (IReadOnlyList<ActivationRecord> layer in watch.Statistics.Layers)
            Assert.That(layer.Select(record => record.Training), Is.EqualTo([true, true, true, false, false, true, true, true, false, false]));
        Assert.That(watch.Statistics.Layers, Has.Count.EqualTo(5));
    }

    [Test]
    public void Fit_ValidationImagesOfAnotherSize_WritesAsManyRecords()
    {
        var watch = new TelemetryCallback<float>();
        Fit(watch, validShape: new(1, 9, 8));
        Assert.That(watch.Statistics.Layers.Select(layer => layer.Count), Is.All.EqualTo(10));
    }

    private static void Fit(TelemetryCallback<float> watch, Shape validShape)
    {
        Model<float> model = RandomModel.Of<float>(1, [new Conv2d<float>(1, 4, 3, 2), new Relu<float>(), new AdaptiveAvgPool2d<float>(1),
            new Flatten<float>(), new Linear<float>(4, 3)]);
        Dataset train = SyntheticData.Images(100, new(1, 6, 6), 3, 2), valid = SyntheticData.Images(70, validShape, 3, 3);
        new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.1), SyntheticData.Batches<float>(train, 40),
            SyntheticData.Batches<float>(valid, 64), watch).Fit(2);
    }
}
