using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Normalises every channel of every image by itself, then may scale and shift it.</summary>
/// <remarks>
/// Input [C, H, W], weight and bias [C]; a part is one channel. See <see cref="ImageNorm{T}"/> for the formula. Without running statistics, PyTorch's
/// default. Source: Ulyanov, Vedaldi and Lempitsky, "Instance normalization: the missing ingredient for fast stylization", 2016.
/// </remarks>
public sealed class InstanceNorm2d<T> : ImageNorm<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Instance normalisation in PyTorch's words and defaults: nothing is learned unless asked for.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no channel, or eps is negative or not finite.</exception>
    public InstanceNorm2d(int numFeatures, double eps = 1e-5, bool affine = false)
        : base(new Shape(Math.Max(0, numFeatures)), eps, affine)
    {
        ShapeGuard.Positive(TypeName, numFeatures);
        NumFeatures = numFeatures;
    }

    /// <summary>Channels.</summary>
    public int NumFeatures { get; }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        ShapeGuard.Rank(Who, input, 3, "C, H, W");
        ShapeGuard.Channels(Who, input, NumFeatures, $"[{NumFeatures}] (C)");
        return input;
    }

    private protected override (int Parts, int Repeat) Divide(Shape input) => (NumFeatures, input[1] * input[2]);
}
