namespace Scratch.Pictures;

/// <summary>The kinds of picture files that can be read.</summary>
internal enum PictureFormat
{
    /// <summary>Portable Network Graphics.</summary>
    Png,

    /// <summary>JPEG in JFIF, EXIF or plain.</summary>
    Jpeg,

    /// <summary>A Windows bitmap.</summary>
    Bmp,

    /// <summary>Graphics Interchange Format.</summary>
    Gif,

    /// <summary>WebP, lossy or not.</summary>
    Webp,

    /// <summary>Tagged Image File Format.</summary>
    Tiff,
}
