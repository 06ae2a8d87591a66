using System.Numerics;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>The share of images whose right class is among the k largest outputs; of equal outputs those of lower classes come first.</summary>
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
    protected internal override Action Remember()
    {
        var (right, count) = (_right, _count);
        return () => (_right, _count) = (right, count);
    }

    /// <inheritdoc/>
    public override void Add(Tensor<T> output, Batch<T> batch)
    {
        int classes = output.Length / output.Shape[0];
        ReadOnlySpan<int> labels = batch.Labels;
        for (int n = 0; n < labels.Length; n++)
        {
            ReadOnlySpan<T> row = output.Span.Slice(n * classes, classes);
            int before = 0;
            for (int c = 0; c < classes; c++)
                if (!(row[c] < row[labels[n]]) && c != labels[n] && (row[c] != row[labels[n]] || c < labels[n])) before++;   // NaN is before all
            if (before < K && !T.IsNaN(row[labels[n]])) _right++;
        }
        _count += labels.Length;
    }

    private static int Checked(int k)
    {
        ShapeGuard.Positive(nameof(TopKAccuracy<>), k);
        return k;
    }
}
