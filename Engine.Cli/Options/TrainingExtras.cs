using System.Text.Json.Serialization;
using Scratch.Data;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>What the command line says about how a training is watched and what becomes of its steps.</summary>
/// <param name="Patience">After how many epochs without improvement to stop; never if null.</param>
/// <param name="Monitor">What that and the schedule go by: <see cref="ValidLoss"/>, <see cref="TrainLoss"/>, or a metric.</param>
/// <param name="ClassWeights"><see cref="Balanced"/>, or a number for each class; all alike if null.</param>
/// <param name="Metrics">Numbers beside the task's own: names of <see cref="MetricCatalog"/>.</param>
/// <param name="Ema">The share that an average of the weights keeps in a step; none if null.</param>
/// <param name="Swa">Of how many last epochs the weights are averaged; of none if null.</param>
/// <param name="Accumulate">How many batches make a step.</param>
/// <param name="Folds">How many parts each validate a training on the others; one training if null.</param>
internal sealed record TrainingExtras(
    int? Patience, string Monitor, string? ClassWeights, IReadOnlyList<string> Metrics, double? Ema, int? Swa, int Accumulate, int? Folds)
{
    /// <summary>Weights that make all classes count alike.</summary>
    public const string Balanced = "balanced";

    /// <summary>A number of every epoch, as the command line calls it.</summary>
    public const string ValidLoss = "valid-loss", TrainLoss = "train-loss";

    /// <summary>Nothing of all that.</summary>
    public static TrainingExtras None { get; } = new(null, ValidLoss, null, [], null, null, 1, null);

    /// <summary>What says it, as one would type it; empty where there is nothing.</summary>
    [JsonIgnore]
    public string Arguments
    {
        get
        {
            (string Option, object? Value)[] all =
            [
                ("--patience", Patience), ("--monitor", Monitor == ValidLoss ? null : Monitor), ("--class-weights", ClassWeights),
                ("--metrics", Metrics.Count == 0 ? null : string.Join(',', Metrics)), ("--ema", Ema), ("--swa", Swa),
                ("--accumulate", Accumulate == 1 ? null : Accumulate), ("--folds", Folds),
            ];
            return string.Join(' ', all.Where(word => word.Value is not null).Select(word =>
                FormattableString.Invariant($"{word.Option} {word.Value}")));
        }
    }

    /// <summary>The weights of the classes of some images; none where all count alike.</summary>
    /// <exception cref="UsageException">There are not as many as classes.</exception>
    public IReadOnlyList<double>? WeightsFor(Dataset images)
    {
        if (ClassWeights is null) return null;
        if (ClassWeights == Balanced) return images.Targets is null ? images.BalancedClassWeights() : images.BalancedPositiveWeights();
        double[] weights = ExtraOptions.Numbers(ClassWeights)!;
        int classes = images.Targets?.Shape[1] ?? images.Classes;
        return weights.Length == classes ? weights
            : throw new UsageException($"--class-weights has {weights.Length} numbers for {Amount.OfClasses(classes)}. Give each class one.");
    }

    /// <summary>The metrics beside the task's own.</summary>
    public Metric<float>[] Build(int classes) => [.. Metrics.Select(name => MetricCatalog.Build<float>(name, classes))];

    /// <summary>What a recorder calls what is gone by.</summary>
    /// <param name="classes">How many there are.</param>
    public string Monitored(int classes) =>
        Monitor is ValidLoss or TrainLoss ? Monitor.Replace('-', ' ') : MetricCatalog.Build<float>(Monitor, classes).Name;

    /// <summary>The callbacks that do it, and the one that may stop the training.</summary>
    public (IReadOnlyList<Callback<float>> Callbacks, EarlyStopping<float>? Stopping) Create(Recorder<float> recorder, string monitored)
    {
        List<Callback<float>> callbacks = [];
        if (Accumulate > 1) callbacks.Add(new GradientAccumulation<float>(Accumulate));
        if (Ema is { } decay) callbacks.Add(new WeightAverage<float>(decay));
        if (Swa is { } epochs) callbacks.Add(new StochasticWeightAveraging<float>(epochs));
        EarlyStopping<float>? stopping = Patience is { } patience ? new(recorder, patience, monitored) : null;
        if (stopping is not null) callbacks.Add(stopping);
        return (callbacks, stopping);
    }

    /// <summary>The same, if it can be.</summary>
    /// <exception cref="UsageException">Two things do not go together.</exception>
    public TrainingExtras Checked(TrainSettings settings)
    {
        bool hasManyLabels = settings.Task == LearningTask.ManyLabels;
        IReadOnlyList<string> known = hasManyLabels ? MetricCatalog.ManyLabelsNames : MetricCatalog.Names;
        string? wrong = Metrics.FirstOrDefault(name => MetricCatalog.Names.Concat(MetricCatalog.ManyLabelsNames).Contains(name)
            && !known.Contains(name));
        if (wrong is not null)
            throw new UsageException($"--metrics: {wrong} is not for --task {settings.Task}. Metrics: {string.Join(", ", known)}.");
        bool isOwn = Monitor == (hasManyLabels ? "subset-accuracy" : "accuracy");
        if (Monitor is not (ValidLoss or TrainLoss) && !isOwn && !Metrics.Contains(Monitor))
            throw new UsageException($"--monitor is {Monitor}, which is not among --metrics. Name it there too.");
        if (Swa is not null && (Ema ?? Patience) is not null)
            throw new UsageException($"--swa averages the last epochs, and does not go with {(Ema is null ? "--patience" : "--ema")}.");
        if (Folds is not null && settings.Out is not null)
            throw new UsageException("--folds makes a model for each fold and keeps none: leave out --out, or train once more without --folds.");
        return this;
    }

    /// <summary>Checks that there are as many epochs as are to be averaged.</summary>
    /// <exception cref="UsageException">There are fewer.</exception>
    public void CheckEpochs(int epochs)
    {
        if (Swa > epochs) throw new UsageException($"--swa is {Swa}, must be at most the {epochs} epochs of the training.");
    }
}
