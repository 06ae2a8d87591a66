using System.Numerics;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>A batch's outputs as metrics of labels take them: a score of each class for every label, which every image has, or every position of
/// every image.</summary>
/// <remarks>Outputs are [N, classes], or [N, classes, ...] with a label for each position. A negative label counts nowhere, as the one that a loss
/// ignores.</remarks>
internal readonly ref struct LabelledOutputs<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ReadOnlySpan<T> _scores;                                // [N, classes, positions]
    private readonly int _positions;

    /// <summary>Looks at a batch, and refuses it if it has other than labels of these classes.</summary>
    /// <param name="who">Whose metric it is.</param>
    /// <param name="output">[at least the batch's images, classes, ...].</param>
    /// <param name="batch">The images with their labels.</param>
    /// <exception cref="ArgumentException">There are no labels, not as many as outputs, or one is no class.</exception>
    public LabelledOutputs(string who, Tensor<T> output, Batch<T> batch)
    {
        Classes = output.Shape.Rank > 1 ? output.Shape[1] : 1;
        int size = output.Length / output.Shape[0];
        _scores = output.Span;
        Labels = batch.Labels;
        _positions = size / Math.Max(Classes, 1);
        if (Labels.IsEmpty)
            throw new ArgumentException(batch.TargetShape is { } target
                ? $"{who}: the images have targets {target}, not a label each. Many labels are for SubsetAccuracy and MultiLabelScores."
                    : $"{who}: the images have no labels.", nameof(batch));
        if (Labels.Length != batch.Count * _positions)
            throw new ArgumentException($"{who}: {batch.Count} images come with {Labels.Length} labels, outputs {output.Shape} take {_positions} an "
                + "image.", nameof(batch));
        foreach (int label in Labels)
            if (label >= Classes) throw new ArgumentException($"{who}: there is a label {label}, the model has classes 0 to {Classes - 1}.",
                nameof(batch));
    }

    /// <summary>How many classes.</summary>
    public int Classes { get; }

    /// <summary>The right classes.</summary>
    public ReadOnlySpan<int> Labels { get; }

    /// <summary>The score of a class for a label's place.</summary>
    public T Score(int place, int c) => _scores[(place / _positions * Classes + c) * _positions + place % _positions];

    /// <summary>The class with the largest score, of equal ones the first.</summary>
    public int Best(int place)
    {
        int first = place / _positions * Classes * _positions + place % _positions, best = 0;
        for (int c = 1; c < Classes; c++)
            if (_scores[first + c * _positions] > _scores[first + best * _positions]) best = c;
        return best;
    }
}
