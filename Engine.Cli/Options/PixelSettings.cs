using Scratch.Data;

namespace Scratch.Cli;

/// <summary>What the command line says about how pixels become inputs.</summary>
internal static class PixelSettings
{
    private const string All = "all", Channels = "channels", ImageNet = "imagenet";

    /// <summary>The words, the default first.</summary>
    public static IReadOnlyList<string> Words { get; } = [All, Channels, ImageNet];

    /// <summary>The normalisation of a word.</summary>
    /// <param name="word">One of <see cref="Words"/>.</param>
    /// <param name="images">The images to train with.</param>
    /// <exception cref="UsageException">The images are not in colour, as those of ImageNet.</exception>
    public static Normalization Of(string word, Dataset images)
    {
        if (word == ImageNet && images.ImageShape[0] != 3)
            throw new UsageException($"--normalize {ImageNet} is for images in colour, these are {images.ImageShape} (C, H, W).");
        return word switch { ImageNet => Normalization.ImageNet, Channels => Normalization.OfChannels(images), _ => Normalization.Of(images) };
    }
}
