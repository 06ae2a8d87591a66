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

    /// <summary>Room for the whole training, so that its steps allocate nothing, and what fits at its beginning fits at its end.</summary>
    public override void BeginFit(Learner<T> learner)
    {
        learner.Model.Observers.Add(Statistics);
        long passes = (long)learner.Epochs * (learner.Train.Count + (learner.Valid?.Count ?? 0));
        Statistics.Reserve(learner.Model.Layers.Count, (int)Math.Min(passes, int.MaxValue));
    }

    /// <inheritdoc/>
    public override void Exchange(Learner<T> learner, SavedState state) => Statistics.Exchange(state);

    /// <inheritdoc/>
    public override void AfterFit(Learner<T> learner) => learner.Model.Observers.Remove(Statistics);
}
