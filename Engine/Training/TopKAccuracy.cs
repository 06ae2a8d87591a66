using System.Numerics;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>The share of images whose right class is among the k largest outputs; of equal outputs those of lower classes come first.</summary>
/// <remarks>Of positions, where each has a label. Negative labels do not count.</remarks>
/// <param name="k">How many guesses count.</param>
public sealed class TopKAccuracy<T>(int k) : Metric<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private long _right, _count;

    /// <summary>How many guesses count.</summary>
    public int K { get; } = Checked(k);

    /// <inheritdoc/>
    public override string Name => $"top-{K} accuracy";

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
        var outputs = new LabelledOutputs<T>(nameof(TopKAccuracy<>), output, batch);
        for (int i = 0; i < outputs.Labels.Length; i++)
        {
            int label = outputs.Labels[i], before = 0;
            if (label < 0) continue;
            T own = outputs.Score(i, label);
            for (int c = 0; c < outputs.Classes; c++)
            {
                T score = outputs.Score(i, c);
                if (!(score < own) && c != label && (score != own || c < label)) before++;                     // NaN is before all
            }
            if (before < K && !T.IsNaN(own)) _right++;
            _count++;
        }
    }

    private static int Checked(int k)
    {
        ShapeGuard.Positive(nameof(TopKAccuracy<>), k);
        return k;
    }
}
