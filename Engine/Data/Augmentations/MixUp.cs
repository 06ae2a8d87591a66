using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Blends two images, pixel by pixel.</summary>
/// <remarks>Source: Zhang et al., "mixup: beyond empirical risk minimization", 2018.</remarks>
/// <param name="alpha">Of the distribution Beta(alpha, alpha) of shares: 0.05 to 1.</param>
/// <exception cref="ArgumentOutOfRangeException">It is not in its range.</exception>
public sealed class MixUp(double alpha = 0.2) : ImageMixing(alpha)
{
    internal override Mixture Draw(Shape shape, ref RandomSequence random) => new(DrawShare(ref random));
}
