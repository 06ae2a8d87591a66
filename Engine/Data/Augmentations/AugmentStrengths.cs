using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>How strong each operation is at most.</summary>
/// <param name="Shear">Pixels across for each pixel along.</param>
/// <param name="Translate">Share of the side.</param>
/// <param name="Degrees">Of a turn.</param>
/// <param name="Blend">How far factors of light, colour and sharpness go from 1.</param>
/// <param name="LostBits">How many bits go lost.</param>
internal readonly record struct AugmentStrengths(double Shear, double Translate, double Degrees, double Blend, double LostBits)
{
    private static readonly int _operations = Enum.GetValues<AugmentOperation>().Length;

    /// <summary>Any operation, each as likely.</summary>
    public static AugmentOperation Any(ref RandomSequence random) => (AugmentOperation)random.NextInt(_operations);

    /// <summary>Applies one.</summary>
    /// <param name="operation">Which.</param>
    /// <param name="share">Of the greatest strength, 0 to 1.</param>
    /// <param name="isNegative">Whether what has a direction goes the other way.</param>
    /// <param name="shape">[C, H, W].</param>
    /// <param name="image">[C, H, W].</param>
    /// <param name="result">[C, H, W], other memory, overwritten.</param>
    public void Apply(AugmentOperation operation, double share, bool isNegative, Shape shape, ReadOnlySpan<byte> image, Span<byte> result)
    {
        double way = isNegative ? -share : share;
        float factor = (float)(1 + way * Blend);
        switch (operation)
        {
            case AugmentOperation.ShearX:
                RandomAffine.Move(shape, image, (1, -way * Shear, 0, 1), default, result);
                return;
            case AugmentOperation.ShearY:
                RandomAffine.Move(shape, image, (1, 0, -way * Shear, 1), default, result);
                return;
            case AugmentOperation.TranslateX:
                RandomAffine.Move(shape, image, (1, 0, 0, 1), (Math.Truncate(way * Translate * shape[2]), 0), result);
                return;
            case AugmentOperation.TranslateY:
                RandomAffine.Move(shape, image, (1, 0, 0, 1), (0, Math.Truncate(way * Translate * shape[1])), result);
                return;
            case AugmentOperation.Rotate:
                var (sin, cos) = Math.SinCos(way * Degrees * Math.PI / 180);
                RandomAffine.Move(shape, image, (cos, sin, -sin, cos), default, result);
                return;
            case AugmentOperation.Sharpness:
                PixelOperations.Sharpen(shape, image, result, factor);
                return;
        }
        image.CopyTo(result);
        switch (operation)
        {
            case AugmentOperation.Brightness:
                PixelOperations.Brighten(result, factor);
                break;
            case AugmentOperation.Color:
                PixelOperations.Saturate(shape, result, factor);
                break;
            case AugmentOperation.Contrast:
                PixelOperations.Contrast(shape, result, factor);
                break;
            case AugmentOperation.Posterize:
                PixelOperations.Posterize(result, 8 - (int)Math.Round(share * LostBits));
                break;
            case AugmentOperation.Solarize:
                PixelOperations.Solarize(result, byte.MaxValue * (1 - share));
                break;
            case AugmentOperation.AutoContrast:
                PixelOperations.AutoContrast(shape, result);
                break;
            case AugmentOperation.Equalize:
                PixelOperations.Equalize(shape, result);
                break;
        }
    }
}
