namespace Scratch.Pictures;

/// <summary>What the file of a picture says of it, before a pixel is decoded.</summary>
/// <param name="Format">PNG, JPEG, BMP, GIF, WebP or TIFF.</param>
/// <param name="StoredHeight">Rows as they are stored.</param>
/// <param name="StoredWidth">Columns as they are stored.</param>
internal sealed record PictureInfo(PictureFormat Format, int StoredHeight, int StoredWidth)
{
    private const int UprightOrientations = 4;                               // 5 to 8 change rows for columns

    /// <summary>How the stored picture is to be turned to be seen: 1 (as it is) to 8, as EXIF and TIFF count.</summary>
    public int Orientation { get; init; } = 1;

    /// <summary>Whether all that can be in it is grey: one channel, or a palette of greys.</summary>
    public bool IsGrey { get; init; }

    /// <summary>Bits of a channel.</summary>
    public int Depth { get; init; } = 8;

    /// <summary>Whether it is stored as cyan, magenta, yellow and black.</summary>
    public bool IsCmyk { get; init; }

    /// <summary>Whether more pictures follow the first.</summary>
    public bool HasMore { get; init; }

    /// <summary>Whether a colour profile says how its numbers are meant.</summary>
    public bool HasProfile { get; init; }

    /// <summary>GIF only: the colour of the palette that stands where nothing is drawn, or where the picture is see-through.</summary>
    public (byte Red, byte Green, byte Blue)? Background { get; init; }

    /// <summary>Rows as they are seen.</summary>
    public int Height => Orientation <= UprightOrientations ? StoredHeight : StoredWidth;

    /// <summary>Columns as they are seen.</summary>
    public int Width => Orientation <= UprightOrientations ? StoredWidth : StoredHeight;
}
