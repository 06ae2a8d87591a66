using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Turns, shifts, scales and shears an image about its middle; what comes in from outside is black.</summary>
/// <remarks>
/// Each result pixel asks where in the image it came from and takes the mean of the four pixels there, by their nearness (bilinear). With the image's
/// middle as origin, in pixels: (x, y) of the image = A⁻¹ · ((x, y) of the result - shift), A = scale · rotation · shear. Places are counted in
/// 1/65,536 of a pixel, weights in 1/256.
/// </remarks>
public sealed class RandomAffine : Augmentation
{
    private const int PlaceBits = 16, WeightBits = 8;

    /// <summary>Movements in PyTorch's words, each drawn evenly from its range.</summary>
    /// <param name="degrees">Turns by up to so much, either way.</param>
    /// <param name="translate">Shifts by up to this share of the height and of the width, either way.</param>
    /// <param name="scale">How much larger; 1 to 1 by default.</param>
    /// <param name="shear">Slants rows by an angle of up to so many degrees, either way.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or too large to mean anything.</exception>
    public RandomAffine(double degrees = 0, double translate = 0, (double Low, double High)? scale = null, double shear = 0)
    {
        (Degrees, Translate, Scale, Shear) = (degrees, translate, scale ?? (1, 1), shear);
        CheckRange((0, degrees), 0, 180, nameof(degrees));
        CheckRange((0, translate), 0, 1, nameof(translate));
        CheckRange(Scale, 1.0 / 16, 16, nameof(scale));
        CheckRange((0, shear), 0, 60, nameof(shear));
    }

    /// <summary>Turns by up to so much, either way.</summary>
    public double Degrees { get; }

    /// <summary>Shifts by up to this share of height and width, either way.</summary>
    public double Translate { get; }

    /// <summary>How much larger.</summary>
    public (double Low, double High) Scale { get; }

    /// <summary>Slants by up to so many degrees, either way.</summary>
    public double Shear { get; }

    /// <inheritdoc/>
    public override void Apply(Shape shape, ReadOnlySpan<byte> image, Span<byte> result, ref RandomSequence random)
    {
        int height = shape[1], width = shape[2];
        double angle = random.NextUniform(-Degrees, Degrees) * Math.PI / 180, slant = Math.Tan(random.NextUniform(-Shear, Shear) * Math.PI / 180);
        double shrink = 1 / random.NextUniform(Scale.Low, Scale.High);
        double shiftX = random.NextUniform(-Translate, Translate) * width, shiftY = random.NextUniform(-Translate, Translate) * height;
        // A⁻¹ = shear⁻¹ · rotation⁻¹ / scale, shear = [1 slant; 0 1].
        double sin = Math.Sin(angle) * shrink, cos = Math.Cos(angle) * shrink;
        double xx = cos + slant * sin, xy = sin - slant * cos, yx = -sin, yy = cos;
        Move(shape, image, (xx, xy, yx, yy), (shiftX, shiftY), result);
    }

    /// <summary>Asks for every pixel of the result where in the image it comes from.</summary>
    /// <param name="shape">[C, H, W].</param>
    /// <param name="image">[C, H, W].</param>
    /// <param name="inverse">Of the movement about the image's middle: (x, y) of the image = ((XX, XY), (YX, YY)) · (x, y) of the result.</param>
    /// <param name="shift">Where the image's middle moves to, from where it was.</param>
    /// <param name="result">[C, H, W], overwritten.</param>
    internal static void Move(Shape shape, ReadOnlySpan<byte> image, (double XX, double XY, double YX, double YY) inverse,
        (double X, double Y) shift, Span<byte> result)
    {
        int height = shape[1], width = shape[2];
        double middleX = (width - 1) / 2.0, middleY = (height - 1) / 2.0, left = -middleX - shift.X, top = -middleY - shift.Y;
        var (xx, xy, yx, yy) = inverse;
        int stepX = Fixed(xx), stepY = Fixed(yx), plane = height * width;
        for (int h = 0; h < height; h++)
        {
            int startX = Fixed(xx * left + xy * (top + h) + middleX), startY = Fixed(yx * left + yy * (top + h) + middleY);
            for (int c = 0; c < shape[0]; c++)
            {
                ReadOnlySpan<byte> channel = image.Slice(c * plane, plane);
                Span<byte> row = result.Slice(c * plane + h * width, width);
                for (int w = 0, x = startX, y = startY; w < width; w++, x += stepX, y += stepY) row[w] = Sample(channel, height, width, x, y);
            }
        }
    }

    private static int Fixed(double place) => (int)Math.Round(place * (1 << PlaceBits));

    private static byte Sample(ReadOnlySpan<byte> channel, int height, int width, int x, int y)
    {
        int w = x >> PlaceBits, h = y >> PlaceBits;
        if (w < -1 || h < -1 || w >= width || h >= height) return 0;
        int right = (x >> (PlaceBits - WeightBits)) & ((1 << WeightBits) - 1), below = (y >> (PlaceBits - WeightBits)) & ((1 << WeightBits) - 1);
        int left = (1 << WeightBits) - right, above = (1 << WeightBits) - below, at = h * width + w, sum = 1 << (2 * WeightBits - 1);   // rounds
        if (h >= 0 && w >= 0) sum += above * left * channel[at];
        if (h >= 0 && w + 1 < width) sum += above * right * channel[at + 1];
        if (h + 1 < height && w >= 0) sum += below * left * channel[at + width];
        if (h + 1 < height && w + 1 < width) sum += below * right * channel[at + width + 1];
        return (byte)(sum >> (2 * WeightBits));
    }
}
