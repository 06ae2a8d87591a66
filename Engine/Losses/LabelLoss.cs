using System.Numerics;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Losses;

/// <summary>A loss that knows the right class of each image, or of each position of each image, and may weigh classes.</summary>
/// <remarks>
/// Output [classes], or [classes, ...] with a label for each position. The mean divides by the sum of the weights of the labels, as PyTorch's does;
/// what has the label <see cref="IgnoreIndex"/> counts nowhere.
/// </remarks>
public abstract class LabelLoss<T> : Loss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _weights;                                           // none: all 1

    private protected LabelLoss(IReadOnlyList<double>? classWeights)
    {
        ClassWeights = classWeights ?? [];
        foreach (double weight in ClassWeights) ShapeGuard.Weight<T>(Name, weight, "class weight");
        _weights = [.. ClassWeights.Select(T.CreateTruncating)];
    }

    /// <summary>How much each class counts; all 1 if empty.</summary>
    public IReadOnlyList<double> ClassWeights { get; }

    /// <summary>The label of what does not count.</summary>
    public int IgnoreIndex { get; init; } = -100;

    /// <inheritdoc/>
    public sealed override bool IsByPosition => true;

    /// <inheritdoc/>
    public override double Begin(Batch<T> batch, Shape output)
    {
        int classes = CheckClasses(output), positions = output.Length / classes;
        ReadOnlySpan<int> labels = batch.Labels;
        if (labels.Length != batch.Count * positions)
            throw new ArgumentException(positions == 1
                ? $"{Name}: {batch.Count} images come with {labels.Length} labels. Give every image one."
                : $"{Name}: {batch.Count} images come with {labels.Length} labels. Outputs {output} take {positions} labels an image.",
                    nameof(batch));
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] == IgnoreIndex) continue;
            if ((uint)labels[i] >= (uint)classes)
                throw new ArgumentException($"{Name}: image {i / positions} has label {labels[i]}, the model has classes 0 to {classes - 1}.",
                    nameof(batch));
            sum += double.CreateTruncating(WeightOf(labels[i]));
        }
        return Reduction == Reduction.Mean ? sum : 1;
    }

    /// <summary>The number of classes of such an output, which the weights must fit.</summary>
    private protected int CheckClasses(Shape output)
    {
        if (output.Length == 0 || output.Rank == 0) ShapeGuard.Rank(Name, output, 1, "classes");
        if (_weights.Length > 0 && _weights.Length != output[0])
            throw new ArgumentException($"{Name}: {_weights.Length} class weights, the model has {output[0]} classes. Give every class one.");
        return output[0];
    }

    private protected T WeightOf(int label) => _weights.Length == 0 ? T.One : _weights[label];
}
