using System.Numerics;
using Scratch.Schedules;

namespace Scratch.Training;

/// <summary>Sets the optimiser's learning rate, and its momentum if wanted, before every training batch.</summary>
/// <remarks>Steps count from the start of <see cref="Learner{T}.Fit"/>, over all its epochs: every Fit goes through the schedule anew.</remarks>
/// <param name="learningRate">The learning rate; left alone if null.</param>
/// <param name="momentum">The momentum; left alone if null.</param>
public sealed class ScheduleCallback<T>(Schedule? learningRate, Schedule? momentum = null) : Callback<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether the schedules count epochs rather than batches.</summary>
    public bool PerEpoch { get; init; }

    /// <inheritdoc/>
    public override void BeginBatch(Learner<T> learner)
    {
        if (!learner.IsTraining) return;
        int step = PerEpoch ? learner.Epoch : Steps(learner, learner.Epoch, learner.BatchIndex), steps = PerEpoch ? learner.Epochs
            : Steps(learner, learner.Epochs);
        if (learningRate is not null) learner.Optimizer.LearningRate = learningRate(step, steps);
        if (momentum is not null) learner.Optimizer.Momentum = momentum(step, steps);
    }

    // A training without an end in sight may have more steps than can be counted so.
    private static int Steps(Learner<T> learner, int epochs, int batches = 0) => (int)Math.Min((long)epochs * learner.Train.Count + batches,
        int.MaxValue);
}
