namespace Scratch.Pictures;

/// <summary>How large a picture may be.</summary>
internal static class PictureSize
{
    /// <summary>Pixels of the largest picture that is decoded; Pillow, too, takes a larger one for an attack.</summary>
    public const long Most = 178_956_970;

    /// <summary>Height and width of a picture.</summary>
    /// <exception cref="InvalidDataException">They cannot be.</exception>
    public static (int Height, int Width) Checked(long height, long width, long most = Most) => height > 0 && width > 0 && height <= most / width
        ? ((int)height, (int)width)
        : throw new InvalidDataException($"it is {height}x{width} (H, W), must have 1 to {most} pixels");
}
