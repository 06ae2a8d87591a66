namespace Scratch.Cli.Reports;

/// <summary>Several small pictures of one size side by side in one, a pixel apart.</summary>
/// <param name="Width">Columns of all.</param>
/// <param name="Height">Rows of all.</param>
/// <param name="Source">The address of the picture.</param>
internal sealed record Montage(int Width, int Height, string Source)
{
    private const int LeastSide = 28;                                        // pixels of one picture

    /// <summary>Maps of numbers from 0 to 255 in the colours of <see cref="ColorScale.Viridis"/>, by their square roots: few numbers are
    /// large.</summary>
    public static Montage OfMaps(ImageData maps, int perRow) => Of(maps.Channels, maps.Height, maps.Width, perRow, ColorScale.Viridis,
        (picture, y, x) => (byte)MathF.Sqrt(byte.MaxValue * maps.Pixels[(picture * maps.Height + y) * maps.Width + x]));

    /// <summary>Windows of a convolution: the first input channel of each, blue below zero and orange above.</summary>
    /// <param name="weights">[out, in, height, width].</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="most">How many windows to show.</param>
    /// <param name="perRow">How many in a row.</param>
    /// <param name="largest">The magnitude of the full colours.</param>
    public static Montage OfWindows(float[] weights, int[] shape, int most, int perRow, float largest) =>
        Of(Math.Min(shape[0], most), shape[2], shape[3], perRow, ColorScale.Diverging, (picture, y, x) =>
        {
            float weight = weights[(picture * shape[1] * shape[2] + y) * shape[3] + x];
            return (byte)Math.Clamp(MathF.Round(127.5f + 127.5f * weight / largest), 0, byte.MaxValue);
        });

    /// <summary>Windows over red, green and blue as they are seen: a weight of zero is mid-grey.</summary>
    public static Montage OfColorWindows(float[] weights, int[] shape, int most, int perRow, float largest)
    {
        int count = Math.Min(shape[0], most), columns = Math.Min(count, perRow), rows = (count + columns - 1) / columns;
        int width = columns * (shape[3] + 1) - 1, height = rows * (shape[2] + 1) - 1;
        byte[] pixels = new byte[3 * height * width];
        Array.Fill(pixels, byte.MaxValue);
        for (int i = 0; i < count * 3 * shape[2] * shape[3]; i++)
        {
            int x = i % shape[3], y = i / shape[3] % shape[2], channel = i / (shape[3] * shape[2]) % 3, picture = i / (shape[3] * shape[2] * 3);
            int row = picture / columns * (shape[2] + 1) + y, column = picture % columns * (shape[3] + 1) + x;
            pixels[(channel * height + row) * width + column] = (byte)Math.Clamp(MathF.Round(127.5f + 127.5f * weights[i] / largest), 0,
                byte.MaxValue);
        }
        return new(width, height, PngImage.Of(new(3, height, width, pixels)));
    }

    // The gap has a colour of its own, the palette's last, through which the page shows and which pictures do not use. Few pixels are shown as
    // several each, so that the gap stays narrow.
    private static Montage Of(int count, int pictureHeight, int pictureWidth, int perRow, byte[] colors, Func<int, int, int, byte> of)
    {
        int zoom = Math.Max(1, LeastSide / Math.Max(pictureHeight, pictureWidth)), tall = zoom * pictureHeight, wide = zoom * pictureWidth;
        int columns = Math.Min(count, perRow), rows = (count + columns - 1) / columns;
        int width = columns * (wide + 1) - 1, height = rows * (tall + 1) - 1;
        byte[] pixels = new byte[width * height];
        Array.Fill(pixels, byte.MaxValue);
        for (int i = 0; i < count * tall * wide; i++)
        {
            int x = i % wide, y = i / wide % tall, picture = i / (wide * tall);
            int row = picture / columns * (tall + 1) + y, column = picture % columns * (wide + 1) + x;
            pixels[row * width + column] = Math.Min(of(picture, y / zoom, x / zoom), (byte)(byte.MaxValue - 1));
        }
        return new(width, height, PngImage.OfPalette(width, height, pixels, colors, lastIsClear: true));
    }
}
