using System.Numerics;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>The share of images whose whole set of labels is right: logits above 0, probabilities above one half, mean yes.</summary>
/// <remarks>For outputs and targets of one shape. Other thresholds and other numbers: <see cref="MultiLabelScores"/>.</remarks>
public sealed class SubsetAccuracy<T> : Metric<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] _targets = [];                                               // of one block
    private long _right, _count;

    /// <inheritdoc/>
    public override string Name => "subset accuracy";

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
        int size = output.Length / output.Shape[0];
        if (batch.TargetShape is not { } target)
            throw new ArgumentException($"{nameof(SubsetAccuracy<>)}: the images have no targets. One label an image is for Accuracy.",
                nameof(batch));
        if (target.Length != size) ShapeGuard.Same(nameof(SubsetAccuracy<>), "the target of one image", output.Shape.Tail(), target);
        if (_targets.Length != size * Lanes.Count) _targets = new T[size * Lanes.Count];
        T half = T.CreateTruncating(0.5);
        for (int block = 0; block < Lanes.Blocks(batch.Count); block++)
        {
            batch.CopyTargets(block, _targets);
            int filled = Lanes.Filled(block, batch.Count);
            for (int n = 0; n < filled; n++)
            {
                ReadOnlySpan<T> row = output.Span.Slice((block * Lanes.Count + n) * size, size);
                bool right = true;
                for (int c = 0; c < size; c++) right &= row[c] > T.Zero == _targets[c * Lanes.Count + n] > half;
                if (right) _right++;
            }
        }
        _count += batch.Count;
    }
}
