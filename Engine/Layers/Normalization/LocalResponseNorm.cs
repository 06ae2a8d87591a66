using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Divides every number by what its neighbours in other channels hold: a strong response keeps those beside it down.</summary>
/// <remarks>
/// Input [C, ...]. y = x / (k + alpha/size · sum of x² over size channels)^beta; the window of channel c reaches from c - size/2 to c + (size-1)/2,
/// rounded down, and what lies outside counts as zeros, as in PyTorch. Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep
/// convolutional neural networks", 2012, section 3.3.
/// </remarks>
public sealed class LocalResponseNorm<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>With PyTorch's words and defaults.</summary>
    /// <param name="size">Channels of a window.</param>
    /// <param name="alpha">The weight of their squares.</param>
    /// <param name="beta">The power.</param>
    /// <param name="k">What is added, so that zeros do not divide by zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">size is below 1, alpha or beta is negative or not finite, or k is not above 0.</exception>
    public LocalResponseNorm(int size, double alpha = 1e-4, double beta = 0.75, double k = 1)
    {
        ShapeGuard.Positive(TypeName, size);
        ShapeGuard.Finite(TypeName, alpha, 0);
        ShapeGuard.Finite(TypeName, beta, 0);
        ShapeGuard.Above(TypeName, k, 0);
        (Size, Alpha, Beta, K) = (size, alpha, beta, k);
    }

    /// <summary>Channels of a window.</summary>
    public int Size { get; }

    /// <summary>The weight of their squares.</summary>
    public double Alpha { get; }

    /// <summary>The power.</summary>
    public double Beta { get; }

    /// <summary>What is added.</summary>
    public double K { get; }

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Input;

    /// <inheritdoc/>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public override Division DivisionAt(LayerSite site) => Division.Pixels;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        if (input.Rank == 0) ShapeGuard.Mismatch(Who, "input of one image [] has no axis of channels.", new Shape(0), input);
        return input;
    }

    /// <inheritdoc/>
    public override int ScratchLength<V>(Shape input) => ResponseNorm.ScratchLength<V, T>(input[0], Size);

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) =>
        ResponseNorm.Forward<V, T>(pass.InputExtent.InPixels, pass.Layout == Layout.Lanes, Terms, pass.FirstPixel, pass.PixelCount, pass.Input,
            pass.Scratch, pass.Output);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        if (!pass.GradInput.IsEmpty)
            ResponseNorm.Backward<V, T>(pass.InputExtent.InPixels, pass.Layout == Layout.Lanes, Terms, pass.FirstPixel, pass.PixelCount, pass.Input,
                pass.GradOutput, pass.Scratch, pass.GradInput);
    }

    private ResponseTerms<T> Terms => new(Size, T.CreateTruncating(Alpha / Size), T.CreateTruncating(Beta), T.CreateTruncating(K));
}
