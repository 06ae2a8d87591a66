using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Schedules;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Pictures;

/// <summary>Trains a model of the catalogue to tell the classes of a folder apart, or the labels of a list, and makes a <see cref="Classifier"/> of
/// it.</summary>
/// <remarks>
/// What <c>scratch train --data FOLDER</c> does without an option, with the same bits. Whoever wants another loss, model or schedule takes
/// <see cref="Learner{T}"/>, and writes the notes with <see cref="ModelFile.Save"/>.
/// </remarks>
public sealed class ClassifierTraining
{
    private const double BaseMomentum = 0.8, MaxMomentum = 0.9;

    private readonly Learner<float> _learner;
    private readonly Recorder<float> _recorder;
    private readonly ModelNotes _notes;
    private Action<EpochReport>? _afterEpoch;

    /// <summary>Makes a new model ready to be trained.</summary>
    /// <param name="images">What to learn from; some are kept to validate with.</param>
    /// <param name="choice">How; by default what the number of images and classes suggests.</param>
    /// <param name="seed">Of the first weights, of the order of the images, and of how they are changed.</param>
    /// <exception cref="InvalidDataException">There are too few images.</exception>
    /// <exception cref="ArgumentException">There is no such model, or all pixels are equal.</exception>
    public ClassifierTraining(FolderImages images, TrainingChoice? choice = null, long seed = 42)
    {
        ArgumentNullException.ThrowIfNull(images);
        var (train, valid) = images.TrainAndValid();
        bool hasManyLabels = train.Targets is not null;
        int classes = images.ClassNames.Count;
        Choice = choice ?? TrainingChoice.For(train.Count, classes);
        var normalization = Normalization.Of(train);
        _notes = new()
        {
            Model = Choice.Model, Image = images.ImageShape, Resize = images.Method, Normalization = normalization, Classes = images.ClassNames,
            HasManyLabels = hasManyLabels,
        };
        Model<float> model = ModelCatalog.Build<float>(Choice.Model, images.ImageShape, classes);
        model.Initialize(Initialization.KaimingNormal, seed);
        var cycle = new OneCycle(Choice.LearningRate, baseMomentum: BaseMomentum, maxMomentum: MaxMomentum);
        var optimizer = new AdamW<float>(model.ParameterVector, Choice.LearningRate, weightDecay: 0) { Threads = model.Threads };
        _recorder = new(hasManyLabels ? new SubsetAccuracy<float>() : new Accuracy<float>());
        _learner = new(model, hasManyLabels ? new BceWithLogitsLoss<float>() : new CrossEntropyLoss<float>(), optimizer,
            new BatchSampler<float>(train, normalization, Choice.BatchSize, shuffle: true, new RandomGenerator(seed), Choice.Augmentations()),
            new BatchSampler<float>(valid, normalization, 2 * Choice.BatchSize, shuffle: false),
            [new NanGuard<float>(), _recorder, new ScheduleCallback<float>(cycle.LearningRate, cycle.Momentum), new Teller(this)]);
    }

    /// <summary>How it trains.</summary>
    public TrainingChoice Choice { get; }

    /// <summary>The model, as it is now.</summary>
    public Model<float> Model => _learner.Model;

    /// <summary>What every epoch came to; the metric is accuracy, of many labels that of whole sets.</summary>
    public IReadOnlyList<EpochReport> Epochs => _recorder.Epochs;

    /// <summary>Trains.</summary>
    /// <param name="afterEpoch">Is told what each epoch came to.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidDataException">Numbers are not finite any more: the rate is too large.</exception>
    public void Fit(Action<EpochReport>? afterEpoch = null, CancellationToken cancellation = default)
    {
        _afterEpoch = afterEpoch;
        _learner.Fit(Choice.Epochs, cancellation);
        if (_learner.StopReason is { } reason && !cancellation.IsCancellationRequested) throw new InvalidDataException(reason);
    }

    /// <summary>The model as it is now, ready to be asked.</summary>
    public Classifier ToClassifier() => new(Model, _notes);

    /// <summary>Writes the model with all that <see cref="Classifier.Load"/> needs; an older file is replaced only by the complete new one.</summary>
    public void Save(string path) => ModelFile.Save(Model, path, _notes.ToMetadata());

    private sealed class Teller(ClassifierTraining training) : Callback<float>
    {
        public override void AfterEpoch(Learner<float> learner) => training._afterEpoch?.Invoke(training._recorder.Epochs[^1]);
    }
}
