using System.Buffers;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Some operations of one strength, chosen of fourteen: movements, light, colour, sharpness, fewer levels.</summary>
/// <remarks>
/// Torchvision's operations and magnitudes; translations, there 150 of 331 pixels, are that share of the side. Source: Cubuk et al., "RandAugment:
/// practical automated data augmentation with a reduced search space", 2020.
/// </remarks>
public sealed class RandAugment : Augmentation
{
    /// <summary>The greatest magnitude.</summary>
    public const int MostMagnitude = 30;

    private const int MostOperations = 16;
    private static readonly AugmentStrengths _strengths = new(Shear: 0.3, Translate: 150.0 / 331, Degrees: 30, Blend: 0.9, LostBits: 4);

    /// <summary>Chooses in PyTorch's words and defaults.</summary>
    /// <param name="operations">How many, one after the other.</param>
    /// <param name="magnitude">How strong: 0 to 30.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not in its range.</exception>
    public RandAugment(int operations = 2, int magnitude = 9)
    {
        CheckRange((operations, operations), 1, MostOperations, nameof(operations));
        CheckRange((magnitude, magnitude), 0, MostMagnitude, nameof(magnitude));
        (Operations, Magnitude) = (operations, magnitude);
    }

    /// <summary>How many, one after the other.</summary>
    public int Operations { get; }

    /// <summary>How strong.</summary>
    public int Magnitude { get; }

    /// <inheritdoc/>
    public override void Apply(Shape shape, ReadOnlySpan<byte> image, Span<byte> result, ref RandomSequence random)
    {
        byte[] spare = ArrayPool<byte>.Shared.Rent(image.Length);
        for (int i = 0; i < Operations; i++)
        {
            // To and fro between the two, so that the last one is in the result.
            Span<byte> next = (Operations - i) % 2 == 1 ? result : spare.AsSpan(0, image.Length);
            AugmentOperation operation = AugmentStrengths.Any(ref random);
            bool isNegative = random.NextInt(2) == 1;
            _strengths.Apply(operation, (double)Magnitude / MostMagnitude, isNegative, shape, image, next);
            image = next;
        }
        ArrayPool<byte>.Shared.Return(spare);
    }
}
