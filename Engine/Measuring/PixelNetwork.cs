using Scratch.Layers;
using Scratch.Models;

namespace Scratch.Measuring;

/// <summary>A network that tells apart every pixel of an image: few channels, many pixels, values that wait for a shortcut.</summary>
/// <remarks>Source: Ronneberger, Fischer and Brox, "U-Net: convolutional networks for biomedical image segmentation", 2015; here with padding,
/// normalisations and two levels, and pixels are blended where images grow.</remarks>
internal static class PixelNetwork
{
    private const int Channels = 16, Levels = 2;

    /// <summary>For images of three channels.</summary>
    public static Model<float> Build(int classes) =>
        new Sequential<float>(Level(3, Channels, Levels), new Conv2d<float>(Channels, classes, 1));

    // Two convolutions; below them the next level, on a quarter of the pixels, whose values then join those that waited.
    private static Sequential<float> Level(int from, int to, int levels)
    {
        if (levels == 0) return Twice(from, to);
        var below = new Sequential<float>(new MaxPool2d<float>(2), Level(to, 2 * to, levels - 1),
            new Upsample<float>(scaleFactor: 2, mode: UpsampleMode.Bilinear));
        return new(Twice(from, to), new Concat<float>(new Sequential<float>(), below), Twice(3 * to, to));
    }

    private static Sequential<float> Twice(int from, int to) => new(
        new Conv2d<float>(from, to, 3, padding: 1, bias: false), new BatchNorm2d<float>(to), new Relu<float>(),
        new Conv2d<float>(to, to, 3, padding: 1, bias: false), new BatchNorm2d<float>(to), new Relu<float>());
}
