using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Exchanges left and right, of some images.</summary>
public sealed class RandomHorizontalFlip : Augmentation
{
    /// <summary>Flips some images.</summary>
    /// <param name="probability">Of how many: 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not in 0 to 1.</exception>
    public RandomHorizontalFlip(double probability = 0.5)
    {
        CheckProbability(probability, nameof(probability));
        Probability = probability;
    }

    /// <summary>Of how many images.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    public override void Apply(Shape shape, ReadOnlySpan<byte> image, Span<byte> result, ref RandomSequence random)
    {
        image.CopyTo(result);
        if (random.NextDouble() >= Probability) return;
        for (int row = 0; row < result.Length; row += shape[2]) result.Slice(row, shape[2]).Reverse();
    }
}
