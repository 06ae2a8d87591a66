namespace Scratch.Data;

/// <summary>One change of an image of a given strength: what <see cref="RandAugment"/> and <see cref="TrivialAugment"/> choose from.</summary>
/// <remarks>
/// Names and magnitudes are torchvision's. Strengths are given as a share of the greatest, from 0 on. Movements are about the middle, bilinear, and
/// bring in black; torchvision takes the nearest pixel.
/// </remarks>
internal enum AugmentOperation
{
    Identity,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Color,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
}
