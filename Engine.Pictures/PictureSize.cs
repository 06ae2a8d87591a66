namespace Scratch.Pictures;

/// <summary>How large a picture may be.</summary>
internal static class PictureSize
{
    /// <summary>Pixels of the largest picture that is decoded; Pillow, too, takes a larger one for an attack.</summary>
    public const long Most = 178_956_970;

    /// <summary>Pixels that any file may have; one of more must have a byte for every <see cref="PixelsPerByte"/> of the rest.</summary>
    /// <remarks>Some formats store a picture of one colour in a few bytes, whatever its size: a file of nothing would take the memory of
    /// <see cref="Most"/>.</remarks>
    public const long Free = 1 << 22, PixelsPerByte = 2048;

    /// <summary>Height and width of a picture.</summary>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="length">Bytes of its file.</param>
    /// <param name="most">Pixels that it may have.</param>
    /// <exception cref="InvalidDataException">They cannot be.</exception>
    public static (int Height, int Width) Checked(long height, long width, int length, long most = Most)
    {
        if (height <= 0 || width <= 0 || height > most / width)
            throw new InvalidDataException($"it is {height}x{width} (H, W), must have 1 to {most} pixels");
        return height * width <= Free + PixelsPerByte * length ? ((int)height, (int)width) : throw new InvalidDataException(
            $"it is {height}x{width} (H, W), which is more than {Free} pixels and {PixelsPerByte} for each of its {length} bytes");
    }
}
