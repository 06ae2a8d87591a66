using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>What changes the pixels of an image where they are: light, colour, and fewer levels. Values are Pillow's.</summary>
internal static class PixelOperations
{
    private const int Levels = 256;

    /// <summary>Blends with black: 1 changes nothing.</summary>
    public static void Brighten(Span<byte> image, float factor)
    {
        if (factor == 1) return;
        foreach (ref byte pixel in image) pixel = Blend(0, pixel, factor);
    }

    /// <summary>Blends with the mean of the luma.</summary>
    public static void Contrast(Shape shape, Span<byte> image, float factor)
    {
        if (factor == 1) return;
        byte grey = MeanLuma(image, shape[1] * shape[2], shape[0] == 3);
        foreach (ref byte pixel in image) pixel = Blend(grey, pixel, factor);
    }

    /// <summary>Blends with the pixel's luma; an image of other than three channels stays as it is.</summary>
    public static void Saturate(Shape shape, Span<byte> image, float factor)
    {
        if (factor == 1 || shape[0] != 3) return;
        int plane = shape[1] * shape[2];
        for (int p = 0; p < plane; p++)
        {
            byte grey = Luma.Of(image[p], image[plane + p], image[2 * plane + p]);
            for (int c = p; c < image.Length; c += plane) image[c] = Blend(grey, image[c], factor);
        }
    }

    /// <summary>Turns the circle of colours, by a share of it; as Pillow's HSV has them, in 256 steps.</summary>
    public static void TurnHue(Shape shape, Span<byte> image, double share)
    {
        int steps = (int)(share * byte.MaxValue), plane = shape[1] * shape[2];
        if (steps == 0 || shape[0] != 3) return;
        for (int p = 0; p < plane; p++)
        {
            var (hue, saturation, value) = ToHsv(image[p], image[plane + p], image[2 * plane + p]);
            (image[p], image[plane + p], image[2 * plane + p]) = ToRgb((byte)(hue + steps), saturation, value);
        }
    }

    /// <summary>Blends with the mean of 3x3 pixels, of which the middle one weighs five times; the border stays as it is.</summary>
    /// <param name="shape">[C, H, W].</param>
    /// <param name="image">[C, H, W] as it was.</param>
    /// <param name="result">[C, H, W], overwritten.</param>
    /// <param name="factor">Below 1 is softer, above 1 sharper.</param>
    public static void Sharpen(Shape shape, ReadOnlySpan<byte> image, Span<byte> result, float factor)
    {
        image.CopyTo(result);
        int width = shape[2];
        for (int row = 0; row < shape[0] * shape[1]; row++)
        {
            if (row % shape[1] == 0 || row % shape[1] == shape[1] - 1) continue;
            for (int at = row * width + 1; at < (row + 1) * width - 1; at++)
            {
                int sum = 4 * image[at];
                for (int near = at - width; near <= at + width; near += width) sum += image[near - 1] + image[near] + image[near + 1];
                result[at] = Blend((byte)((sum + 6) / 13), image[at], factor);
            }
        }
    }

    /// <summary>Keeps so many of the upper bits of each pixel.</summary>
    public static void Posterize(Span<byte> image, int bits)
    {
        byte mask = (byte)~((1 << (8 - bits)) - 1);
        foreach (ref byte pixel in image) pixel &= mask;
    }

    /// <summary>Inverts pixels from a threshold on.</summary>
    public static void Solarize(Span<byte> image, double threshold)
    {
        foreach (ref byte pixel in image)
            if (pixel >= threshold) pixel = (byte)(byte.MaxValue - pixel);
    }

    /// <summary>Stretches each channel from its darkest to its brightest pixel over all levels.</summary>
    public static void AutoContrast(Shape shape, Span<byte> image)
    {
        int plane = shape[1] * shape[2];
        for (int c = 0; c < shape[0]; c++)
        {
            Span<byte> channel = image.Slice(c * plane, plane);
            byte low = byte.MaxValue, high = 0;
            foreach (byte pixel in channel) (low, high) = (Math.Min(low, pixel), Math.Max(high, pixel));
            if (high <= low) continue;
            double scale = (double)byte.MaxValue / (high - low), offset = -low * scale;
            foreach (ref byte pixel in channel) pixel = (byte)Math.Clamp((int)(pixel * scale + offset), 0, byte.MaxValue);
        }
    }

    /// <summary>Spreads the levels of each channel so that each has about as many pixels.</summary>
    public static void Equalize(Shape shape, Span<byte> image)
    {
        int plane = shape[1] * shape[2];
        Span<int> counts = stackalloc int[Levels];
        Span<byte> table = stackalloc byte[Levels];
        for (int c = 0; c < shape[0]; c++)
        {
            Span<byte> channel = image.Slice(c * plane, plane);
            counts.Clear();
            foreach (byte pixel in channel) counts[pixel]++;
            int last = counts.LastIndexOfAnyExcept(0), step = last < 0 ? 0 : (plane - counts[last]) / byte.MaxValue;
            if (step == 0) continue;
            int sum = step / 2;
            for (int level = 0; level < Levels; level++)
            {
                table[level] = (byte)Math.Min(sum / step, byte.MaxValue);
                sum += counts[level];
            }
            foreach (ref byte pixel in channel) pixel = table[pixel];
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

    private static (byte Hue, byte Saturation, byte Value) ToHsv(byte red, byte green, byte blue)
    {
        byte most = Math.Max(red, Math.Max(green, blue)), least = Math.Min(red, Math.Min(green, blue));
        if (most == least) return (0, 0, most);
        float range = most - least, fromRed = (most - red) / range, fromGreen = (most - green) / range, fromBlue = (most - blue) / range;
        double hue = red == most ? fromBlue - fromGreen : green == most ? 2.0 + fromRed - fromBlue : 4.0 + fromGreen - fromRed;
        float turn = (float)((hue / 6 + 1) % 1), share = range / most;
        return ((byte)((double)turn * byte.MaxValue), (byte)((double)share * byte.MaxValue), most);
    }

    private static (byte Red, byte Green, byte Blue) ToRgb(byte hue, byte saturation, byte value)
    {
        if (saturation == 0) return (value, value, value);
        float sixth = hue * 6f / byte.MaxValue, share = saturation / (float)byte.MaxValue, rest = sixth - MathF.Floor(sixth);
        byte low = Rounded(value * (1 - share)), falling = Rounded(value * (1 - share * rest)), rising = Rounded(value * (1 - share * (1 - rest)));
        return ((int)sixth % 6) switch
        {
            0 => (value, rising, low),
            1 => (falling, value, low),
            2 => (low, value, rising),
            3 => (low, falling, value),
            4 => (rising, low, value),
            _ => (value, low, falling),
        };
    }

    private static byte Rounded(float value) => (byte)Math.Clamp((int)MathF.Round(value, MidpointRounding.AwayFromZero), 0, byte.MaxValue);
}
