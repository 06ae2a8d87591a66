using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>Looks on at, and may steer, what a <see cref="Learner{T}"/> does; every
/// moment of the lesson's loop has a method. All do nothing by default.</summary>
/// <remarks>
/// For every batch: BeginBatch, AfterLoss, AfterBackward, AfterStep, AfterBatch; in validation without AfterBackward and AfterStep. Loss
/// and gradients are computed together, block by block, so both are there at AfterLoss. To leave out a step, a batch, an epoch or the rest
/// of the training, call <see cref="Learner{T}.Cancel"/>. Callbacks run in ascending <see cref="Order"/>, equal ones as they were given.
/// </remarks>
public abstract class Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Lower comes first; 0 by default.</summary>
    public virtual int Order => 0;

    /// <summary>Training is about to begin.</summary>
    public virtual void BeginFit(Learner<T> learner)
    {
    }

    /// <summary>An epoch is about to begin.</summary>
    public virtual void BeginEpoch(Learner<T> learner)
    {
    }

    /// <summary>A batch is about to go through the model.</summary>
    public virtual void BeginBatch(Learner<T> learner)
    {
    }

    /// <summary>The batch's outputs and loss are there.</summary>
    public virtual void AfterLoss(Learner<T> learner)
    {
    }

    /// <summary>The gradients are there; what changes them is stepped along.</summary>
    public virtual void AfterBackward(Learner<T> learner)
    {
    }

    /// <summary>The optimiser has made its step.</summary>
    public virtual void AfterStep(Learner<T> learner)
    {
    }

    /// <summary>The batch is done, or was cancelled.</summary>
    public virtual void AfterBatch(Learner<T> learner)
    {
    }

    /// <summary>The epoch's training batches are done, validation is about to begin.</summary>
    public virtual void BeginValidate(Learner<T> learner)
    {
    }

    /// <summary>The epoch is done, validation included.</summary>
    public virtual void AfterEpoch(Learner<T> learner)
    {
    }

    /// <summary>Training is done, or was cancelled, or failed.</summary>
    public virtual void AfterFit(Learner<T> learner)
    {
    }

    /// <summary>All callbacks have seen a batch, or the end of an epoch, and training goes on or was interrupted from outside: what is written down
    /// now can be gone on with from here.</summary>
    public virtual void AtRest(Learner<T> learner)
    {
    }

    /// <summary>What it knows, into a checkpoint or out of it: nothing by default. Restoring comes after <see cref="BeginFit"/> and, amid an epoch,
    /// <see cref="BeginEpoch"/> and <see cref="BeginValidate"/>, in the order of <see cref="Order"/>.</summary>
    public virtual void Exchange(Learner<T> learner, SavedState state)
    {
    }

    /// <summary>Lays a metric aside that it is gathering, if it is, for an evaluation amid training; before it next uses it, it takes it
    /// back.</summary>
    internal virtual void Lend(Metric<T> metric)
    {
    }
}

/// <summary>What <see cref="Learner{T}.Cancel"/> leaves out.</summary>
public enum CancelScope
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>The rest of this batch, its step included.</summary>
    Batch,

    /// <summary>The rest of this epoch's batches, in training or validation.</summary>
    Epoch,

    /// <summary>The rest of the training; this epoch is not finished and not reported.</summary>
    Fit,
}
