using System.Numerics;
using Scratch.Telemetry;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>Switches <see cref="ActivationStatistics{T}"/> on for the time of a training.</summary>
/// <param name="options">What to find out; the lesson's histogram by default.</param>
public sealed class TelemetryCallback<T>(ActivationOptions? options = null) : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What every layer put out, pass after pass.</summary>
    public ActivationStatistics<T> Statistics { get; } = new(options);

    /// <inheritdoc/>
    public override void BeginFit(Learner<T> learner) => learner.Model.Observers.Add(Statistics);

    /// <summary>Room for one epoch, so that its steps allocate nothing.</summary>
    public override void BeginEpoch(Learner<T> learner) =>
        Statistics.Reserve(learner.Model.Layers.Count, learner.Train.Count + (learner.Valid?.Count ?? 0));

    /// <inheritdoc/>
    public override void Exchange(Learner<T> learner, SavedState state) => Statistics.Exchange(state);

    /// <inheritdoc/>
    public override void AfterFit(Learner<T> learner) => learner.Model.Observers.Remove(Statistics);
}
