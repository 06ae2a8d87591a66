using System.Numerics;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>One number about how good outputs are, gathered over many batches.</summary>
public abstract class Metric<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What tables call it.</summary>
    public abstract string Name { get; }

    /// <summary>The number, over all batches since <see cref="Reset"/>; NaN if there was none.</summary>
    public abstract double Value { get; }

    /// <summary>Whether more is better, as by default.</summary>
    public virtual bool IsBetterWhenLarger => true;

    /// <summary>Forgets all batches.</summary>
    public abstract void Reset();

    /// <summary>Takes in one batch.</summary>
    /// <param name="output">[at least the batch's images, ...].</param>
    /// <param name="batch">The images with their labels.</param>
    /// <exception cref="ArgumentException">The batch has not the labels or targets that it takes.</exception>
    public abstract void Add(Tensor<T> output, Batch<T> batch);

    /// <summary>What it has gathered, for later: with this an evaluation amid training may use a metric that the training is gathering.
    /// None by default: then it may not.</summary>
    /// <returns>Gives it back.</returns>
    protected internal virtual Action? Remember() => null;

    /// <summary>What it has gathered, into a checkpoint that is written amid an epoch, or out of it.</summary>
    /// <exception cref="NotSupportedException">It does not know how, as by default.</exception>
    public virtual void Exchange(SavedState state) => throw new NotSupportedException(
        $"the metric '{Name}' has no Exchange, so that no checkpoint can be written amid an epoch. Give it one, or write "
            + "checkpoints after epochs only.");
}

/// <summary>The share of images whose largest output is that of the right class; of equal ones the first counts.</summary>
/// <remarks>Of positions, where each has a label. Negative labels do not count.</remarks>
public sealed class Accuracy<T> : Metric<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private long _right, _count;

    /// <inheritdoc/>
    public override string Name => "accuracy";

    /// <inheritdoc/>
    public override double Value => (double)_right / _count;

    /// <inheritdoc/>
    public override void Reset() => (_right, _count) = (0, 0);

    /// <inheritdoc/>
    public override void Exchange(SavedState state) => (_right, _count) = (state.Exchange("right", _right), state.Exchange("count", _count));

    /// <inheritdoc/>
    protected internal override Action Remember()
    {
        var (right, count) = (_right, _count);
        return () => (_right, _count) = (right, count);
    }

    /// <inheritdoc/>
    public override void Add(Tensor<T> output, Batch<T> batch)
    {
        var outputs = new LabelledOutputs<T>(nameof(Accuracy<>), output, batch);
        for (int i = 0; i < outputs.Labels.Length; i++)
        {
            if (outputs.Labels[i] < 0) continue;
            if (outputs.Best(i) == outputs.Labels[i]) _right++;
            _count++;
        }
    }
}
