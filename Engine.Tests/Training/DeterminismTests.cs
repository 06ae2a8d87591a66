using System.Runtime.InteropServices;
using NUnit.Framework;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Telemetry;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Training;

/// <summary>One seed, one set of bits: work is split by shape, so the number of threads changes nothing.</summary>
[Category("Slow")]
public sealed class DeterminismTests
{
    [Test]
    public void ForwardAndBackward_AnyNumberOfThreads_GiveTheSameBits([ValueSource(typeof(NamedModels), nameof(NamedModels.Small))] string name,
        [Values(2, 3, 8)] int threads)
    {
        string one = ForwardAndBackward(name, 1);
        Assert.That(ForwardAndBackward(name, threads), Is.EqualTo(one));
    }

    [Test]
    public void Fit_AnyNumberOfThreads_GivesTheSameBits([ValueSource(typeof(NamedModels), nameof(NamedModels.Small))] string name,
        [Values(1, 2, 3, 8)] int threads)
    {
        string one = Fit(name, 1, out _);
        Assert.That(Fit(name, threads, out string telemetry), Is.EqualTo(one));
        Assert.That(telemetry, Does.Not.Contain("NaN"));
    }

    // 150 images are five blocks, the last part-filled; with 70 there are fewer groups than threads.
    [Test]
    public void Step_AnyAlgorithmAndNumberOfThreads_GivesTheSameBits([Values] ConvolutionAlgorithm algorithm, [Values(70, 150)] int images)
    {
        string one = Step(algorithm, images, 1);
        foreach (int threads in new[] { 2, 3, 8 }) Assert.That(Step(algorithm, images, threads), Is.EqualTo(one), $"{threads} threads");
    }

    private static string Step(ConvolutionAlgorithm algorithm, int images, int threads)
    {
        Conv2d<float> Convolution(int from, int to, int groups = 1) => new(from, to, 3, padding: 1, groups: groups) { Algorithm = algorithm };
        Model<float> model = RandomModel.Of<float>(1,
            [Convolution(1, 6), new BatchNorm2d<float>(6), new LeakyRelu<float>(0.1), new MaxPool2d<float>(2), Convolution(6, 12, groups: 2),
                new Relu<float>(), Convolution(12, 5), new BatchNorm2d<float>(5),
                new Relu<float>(), new AdaptiveAvgPool2d<float>(1), new Flatten<float>(), new Linear<float>(5, 10)], threads);
        var batches = SyntheticData.Batches<float>(SyntheticData.Images(images, new(1, 9, 7), classes: 10, seed: 1), images);
        new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.1, momentum: 0.9) { Threads = threads },
            batches).Fit(2);
        return $"{Bits(model.ParameterVector.Gradients)} {model.Hash()}";
    }

    [Test]
    public void Fit_AnotherSeed_GivesOtherBits() => Assert.That(Fit("lesson", 1, out _, seed: 3), Is.Not.EqualTo(Fit("lesson", 1, out _)));

    [Test]
    public void Fit_DropoutAndImageNorms_AnyNumberOfThreadsGivesTheSameBits([Values(2, 3, 8)] int threads)
    {
        string one = FitWithDropout(1);
        Assert.That(FitWithDropout(threads), Is.EqualTo(one));
    }

    private static string FitWithDropout(int threads)
    {
        var model = new Sequential<float>(new Conv2d<float>(1, 6, 3, 2), new GroupNorm<float>(2, 6), new Gelu<float>(), new Dropout2d<float>(0.2),
            new ConvTranspose2d<float>(6, 4, 2, 2),
            new LayerNorm<float>(new(4, 6, 6)), new Tanh<float>(), new AdaptiveMaxPool2d<float>(3), new Flatten<float>(), new Dropout<float>(0.3),
                new Linear<float>(36, 10)) { Threads = threads };
        model.Initialize(Initialization.KaimingNormal, 4);
        var (train, valid) = SyntheticData.Images(333, new(1, 7, 7), classes: 10, seed: 1).Split(269);
        var recorder = new Recorder<float>(new Accuracy<float>());
        new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.1, momentum: 0.9) { Threads = threads },
            SyntheticData.Batches<float>(train, 100, shuffleSeed: 2), SyntheticData.Batches<float>(valid, 64), recorder).Fit(2);
        Assert.That(model.Step, Is.EqualTo(2 * 3));
        return $"{model.Hash()} {string.Join(" ", recorder.Losses.Select(loss => $"{loss:R}"))}";
    }

    private static string ForwardAndBackward(string name, int threads)
    {
        Model<float> model = NamedModels.Build<float>(name, threads);
        RandomModel.Fill(model, 2);
        Tensor<float> output = model.Forward(RandomTensors.Tensor<float>(NamedModels.Image(name).Prepend(333), 3));
        Tensor<float> gradInput = model.Backward(RandomTensors.Tensor<float>(output.Shape, 4));
        return $"{Bits(output)} {Bits(gradInput)} {Bits(model.ParameterVector.Gradients)} {model.Hash()}";
    }

    private static string Fit(string name, int threads, out string telemetry, long seed = 2)
    {
        Model<float> model = NamedModels.Build<float>(name, threads);
        model.Initialize(Initialization.KaimingNormal, seed);
        var (recorder, watch) = (new Recorder<float>(new Accuracy<float>()), new TelemetryCallback<float>());
        var (train, valid) = SyntheticData.Images(333, NamedModels.Image(name), classes: 10, seed: 1).Split(269);
        var optimizer = new Sgd<float>(model.ParameterVector, 0.1, momentum: 0.9, weightDecay: 1e-3) { Threads = threads };
        new Learner<float>(model, new CrossEntropyLoss<float>(), optimizer, SyntheticData.Batches<float>(train, 100, seed),
            SyntheticData.Batches<float>(valid, 64), recorder, watch).Fit(2);
        EpochReport last = recorder.Epochs[^1];
        telemetry = string.Join(" ", watch.Statistics.Layers.SelectMany(layer => layer).Select((ActivationRecord record) =>
            $"{record.Training} {record.Mean:R} {record.StandardDeviation:R}"));
        return $"{model.Hash()} {string.Join(" ", recorder.Losses.Select(loss => $"{loss:R}"))} {last.TrainLoss:R} {last.ValidLoss:R} "
            + $"{last.ValidMetrics[0]:R} {telemetry}";
    }

    private static string Bits(Tensor<float> tensor)
    {
        var hash = new HashCode();
        hash.AddBytes(MemoryMarshal.AsBytes(tensor.Span));
        return $"{hash.ToHashCode()}";
    }
}
