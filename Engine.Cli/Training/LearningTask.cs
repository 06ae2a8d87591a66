using Scratch.Data;
using Scratch.Losses;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>What is learned: which images, what is wrong with an answer, what is counted, and what there is to say at the end.</summary>
internal abstract class LearningTask
{
    /// <summary>One label an image.</summary>
    public const string OneLabel = "one-label";

    /// <summary>A set of labels an image.</summary>
    public const string ManyLabels = "multi-label";

    /// <summary>The words, the default first.</summary>
    public static IReadOnlyList<string> Names { get; } = [OneLabel, ManyLabels];

    /// <summary>The right answers' share.</summary>
    public abstract Metric<float> Metric { get; }

    /// <summary>The images, in three parts.</summary>
    /// <exception cref="InvalidDataException">A file is broken.</exception>
    public abstract TrainingData Load(TrainSettings settings);

    /// <summary>Refuses images of another task.</summary>
    /// <exception cref="UsageException">They have several labels each, and one is to be learned.</exception>
    public virtual void Check(TrainingData data, TrainSettings settings)
    {
        if (data.Train.Targets is not null) throw new UsageException($"'{settings.Data}' lists several labels an image. Say --task {ManyLabels}.");
    }

    /// <summary>How wrong an answer is.</summary>
    /// <param name="labelSmoothing">The share of the target that goes to all classes alike.</param>
    /// <param name="classWeights">How much each class counts, or each label that is there; all alike if null.</param>
    public abstract Loss<float> Loss(double labelSmoothing, IReadOnlyList<double>? classWeights = null);

    /// <summary>How many outputs the model has.</summary>
    public abstract int Outputs(Dataset images);

    /// <summary>What there is to say about many labels after the training; nothing about one.</summary>
    public virtual LabelReport? Examine(Learner<float> learner, TrainingData data, BatchSampler<float> valid, BatchSampler<float> test) => null;

    /// <summary>The task of a name.</summary>
    public static LearningTask Of(string name) => name == ManyLabels ? new ManyLabelsTask() : new OneLabelTask();
}

/// <summary>Each image has one class.</summary>
internal sealed class OneLabelTask : LearningTask
{
    /// <inheritdoc/>
    public override Metric<float> Metric { get; } = new Accuracy<float>();

    /// <inheritdoc/>
    public override TrainingData Load(TrainSettings settings)
    {
        TrainingData data = TrainingData.Load(settings.Data, settings.Pictures);
        return settings.TrainSize is { } size ? data.WithTrainSize(size) : data;
    }

    /// <inheritdoc/>
    public override Loss<float> Loss(double labelSmoothing, IReadOnlyList<double>? classWeights = null) =>
        new CrossEntropyLoss<float>(classWeights, labelSmoothing);

    /// <inheritdoc/>
    public override int Outputs(Dataset images) => images.Classes;
}
