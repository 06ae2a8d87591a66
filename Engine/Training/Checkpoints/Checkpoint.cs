using System.Numerics;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>Saves the model after epochs, as safetensors: the last one, or the best. A file is replaced only by a complete new one.</summary>
public sealed class Checkpoint<T> : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly EpochMonitor<T>? _monitor;

    /// <summary>Saves after every epoch.</summary>
    /// <param name="path">The file.</param>
    public Checkpoint(string path) => Path = path;

    /// <summary>Saves after every epoch that is the best so far.</summary>
    /// <param name="path">The file.</param>
    /// <param name="recorder">Which writes the number down; a callback of the same learner.</param>
    /// <param name="monitor">The number: <c>valid loss</c>, <c>train loss</c>, or one of the recorder's metrics over the validation images.</param>
    /// <exception cref="ArgumentException">There is no such number.</exception>
    public Checkpoint(string path, Recorder<T> recorder, string monitor = EpochMonitor<T>.ValidLoss)
        : this(path) => _monitor = new(recorder, monitor);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The epoch that was saved last; -1 before the first.</summary>
    public int SavedEpoch { get; private set; } = -1;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The number that it goes by is not there: no validation images, or a recorder of another
    /// learner.</exception>
    public override void BeginFit(Learner<T> learner) => _monitor?.Begin(learner, nameof(Checkpoint<>));

    /// <inheritdoc/>
    public override void Exchange(Learner<T> learner, SavedState state)
    {
        _monitor?.Exchange(state);
        SavedEpoch = state.Exchange("saved_epoch", SavedEpoch);
    }

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<T> learner)
    {
        if (_monitor is not null && !_monitor.Improves()) return;
        ModelFile.Save(learner.Model, Path, ("epoch", $"{learner.Epoch}"));
        SavedEpoch = learner.Epoch;
    }
}
