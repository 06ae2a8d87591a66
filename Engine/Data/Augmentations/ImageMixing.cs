using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Mixes an image with another of its batch, and its label or target by the same share.</summary>
/// <remarks>
/// The other is the next image of the same 32, the first for the last of them; orders are shuffled, so it is any image. How much of it comes in
/// follows from the seed, the epoch and the image's place in the dataset. Labels become targets, a probability for each class, which
/// <see cref="Losses"/> such as cross-entropy take; metrics go by the image's own label, so that the accuracy of training is lower than it would be.
/// </remarks>
public abstract class ImageMixing
{
    private const double Least = 0.05;                                       // alpha: below, one of the two is as good as alone

    private protected ImageMixing(double alpha)
    {
        if (!(alpha is >= Least and <= 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, $"{GetType().Name}: alpha is {alpha}, must be in {Least} to 1.");
        Alpha = alpha;
    }

    /// <summary>Shares are drawn of the distribution Beta(alpha, alpha): 1 is any share alike, small is mostly one image alone.</summary>
    public double Alpha { get; }

    /// <summary>Draws how two images are mixed.</summary>
    internal abstract Mixture Draw(Shape shape, ref RandomSequence random);

    /// <summary>A number of Beta(alpha, alpha), as Jöhnk draws it ("Erzeugung von betaverteilten und gammaverteilten Zufallszahlen", 1964).</summary>
    private protected double DrawShare(ref RandomSequence random)
    {
        while (true)
        {
            double first = Math.Pow(random.NextDouble(), 1 / Alpha), second = Math.Pow(random.NextDouble(), 1 / Alpha), sum = first + second;
            if (sum is > 0 and <= 1) return first / sum;
        }
    }
}
