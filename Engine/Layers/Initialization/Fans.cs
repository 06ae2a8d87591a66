using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>How many numbers one output of a weight is summed from, and how many outputs one input feeds, as PyTorch counts them.</summary>
/// <param name="In">For a convolution inC / groups · kH · kW, for a linear layer its inputs.</param>
/// <param name="Out">For a convolution outC · kH · kW, for a linear layer its outputs.</param>
public readonly record struct Fans(int In, int Out)
{
    /// <summary>The fans of a weight [out, in, ...]: the sizes after the second multiply both. That of a transposed convolution is [in, out, ...] and
    /// is counted the same way, which exchanges the two.</summary>
    /// <exception cref="ShapeMismatchException">The weight has less than two axes.</exception>
    public static Fans Of(Shape weight)
    {
        if (weight.Rank < 2) ShapeGuard.Mismatch(nameof(Fans), $"weight {weight} has {weight.Rank} axes, fans take at least 2 (out, in).",
            new Shape(0, 0), weight);
        int window = 1;
        foreach (int size in weight.Sizes[2..]) window *= size;
        return new(weight[1] * window, weight[0] * window);
    }
}
