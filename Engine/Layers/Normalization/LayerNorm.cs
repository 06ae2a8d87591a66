using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Normalises the last axes of every image, then scales and shifts each number by its own learned weight and bias.</summary>
/// <remarks>
/// Input [..., normalizedShape], weight and bias [normalizedShape]; each of the leading positions is a part of its own. With [C, H, W] that is the
/// whole image. See <see cref="ImageNorm{T}"/> for the formula. Source: Ba, Kiros and Hinton, "Layer normalization", 2016.
/// </remarks>
public sealed class LayerNorm<T> : ImageNorm<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Layer normalisation in PyTorch's words and defaults.</summary>
    /// <param name="normalizedShape">The last axes of one image.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="elementwiseAffine">Whether to learn a weight and a bias.</param>
    /// <exception cref="ArgumentOutOfRangeException">The shape holds no number, or eps is negative or not finite.</exception>
    public LayerNorm(Shape normalizedShape, double eps = 1e-5, bool elementwiseAffine = true)
        : base(normalizedShape, eps, elementwiseAffine)
    {
        ShapeGuard.Positive(TypeName, normalizedShape.Rank, nameof(normalizedShape));
        ShapeGuard.Positive(TypeName, normalizedShape.Length, nameof(normalizedShape));
        NormalizedShape = normalizedShape;
    }

    /// <summary>The last axes of one image.</summary>
    public Shape NormalizedShape { get; }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        if (input.Rank < NormalizedShape.Rank || !input.Sizes[^NormalizedShape.Rank..].SequenceEqual(NormalizedShape.Sizes))
            ShapeGuard.Mismatch(Who, $"input of one image {input} does not end in the normalised shape {NormalizedShape}.", NormalizedShape, input);
        return input;
    }

    private protected override (int Parts, int Repeat) Divide(Shape input) => (input.Length / NormalizedShape.Length, 1);
}
