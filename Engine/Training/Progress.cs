using System.Numerics;

namespace Scratch.Training;

/// <summary>Where a training stands.</summary>
/// <param name="Epoch">From 0.</param>
/// <param name="Batch">Batches of this epoch that are done.</param>
/// <param name="Batches">Training batches of an epoch.</param>
/// <param name="Loss">The last batch's.</param>
public readonly record struct TrainingProgress(int Epoch, int Batch, int Batches, double Loss);

/// <summary>Tells someone after every training batch how far it is.</summary>
/// <param name="report">Called on the training thread: let it be quick.</param>
public sealed class ProgressReporter<T>(Action<TrainingProgress> report) : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void AfterBatch(Learner<T> learner)
    {
        if (learner.IsTraining) report(new(learner.Epoch, learner.BatchIndex + 1, learner.Train.Count, learner.BatchLoss));
    }
}
