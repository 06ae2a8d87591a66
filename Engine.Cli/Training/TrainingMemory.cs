using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Cli;

/// <summary>What the process of a training needs, as far as that is known before: bytes.</summary>
/// <remarks>.NET lets garbage lie while there is room for it: without a limit a process has up to a fifth more.</remarks>
/// <param name="Images">Those that are held in memory, as they were loaded.</param>
/// <param name="Step">Of training, with telemetry if there is to be.</param>
/// <param name="Validation">What layers prepare for it; its values lie where those of the step do.</param>
/// <param name="Kept">What the optimiser remembers, and the weights of the last epoch.</param>
internal readonly record struct TrainingMemory(long Images, long Step, long Validation, long Kept)
{
    // .NET, the program and what is compiled while it runs: what lesson on MNIST takes, less its images and its step.
    private const long Program = 75_000_000;

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
        long kept = model.State().Sum(entry => (long)entry.Value.Length)
            + parts.Learner.Optimizer.States.Sum(state => (long)state.Value.Length);
        return new(data.HeldBytes, step, validation.Working + validation.Tables, sizeof(float) * kept);
    }

    /// <summary>All together.</summary>
    public long Total => Program + Images + Step + Validation + Kept;

    /// <summary>In MiB, with the parts.</summary>
    public string Line => $"memory: {MiB(Total)} MiB expected; program {MiB(Program)}, images {MiB(Images)}, step {MiB(Step)}, "
        + $"validation {MiB(Validation)}, optimiser and weights of an epoch {MiB(Kept)}";

    private static long MiB(long bytes) => (bytes + (1 << 19)) >> 20;
}
