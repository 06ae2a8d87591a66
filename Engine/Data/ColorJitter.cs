using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Makes an image darker or brighter, flatter or harder, paler or more colourful.</summary>
/// <remarks>
/// In this order, each by a factor drawn evenly from its range; 1 changes nothing. Each is a blend, other + factor · (pixel - other): brightness with
/// black, contrast with the mean of the image's <see cref="Luma"/>, saturation with the luma of the pixel. Torchvision's words, and Pillow's values for
/// the same factors (torchvision draws the order, too).
/// </remarks>
public sealed class ColorJitter : Augmentation
{
    private const double Most = 100;

    /// <summary>Changes of light and colour.</summary>
    /// <param name="brightness">From 0 (black) on; 1 to 1 by default.</param>
    /// <param name="contrast">From 0 (the mean grey) on; 1 to 1 by default.</param>
    /// <param name="saturation">From 0 (grey) on; 1 to 1 by default. An image of other than three channels has none.</param>
    /// <exception cref="ArgumentOutOfRangeException">A range is none.</exception>
    public ColorJitter((double Low, double High)? brightness = null, (double Low, double High)? contrast = null, (double Low, double High)? saturation = null)
    {
        (Brightness, Contrast, Saturation) = (brightness ?? (1, 1), contrast ?? (1, 1), saturation ?? (1, 1));
        CheckRange(Brightness, 0, Most, nameof(brightness));
        CheckRange(Contrast, 0, Most, nameof(contrast));
        CheckRange(Saturation, 0, Most, nameof(saturation));
    }

    /// <summary>From darker to brighter.</summary>
    public (double Low, double High) Brightness { get; }

    /// <summary>From flatter to harder.</summary>
    public (double Low, double High) Contrast { get; }

    /// <summary>From paler to more colourful.</summary>
    public (double Low, double High) Saturation { get; }

    /// <inheritdoc/>
    public override void Apply(Shape shape, ReadOnlySpan<byte> image, Span<byte> result, ref RandomSequence random)
    {
        float brightness = (float)random.NextUniform(Brightness.Low, Brightness.High);
        float contrast = (float)random.NextUniform(Contrast.Low, Contrast.High), saturation = (float)random.NextUniform(Saturation.Low, Saturation.High);
        for (int p = 0; p < image.Length; p++) result[p] = Blend(0, image[p], brightness);
        int plane = shape[1] * shape[2];
        bool hasColours = shape[0] == 3;
        if (contrast != 1)
        {
            byte grey = MeanLuma(result, plane, hasColours);
            foreach (ref byte pixel in result) pixel = Blend(grey, pixel, contrast);
        }
        if (saturation == 1 || !hasColours) return;
        for (int p = 0; p < plane; p++)
        {
            byte grey = Luma.Of(result[p], result[plane + p], result[2 * plane + p]);
            for (int c = p; c < result.Length; c += plane) result[c] = Blend(grey, result[c], saturation);
        }
    }

    private static byte MeanLuma(ReadOnlySpan<byte> image, int plane, bool hasColours)
    {
        long sum = 0;
        int count = hasColours ? plane : image.Length;
        for (int p = 0; p < count; p++) sum += hasColours ? Luma.Of(image[p], image[plane + p], image[2 * plane + p]) : image[p];
        return (byte)((double)sum / count + 0.5);
    }

    // Fractions are cut off, as Pillow's Image.blend does it.
    private static byte Blend(byte other, byte pixel, float factor) => (byte)Math.Clamp(other + factor * (pixel - other), 0, byte.MaxValue);
}
