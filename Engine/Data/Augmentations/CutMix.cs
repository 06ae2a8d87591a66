using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Pastes a rectangle of one image into the other; the label's share is that of the area.</summary>
/// <remarks>Source: Yun et al., "CutMix: regularization strategy to train strong classifiers with localizable features", 2019.</remarks>
/// <param name="alpha">Of the distribution Beta(alpha, alpha) of shares: 0.05 to 1.</param>
/// <exception cref="ArgumentOutOfRangeException">It is not in its range.</exception>
public sealed class CutMix(double alpha = 1) : ImageMixing(alpha)
{
    internal override Mixture Draw(Shape shape, ref RandomSequence random)
    {
        double side = Math.Sqrt(1 - DrawShare(ref random));
        int height = (int)(shape[1] * side), width = (int)(shape[2] * side), row = random.NextInt(shape[1]), column = random.NextInt(shape[2]);
        int top = Math.Max(row - height / 2, 0), bottom = Math.Min(row - height / 2 + height, shape[1]);
        int left = Math.Max(column - width / 2, 0), right = Math.Min(column - width / 2 + width, shape[2]);
        if (bottom <= top || right <= left) return new(1);
        return new(1 - (double)(bottom - top) * (right - left) / (shape[1] * shape[2]), top, left, bottom - top, right - left);
    }
}
