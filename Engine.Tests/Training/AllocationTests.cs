using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Schedules;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Training;

/// <summary>A warm training step allocates nothing, with recorder, accuracy and telemetry on, on the training thread or any other.</summary>
[NonParallelizable]
public sealed class AllocationTests
{
    private const int StepsPerEpoch = 3;

    // Slow, so that it is left out without vector instructions: there an epoch takes so long that the test host's own heartbeat falls into every one.
    [Test]
    [Category("Slow")]
    public void Fit_WarmSteps_AllocateNothing([ValueSource(typeof(NamedModels), nameof(NamedModels.Small))] string name, [Values(1, 2)] int threads)
    {
        Assert.That(AllocatedByWarmSteps(NamedModels.Build<float>(name, threads), NamedModels.Image(name)), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Fit_WarmStepsOfTextbookConvolutions_AllocateNothing([Values(ConvolutionAlgorithm.Naive,
        ConvolutionAlgorithm.Im2Col)] ConvolutionAlgorithm algorithm)
    {
        var model = new Sequential<float>(new Conv2d<float>(1, 4, 3, 2) { Algorithm = algorithm }, new Relu<float>(), new Flatten<float>(),
            new Linear<float>(36, 10)) { Threads = 1 };
        Assert.That(AllocatedByWarmSteps(model, new(1, 7, 7)), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Fit_WarmStepsOfEachOptimizer_AllocateNothing([Values("Sgd", "Adam", "AdamW", "RmsProp")] string name, [Values(1, 2)] int threads)
    {
        var model = new Sequential<float>(new Flatten<float>(), new Linear<float>(49, 5)) { Threads = threads };
        IReadOnlyList<ParameterGroup<float>> groups = [ParameterGroup<float>.NormsAndBiases(model.ParameterVector)];
        Optimizer<float> optimizer = name switch
        {
            "Sgd" => new Sgd<float>(model.ParameterVector, 0.1, 0.9, nesterov: true) { Groups = groups },
            "Adam" => new Adam<float>(model.ParameterVector) { Groups = groups },
            "AdamW" => new AdamW<float>(model.ParameterVector) { Groups = groups },
            _ => new RmsProp<float>(model.ParameterVector, momentum: 0.5, centered: true) { Groups = groups },
        };
        const int Count = StepsPerEpoch * 64 - 7;
        var cycle = new OneCycle(0.01);
        Dataset images = SyntheticData.Images(Count, new(1, 7, 7), classes: 5, seed: 1);
        var data = new Dataset(new(Count, 1, 7, 7), images.Pixels.ToArray(), new Tensor<float>(new(Count, 5), RandomTensors.Values<float>(Count * 5,
            2, 0, 1)));
        Assert.That(AllocatedByWarmSteps(model, data, optimizer, new BceWithLogitsLoss<float>([1, 2, 3, 4, 5]),
            new ScheduleCallback<float>(cycle.LearningRate, cycle.Momentum), new GradientClipping<float>(norm: 0.01, value: 0.005),
            new StepStatistics<float>()),
                Is.EqualTo((0, 0)));
    }

    [Test]
    [Category("Slow")]
    public void Fit_WarmStepsOfEveryOtherLayer_AllocateNothing([Values(1, 2)] int threads)
    {
        var model = new Sequential<float>(new Conv2d<float>(1, 6, 3, 2), new GroupNorm<float>(2, 6), new Gelu<float>(), new Dropout2d<float>(0.2),
            new ConvTranspose2d<float>(6, 4, 2, 2),
            new LayerNorm<float>(new(4, 6, 6)), new Silu<float>(), new InstanceNorm2d<float>(4), new Hardswish<float>(),
                new AdaptiveMaxPool2d<float>(3), new GeneralRelu<float>(0.1, 0.4, 6),
            new Relu6<float>(), new Softmax<float>(), new LogSoftmax<float>(-1), new Sigmoid<float>(), new Tanh<float>(), new Flatten<float>(),
                new Dropout<float>(0.3),
            new Linear<float>(36, 10)) { Threads = threads };
        Assert.That(AllocatedByWarmSteps(model, new(1, 7, 7)), Is.EqualTo((0, 0)));
    }

    private static (long ByAll, long ByThisThread) AllocatedByWarmSteps(Model<float> model, Shape image)
    {
        // the last batch and its last block are part-filled
        Dataset data = SyntheticData.Images(StepsPerEpoch * 64 - 7, image, classes: 10, seed: 1);
        return AllocatedByWarmSteps(model, data, new Sgd<float>(model.ParameterVector, 0.05, momentum: 0.9, weightDecay: 1e-4),
            new CrossEntropyLoss<float>());
    }

    private static (long ByAll, long ByThisThread) AllocatedByWarmSteps(Model<float> model, Dataset data, Optimizer<float> optimizer,
        Loss<float> loss, params Callback<float>[] callbacks)
    {
        var meter = new AllocationMeter<float>();
        var learner = new Learner<float>(model, loss, optimizer, SyntheticData.Batches<float>(data, 64, shuffleSeed: 2),
            SyntheticData.Batches<float>(data, 128),
            [new Recorder<float>(data.Targets is null ? new Accuracy<float>() : new SubsetAccuracy<float>()), new TelemetryCallback<float>(),
                .. callbacks, meter]);
        learner.Fit(5);
        // what a step allocates itself, it allocates every time
        for (int more = 0; more < 10 && meter.Least != (0, 0); more++) learner.Fit(3);
        Assert.That(meter.Batches, Is.EqualTo(StepsPerEpoch + 2));
        return meter.Least;
    }
}
