using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>What the command line says about writing a training down and going on with it.</summary>
/// <param name="Folder">Where to; nowhere if null.</param>
/// <param name="Every">How much time, or how many batches or epochs, between two.</param>
/// <param name="Unit">What that counts.</param>
/// <param name="Arguments">The words of the command line, which <c>--resume</c> repeats, as JSON.</param>
/// <param name="From">The checkpoint that the training goes on from; it begins anew if null.</param>
internal sealed record Checkpointing(string? Folder, double Every, CheckpointInterval Unit, string Arguments, SavedState? From)
{
    /// <summary>The note of a checkpoint that holds <see cref="Arguments"/>.</summary>
    public const string ArgumentsKey = "arguments";

    /// <summary>Nothing of all that.</summary>
    public static Checkpointing None { get; } = new(null, 1, CheckpointInterval.Epochs, "[]", null);

    /// <summary>The folder, kept from others until the end; none if none was named.</summary>
    /// <exception cref="IOException">Nothing can be written into it, or another training writes into it.</exception>
    public CheckpointFolder? Open() => Folder is null ? null : new(Folder);

    /// <summary>What writes into it.</summary>
    public CheckpointWriter<float> Writer(CheckpointFolder folder, Recorder<float> recorder, Action<string> notice) =>
        new(folder, Every, Unit, recorder, message => notice($"warning: {message} Training goes on, and that is tried again next time."),
            (ArgumentsKey, Arguments));

    /// <summary>What to do after an interruption.</summary>
    /// <param name="written">The last checkpoint.</param>
    public string WayOn(string? written) => written is null ? "no checkpoint was written"
        : $"checkpoint {written} is written; go on with: scratch train --resume {ShellWord.Quoted(Folder!)}";

    /// <summary>That it can be.</summary>
    /// <exception cref="UsageException">It does not go with something else.</exception>
    public void Check(TrainSettings settings)
    {
        if (Folder is not null && settings.Extras.Folds is not null)
            throw new UsageException("--folds is many trainings, and --checkpoint of one. Leave one of them out.");
    }
}
