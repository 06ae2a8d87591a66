using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>One operation of any strength, chosen of fourteen: nothing to tune.</summary>
/// <remarks>
/// Torchvision's <c>TrivialAugmentWide</c>: its operations and magnitudes, in 31 steps; translations, there up to 32 pixels of images of 224, are
/// that share of the side. Source: Müller and Hutter, "TrivialAugment: tuning-free yet state-of-the-art data augmentation", 2021.
/// </remarks>
public sealed class TrivialAugment : Augmentation
{
    private const int Steps = 31;
    private static readonly AugmentStrengths _strengths = new(Shear: 0.99, Translate: 32.0 / 224, Degrees: 135, Blend: 0.99, LostBits: 6);

    /// <inheritdoc/>
    public override void Apply(Shape shape, ReadOnlySpan<byte> image, Span<byte> result, ref RandomSequence random)
    {
        AugmentOperation operation = AugmentStrengths.Any(ref random);
        double share = (double)random.NextInt(Steps) / (Steps - 1);
        _strengths.Apply(operation, share, isNegative: random.NextInt(2) == 1, shape, image, result);
    }
}
