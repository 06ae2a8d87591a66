using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Schedules;
using Scratch.Telemetry;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Training;

/// <summary>A small training with one thing in it that has a state, built anew for each run.</summary>
internal sealed class ResumeCase
{
    public const int Epochs = 3;

    private static readonly (Dataset Train, Dataset Valid) _data = SyntheticData.Images(53, new(1, 9, 7), classes: 4, seed: 1).Split(37);

    private readonly Recorder<float> _recorder = new(new Accuracy<float>(), new Recall<float>(4), new TopKAccuracy<float>(2), new RocAuc<float>());
    private readonly TelemetryCallback<float> _telemetry = new(new ActivationOptions { MostRecords = 8, AllDefinitions = true });
    private readonly StepStatistics<float> _steps = new(new Accuracy<float>()) { MostSteps = 6 };

    /// <summary>What there is, by name.</summary>
    public static IReadOnlyList<string> Names { get; } = ["sgd", "nesterov one-cycle", "momentum from zero", "adam dropout", "rmsprop running norm",
        "augmentation", "groups", "early stopping", "cancelled batches", "moving average", "mean of epochs", "accumulated", "plateau", "unfreezing"];

    /// <summary>One of them.</summary>
    /// <param name="name">Of <see cref="Names"/>.</param>
    /// <param name="threads">How many compute.</param>
    /// <param name="more">Another callback.</param>
    /// <param name="images">Images to train with; all if null.</param>
    public ResumeCase(string name, int threads, Callback<float>? more = null, int? images = null)
    {
        Model = new Sequential<float>(new Conv2d<float>(1, 6, 3),
            name.StartsWith("rmsprop", StringComparison.Ordinal) ? new RunningBatchNorm2d<float>(6) : new BatchNorm2d<float>(6),
            new Relu<float>(), new Flatten<float>(), new Dropout<float>(name.Contains("dropout", StringComparison.Ordinal) ? 0.4 : 0),
                new Linear<float>(210, 4)) { Threads = threads };
        Model.Initialize(Initialization.KaimingNormal, 2);
        ParameterVector<float> vector = Model.ParameterVector;
        Optimizer<float> optimizer = name.Split(' ')[0] switch
        {
            "nesterov" => new Sgd<float>(vector, 0.1, 0.9, nesterov: true) { Threads = threads },
            "momentum" => new Sgd<float>(vector, 0.1) { Threads = threads },
            "adam" => new Adam<float>(vector, 0.01) { Threads = threads },
            "rmsprop" => new RmsProp<float>(vector, 0.003, momentum: 0.5, centered: true) { Threads = threads },
            "groups" => new Sgd<float>(vector, 0.1, 0.8, 0.2, 0.01) { Threads = threads, Groups = [ParameterGroup<float>.NormsAndBiases(vector)] },
            _ => new Sgd<float>(vector, 0.1, 0.9) { Threads = threads },
        };
        List<Callback<float>> callbacks = [_recorder, _telemetry, _steps, .. Special(name)];
        if (more is not null) callbacks.Add(more);
        Augmentation[] augmentations = name == "augmentation" ? [new RandomHorizontalFlip(), new RandomErasing()] : [];
        var train = new BatchSampler<float>(_data.Train.Take(images ?? _data.Train.Count), SyntheticData.Scale, 8, shuffle: true,
            new RandomGenerator(3), augmentations);
        Learner = new(Model, new CrossEntropyLoss<float>(), optimizer, train, SyntheticData.Batches<float>(_data.Valid, 9), callbacks);
    }

    public Model<float> Model { get; }

    public Learner<float> Learner { get; }

    public Recorder<float> Recorder => _recorder;

    /// <summary>Everything that came of it but times.</summary>
    public string Result() => $"{Model.Hash()} {Learner.StopReason} {Learner.Optimizer.StepCount} {Model.Step}\n"
        + string.Join('\n', _recorder.Epochs.Select(e =>
            $"{e.Epoch} {e.TrainLoss:R} {e.ValidLoss:R} {Line(e.TrainMetrics)} {Line(e.ValidMetrics)}")) + '\n'
        + $"{Line(_recorder.Losses)}\n{Line(_recorder.LearningRates)}\n{Line(_steps.Momenta)} {_steps.Every} "
            + $"{Line(_steps.UpdateRatios.SelectMany(r => r))}\n"
        + $"{Line(_steps.GradientNorms.SelectMany(r => r))} {Line(_steps.Metrics)}\n"
        + string.Join('\n', _telemetry.Statistics.Layers.Select((layer, i) => $"{string.Join(' ', layer)} "
            + string.Join(' ', Enumerable.Range(0, layer.Count).Select(record =>
                string.Join(',', _telemetry.Statistics.Histogram(i, record).ToArray())))));

    private static string Line(IEnumerable<double> numbers) => string.Join(' ', numbers.Select(number => $"{number:R}"));

    private IEnumerable<Callback<float>> Special(string name)
    {
        var cycle = new OneCycle(0.2, baseMomentum: 0.6, maxMomentum: 0.9);
        if (name == "nesterov one-cycle") yield return new ScheduleCallback<float>(cycle.LearningRate, cycle.Momentum);
        if (name == "momentum from zero") yield return new ScheduleCallback<float>(null, (step, _) => step is > 3 and < 9 ? 0.8 : 0);
        if (name == "early stopping") yield return new EarlyStopping<float>(_recorder, 1, "accuracy");
        if (name == "cancelled batches") yield return new LeavesOut();
        if (name == "moving average") yield return new WeightAverage<float>(0.9);
        if (name == "mean of epochs") yield return new StochasticWeightAveraging<float>(2);
        if (name == "accumulated") yield return new GradientAccumulation<float>(3);
        if (name == "plateau") yield return new ReduceOnPlateau<float>(_recorder, 0, 0.5, "train loss", 10);
        if (name == "unfreezing") yield return new GradualUnfreezing<float>([(1, [Model.ParameterVector.Parameters[0]])]);
    }

    /// <summary>Leaves out the rest of one epoch, and one step: the state of the loop itself.</summary>
    private sealed class LeavesOut : Callback<float>
    {
        public override void AfterBackward(Learner<float> learner)
        {
            if (learner is { Epoch: 0, BatchIndex: 1 }) learner.Cancel(CancelScope.Batch, "");
        }

        public override void AfterBatch(Learner<float> learner)
        {
            if (learner is { Epoch: 1, BatchIndex: 2, IsTraining: true }) learner.Cancel(CancelScope.Epoch, "");
        }
    }
}

/// <summary>Writes a checkpoint at one moment of rest, and ends the training there.</summary>
internal sealed class StopAt(int rest, string path) : Callback<float>
{
    private int _rests;

    public override int Order => int.MaxValue;

    public bool HasStopped => _rests > rest;

    public override void AtRest(Learner<float> learner)
    {
        if (_rests++ != rest) return;
        learner.SaveCheckpoint(path, ("option", "\"checksum\":\"no\""));
        learner.Cancel(CancelScope.Fit, "stopped");
    }
}
