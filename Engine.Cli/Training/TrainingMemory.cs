using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Cli;

/// <summary>What the process of a training needs, as far as that is known before: bytes.</summary>
/// <remarks>.NET lets garbage lie while there is room for it: without a limit a process has up to a fifth more.</remarks>
/// <param name="Images">Those that are held in memory, as they were loaded.</param>
/// <param name="Step">Of training, with telemetry if there is to be.</param>
/// <param name="Validation">What layers prepare for it; its values lie where those of the step do.</param>
/// <param name="Kept">What the optimiser remembers, and the weights of the last epoch.</param>
/// <param name="Records">What is written down of steps, layers and epochs, until the last one.</param>
/// <param name="Checkpoints">The copy of all that which a checkpoint is written from, and the one that the training goes on from.</param>
internal readonly record struct TrainingMemory(long Images, long Step, long Validation, long Kept, long Records, long Checkpoints)
{
    /// <summary>Of a training.</summary>
    /// <param name="settings">How many images a step has, and who looks on.</param>
    /// <param name="data">The images.</param>
    /// <param name="parts">The model and its optimiser.</param>
    public static TrainingMemory Of(TrainSettings settings, TrainingData data, TrainingParts parts)
    {
        Model<float> model = parts.Learner.Model;
        Shape image = data.Train.ImageShape;
        long step = model.PredictMemory(image, Math.Min(settings.BatchSize, data.Train.Count), observed: settings.Telemetry).Total;
        MemoryPrediction validation = model.PredictMemory(image, Math.Min(settings.ValidBatchSize, data.Valid.Count), training: false,
            observed: settings.Telemetry);
        long weights = sizeof(float) * model.State().Sum(entry => (long)entry.Value.Length);
        long kept = weights + sizeof(float) * parts.Learner.Optimizer.States.Sum(state => (long)state.Value.Length);
        int copies = (settings.Checkpoints.Folder is null ? 0 : 1) + (settings.Checkpoints.From is null ? 0 : 1);
        return new(data.HeldBytes, step, validation.Working + validation.Tables, kept, parts.RecordBytes,
            copies * (weights + kept + parts.RecordBytes));
    }

    /// <summary>All together.</summary>
    public long Total => HeapBudget.Program + Images + Step + Validation + Kept + Records + Checkpoints;

    /// <summary>In MiB, with the parts.</summary>
    public string Line => $"memory: {MiB(Total)} MiB expected; program {MiB(HeapBudget.Program)}, images {MiB(Images)}, step {MiB(Step)}, "
        + $"validation {MiB(Validation)}, optimiser and weights of an epoch {MiB(Kept)}, records {MiB(Records)}"
        + (Checkpoints == 0 ? "" : $", checkpoints {MiB(Checkpoints)}");

    private static long MiB(long bytes) => (bytes + (1 << 19)) >> 20;
}
