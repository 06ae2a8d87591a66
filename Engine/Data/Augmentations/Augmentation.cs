using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Changes an image a little, anew each time it is shown, so that a model learns what does not matter.</summary>
/// <remarks>
/// Works on bytes, before <see cref="Normalization"/>, one image at a time and on several threads at once: so it holds no state, and all chance comes
/// from the sequence that it is given, which follows from the seed, the epoch and the place of the image in the dataset. The same seed so gives the
/// same images for any number of threads.
/// </remarks>
public abstract class Augmentation
{
    /// <summary>Writes the changed image.</summary>
    /// <param name="shape">[C, H, W].</param>
    /// <param name="image">[C, H, W].</param>
    /// <param name="result">[C, H, W], other memory, to be overwritten whole.</param>
    /// <param name="random">Where all chance comes from.</param>
    public abstract void Apply(Shape shape, ReadOnlySpan<byte> image, Span<byte> result, ref RandomSequence random);

    /// <summary>Refuses a probability that is none.</summary>
    private protected void CheckProbability(double probability, string name)
    {
        if (!(probability >= 0 && probability <= 1))
            throw new ArgumentOutOfRangeException(name, probability, $"{GetType().Name}: {name} is {probability}, must be in 0 to 1.");
    }

    /// <summary>Refuses a range that is none.</summary>
    private protected void CheckRange((double Low, double High) range, double least, double most, string name)
    {
        if (!(range.Low >= least && range.High >= range.Low && range.High <= most))
            throw new ArgumentOutOfRangeException(name, range,
                $"{GetType().Name}: {name} is {range}, must be two rising numbers in {least} to {most}.");
    }
}
