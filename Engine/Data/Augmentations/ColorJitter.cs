using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Makes an image darker or brighter, flatter or harder, paler or more colourful, or of other colours.</summary>
/// <remarks>
/// In this order, each by a factor drawn evenly from its range; 1 changes nothing. Each is a blend, other + factor · (pixel - other): brightness with
/// black, contrast with the mean of the image's <see cref="Luma"/>, saturation with the luma of the pixel; hue comes last, as 256 steps of the
/// circle. Torchvision's words, and Pillow's values for the same factors (torchvision draws the order, too).
/// </remarks>
public sealed class ColorJitter : Augmentation
{
    private const double Most = 100;

    /// <summary>Changes of light and colour.</summary>
    /// <param name="brightness">From 0 (black) on; 1 to 1 by default.</param>
    /// <param name="contrast">From 0 (the mean grey) on; 1 to 1 by default.</param>
    /// <param name="saturation">From 0 (grey) on; 1 to 1 by default. An image of other than three channels has none.</param>
    /// <param name="hue">Share of the circle of colours, -0.5 to 0.5, that each is turned by; 0 to 0 by default. Only of three channels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A range is none.</exception>
    public ColorJitter((double Low, double High)? brightness = null, (double Low, double High)? contrast = null,
        (double Low, double High)? saturation = null, (double Low, double High)? hue = null)
    {
        (Brightness, Contrast, Saturation, Hue) = (brightness ?? (1, 1), contrast ?? (1, 1), saturation ?? (1, 1), hue ?? (0, 0));
        CheckRange(Brightness, 0, Most, nameof(brightness));
        CheckRange(Contrast, 0, Most, nameof(contrast));
        CheckRange(Saturation, 0, Most, nameof(saturation));
        CheckRange(Hue, -0.5, 0.5, nameof(hue));
    }

    /// <summary>From darker to brighter.</summary>
    public (double Low, double High) Brightness { get; }

    /// <summary>From flatter to harder.</summary>
    public (double Low, double High) Contrast { get; }

    /// <summary>From paler to more colourful.</summary>
    public (double Low, double High) Saturation { get; }

    /// <summary>How far colours are turned around their circle.</summary>
    public (double Low, double High) Hue { get; }

    /// <inheritdoc/>
    public override void Apply(Shape shape, ReadOnlySpan<byte> image, Span<byte> result, ref RandomSequence random)
    {
        float brightness = (float)random.NextUniform(Brightness.Low, Brightness.High);
        float contrast = (float)random.NextUniform(Contrast.Low, Contrast.High), saturation = (float)random.NextUniform(Saturation.Low, Saturation.High);
        double hue = Hue == (0, 0) ? 0 : random.NextUniform(Hue.Low, Hue.High);
        image.CopyTo(result);
        PixelOperations.Brighten(result, brightness);
        PixelOperations.Contrast(shape, result, contrast);
        PixelOperations.Saturate(shape, result, saturation);
        PixelOperations.TurnHue(shape, result, hue);
    }
}
