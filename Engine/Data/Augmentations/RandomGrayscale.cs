using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Takes the colour out of some images: all three channels become the <see cref="Luma"/>.</summary>
public sealed class RandomGrayscale : Augmentation
{
    /// <summary>Makes some images grey.</summary>
    /// <param name="probability">How many: 0 to 1. An image of other than three channels stays as it is.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not in 0 to 1.</exception>
    public RandomGrayscale(double probability = 0.1)
    {
        CheckProbability(probability, nameof(probability));
        Probability = probability;
    }

    /// <summary>How many images.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    public override void Apply(Shape shape, ReadOnlySpan<byte> image, Span<byte> result, ref RandomSequence random)
    {
        image.CopyTo(result);
        if (random.NextDouble() < Probability) PixelOperations.Saturate(shape, result, 0);
    }
}
