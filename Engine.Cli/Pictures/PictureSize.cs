namespace Scratch.Cli.Pictures;

/// <summary>How large a picture may be.</summary>
internal static class PictureSize
{
    /// <summary>Pixels of the largest picture that is decoded; Pillow, too, takes a larger one for an attack.</summary>
    public const long Most = 178_956_970;

    /// <summary>One side of a picture.</summary>
    /// <exception cref="InvalidDataException">It cannot be one.</exception>
    public static int Checked(long side) => side is > 0 and <= Most ? (int)side : throw new InvalidDataException($"it has a side of {side} pixels, must be 1 to {Most}");
}
