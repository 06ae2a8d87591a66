namespace Scratch.Pictures.Formats;

/// <summary>What a camera notes beside the pixels.</summary>
internal static class Exif
{
    /// <summary>The tag of the orientation, in EXIF and in TIFF.</summary>
    public const int OrientationTag = 274;

    private const int MostOrientations = 8;

    /// <summary>How the picture is to be turned: 1 to 8. As it is (1) where the data do not say, or say something else.</summary>
    public static int Orientation(ReadOnlySpan<byte> data)
    {
        var bytes = new FileBytes(data);
        if (!TiffDirectory.IsOne(bytes)) return 1;
        try
        {
            return Orientation(TiffDirectory.Read(bytes));
        }
        catch (InvalidDataException)                                         // broken notes make no broken picture
        {
            return 1;
        }
    }

    /// <summary>The same of a directory.</summary>
    public static int Orientation(TiffDirectory directory) =>
        directory.First(OrientationTag, 1) is >= 1 and <= MostOrientations and long turned ? (int)turned : 1;
}
