using System.Text.Json.Serialization;
using Scratch.Data;

namespace Scratch.Cli;

/// <summary>Everything that the command line says about a training.</summary>
/// <param name="Task">What is learned: one of <see cref="LearningTask.Names"/>.</param>
/// <param name="Recipe">Where options come from that were not said; none if null.</param>
/// <param name="Model">A name of the catalogue.</param>
/// <param name="Dropout">The share of its last features that are left out in training.</param>
/// <param name="Epochs">How often every image is seen.</param>
/// <param name="BatchSize">Images a step; validation takes twice as many at a time.</param>
/// <param name="LastBatch">What becomes of images that fill no batch: one of <see cref="LastBatches"/>.</param>
/// <param name="Optimizer">How steps are made.</param>
/// <param name="Schedule">How their length changes.</param>
/// <param name="LabelSmoothing">The share of the target that goes to all classes alike.</param>
/// <param name="Augment">How images are changed: words of <see cref="AugmentSettings"/>.</param>
/// <param name="Init">How the weights of convolutions start: a word of <see cref="SharedOptions.Initializations"/>.</param>
/// <param name="Seed">Of the first weights, of the order of the images, and of how they are changed.</param>
/// <param name="Threads">How many threads compute.</param>
/// <param name="Convolution">How convolutions are computed: a word of <see cref="SharedOptions.Convolutions"/>.</param>
/// <param name="Data">The folder of the images.</param>
/// <param name="Pictures">What becomes of pictures of other sizes.</param>
/// <param name="TrainSize">How many of the images to train with; all if null.</param>
/// <param name="Canvases">How many canvases to make of them, where there are many labels.</param>
/// <param name="Telemetry">Whether every layer's outputs are measured.</param>
/// <param name="Out">The folder to write to; none if null.</param>
/// <param name="Overwrite">Whether a model that is there already may be replaced.</param>
/// <param name="Json">Whether to print the report as JSON.</param>
internal sealed record TrainSettings(
    string Task, string? Recipe, string Model, double Dropout, int Epochs, int BatchSize, string LastBatch, OptimizerSettings Optimizer,
    ScheduleSettings Schedule, double LabelSmoothing, string Augment, string Init, long Seed, int Threads, string Convolution, string Data,
    PictureSettings Pictures, int? TrainSize, int Canvases,
    bool Telemetry, string? Out, bool Overwrite, bool Json)
{
    /// <summary>How it is watched, and what becomes of its steps.</summary>
    public TrainingExtras Extras { get; init; } = TrainingExtras.None;

    /// <summary>What it begins with, and what of it stays.</summary>
    public FineTuning Tuning { get; init; } = FineTuning.None;

    /// <summary>Where it is written down, and what it goes on from.</summary>
    [JsonIgnore]
    public Checkpointing Checkpoints { get; init; } = Checkpointing.None;

    /// <summary>How pixels become inputs: one of <see cref="PixelSettings.Words"/>.</summary>
    public string Normalize { get; init; } = PixelSettings.Words[0];

    /// <summary>The words for <see cref="Scratch.Data.LastBatch"/>, the default first.</summary>
    public static IReadOnlyList<string> LastBatches { get; } = [.. Enum.GetNames<LastBatch>().Select(name => name.ToLowerInvariant())];

    /// <summary>The command line, with what was chosen.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>Whether only the results are printed.</summary>
    public bool Quiet { get; init; }

    /// <summary>Images per validation batch: nothing is kept for a backward pass, so there is room for twice as many.</summary>
    public int ValidBatchSize => 2 * BatchSize;

    /// <summary>The same, if it can be.</summary>
    /// <exception cref="UsageException">Two things do not go together.</exception>
    public TrainSettings Checked()
    {
        if (LabelSmoothing > 0 && Task == LearningTask.ManyLabels) throw new UsageException("--label-smoothing is for one label an image, "
            + "not for --task multi-label.");
        if (Overwrite && Out is null) throw new UsageException("--overwrite needs --out.");
        Checkpoints.Check(this);
        return this with
        {
            Optimizer = Optimizer.Checked(), Schedule = Schedule.Checked(), Extras = Extras.Checked(this), Tuning = Tuning.Checked(),
        };
    }

    /// <summary>Checks what must lie within the training's epochs, whose number may be chosen only when the images are known.</summary>
    /// <exception cref="UsageException">Something does not.</exception>
    public void CheckEpochs()
    {
        Schedule.CheckEpochs(Epochs);
        Extras.CheckEpochs(Epochs);
        Tuning.CheckEpochs(Epochs);
    }
}
