using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Exchanges top and bottom, of some images: where pictures have no upright, as those of cells or from above.</summary>
public sealed class RandomVerticalFlip : Augmentation
{
    /// <summary>Flips some images.</summary>
    /// <param name="probability">Of how many: 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not in 0 to 1.</exception>
    public RandomVerticalFlip(double probability = 0.5)
    {
        CheckProbability(probability, nameof(probability));
        Probability = probability;
    }

    /// <summary>Of how many images.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    public override void Apply(Shape shape, ReadOnlySpan<byte> image, Span<byte> result, ref RandomSequence random)
    {
        bool flips = random.NextDouble() < Probability;
        int rows = shape[1], columns = shape[2];
        for (int line = 0; line < shape[0] * rows; line++)
        {
            int from = flips ? line + rows - 1 - 2 * (line % rows) : line;
            image.Slice(from * columns, columns).CopyTo(result[(line * columns)..]);
        }
    }
}
