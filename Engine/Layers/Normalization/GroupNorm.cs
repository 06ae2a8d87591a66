using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Normalises groups of channels of every image, then scales and shifts each channel.</summary>
/// <remarks>
/// Input [C, H, W] or [C, ...], weight and bias [C]; a part is the C / numGroups channels of one group. See <see cref="ImageNorm{T}"/> for the
/// formula. Source: Wu and He, "Group normalization", 2018.
/// </remarks>
public sealed class GroupNorm<T> : ImageNorm<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Group normalisation in PyTorch's words and defaults.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, the groups do not divide the channels, or eps is negative or not
    /// finite.</exception>
    public GroupNorm(int numGroups, int numChannels, double eps = 1e-5, bool affine = true)
        : base(new Shape(Math.Max(0, numChannels)), eps, affine)
    {
        ShapeGuard.Positive(TypeName, numGroups);
        ShapeGuard.Positive(TypeName, numChannels);
        if (numChannels % numGroups != 0)
            throw new ArgumentOutOfRangeException(nameof(numGroups), numGroups,
                $"{TypeName}: {numGroups} groups do not divide {numChannels} channels.");
        (NumGroups, NumChannels) = (numGroups, numChannels);
    }

    /// <summary>Groups.</summary>
    public int NumGroups { get; }

    /// <summary>Channels.</summary>
    public int NumChannels { get; }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        if (input.Rank == 0 || input[0] != NumChannels)
            ShapeGuard.Mismatch(Who, $"input of one image {input} has {(input.Rank == 0 ? 0 : input[0])} channels, weight takes {NumChannels}.",
                new Shape(NumChannels), input);
        return input;
    }

    private protected override (int Parts, int Repeat) Divide(Shape input) => (NumGroups, input.Length / NumChannels);
}
