namespace Scratch.Pictures;

/// <summary>How a picture whose sides are in another proportion comes to a size.</summary>
public enum ResizeMethod
{
    /// <summary>Scaled until it fills the size, and the middle of it is kept: torchvision's <c>Resize</c> and <c>CenterCrop</c>.</summary>
    Crop,

    /// <summary>Scaled until it fits in, and the rest is black: Pillow's <c>ImageOps.pad</c>.</summary>
    Pad,

    /// <summary>Each side scaled by itself: nothing is lost, and circles become ellipses.</summary>
    Squish,
}
