using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>How the values of a block of images lie in memory: what a vector is a vector of.</summary>
public enum Layout
{
    /// <summary>[C, H, W, <see cref="Kernels.Lanes.Count"/>]: a vector is one pixel of many images. Best where channels are few and images
    /// many.</summary>
    Lanes,

    /// <summary>[images, H, W, C]: a vector is some channels of one pixel of one image. Best where channels are many or images few.</summary>
    ChannelsLast,
}

/// <summary>The three numbers by which a kernel walks through values in either layout: [<paramref name="Planes"/>, <paramref name="Pixels"/>,
/// <paramref name="Pitch"/>].</summary>
/// <remarks>In lanes a plane is a channel and a pixel is as long as there are lanes; channels-last a plane is an image and a pixel as long as there
/// are channels. Whatever treats pixels alike, such as a window, is one loop over both.</remarks>
/// <param name="Planes">Channels in lanes, images channels-last.</param>
/// <param name="Pixels">H·W.</param>
/// <param name="Pitch">Numbers of one pixel: lanes, or channels.</param>
public readonly record struct Extent(int Planes, int Pixels, int Pitch)
{
    /// <summary>Numbers of one plane.</summary>
    public int PlaneLength => Pixels * Pitch;

    /// <summary>All numbers, without the filling with which blocks end.</summary>
    public int Numbers => Planes * PlaneLength;

    /// <summary>The same for kernels.</summary>
    internal PixelExtent InPixels => new(Planes, Pixels, Pitch);

    /// <summary>How some images of a shape lie.</summary>
    public static Extent Of(Layout layout, Shape image, int images)
    {
        int channels = image.Rank == 0 ? 1 : image[0], pixels = channels == 0 ? 0 : image.Length / channels;
        return layout == Layout.Lanes ? new(channels, pixels, Lanes.Count) : new(images, pixels, channels);
    }

    /// <summary>How many numbers a block of so many images takes in a layout: a whole number of vectors, whose last numbers may be filling.</summary>
    public static int Length(Layout layout, Shape image, int images)
    {
        int numbers = ShapeGuard.Block("Model", image, layout == Layout.Lanes ? Lanes.Count : images);
        return Math.Min(numbers, Array.MaxLength - Lanes.Count) + Lanes.Count - 1 & -Lanes.Count;
    }
}
