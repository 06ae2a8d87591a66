using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Several batches as one, for a model of several inputs or outputs: image n of the one is image n of the others.</summary>
/// <remarks>What counts as the batch's own images, labels and targets are those of the first.</remarks>
public sealed class JoinedBatch<T> : Batch<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Batch<T>[] _inputs, _targets;

    /// <summary>Puts batches side by side.</summary>
    /// <param name="inputs">One for each input of the model.</param>
    /// <param name="targets">One for each output: whose labels or targets its loss reads. The first input for all, by default.</param>
    /// <exception cref="ArgumentException">There is none, or they have different numbers of images.</exception>
    public JoinedBatch(IReadOnlyList<Batch<T>> inputs, IReadOnlyList<Batch<T>>? targets = null)
    {
        if (inputs.Count == 0) throw new ArgumentException("JoinedBatch: there is no batch to join, must be at least 1.", nameof(inputs));
        (_inputs, _targets) = ([.. inputs], [.. targets ?? []]);
        foreach (Batch<T> batch in _inputs.Concat(_targets))
            if (batch.Count != _inputs[0].Count)
                throw new ArgumentException($"JoinedBatch: one batch has {batch.Count} images, the first {_inputs[0].Count}. Give each as many.",
                    nameof(inputs));
    }

    /// <inheritdoc/>
    public override int Count => _inputs[0].Count;

    /// <inheritdoc/>
    public override Shape ImageShape => _inputs[0].ImageShape;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Labels => TargetAt(0).Labels;

    /// <inheritdoc/>
    public override Shape? TargetShape => TargetAt(0).TargetShape;

    /// <inheritdoc/>
    public override Batch<T> InputAt(int i)
    {
        if (i >= _inputs.Length)
            ShapeGuard.Mismatch("JoinedBatch", $"it joins {_inputs.Length} batches, the model has an input {i}. Give one for each input.",
                new Shape(i + 1), new Shape(_inputs.Length));
        return _inputs[i];
    }

    /// <inheritdoc/>
    public override Batch<T> TargetAt(int i) => i < _targets.Length ? _targets[i] : _inputs[0];

    /// <inheritdoc/>
    public override void CopyBlock(int block, Span<T> lanes) => _inputs[0].CopyBlock(block, lanes);

    /// <inheritdoc/>
    public override void CopyTargets(int block, Span<T> lanes) => TargetAt(0).CopyTargets(block, lanes);
}
