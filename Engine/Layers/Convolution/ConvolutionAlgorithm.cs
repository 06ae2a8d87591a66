namespace Scratch.Layers;

/// <summary>The ways to compute a convolution. They give the same numbers, but for the last bits.</summary>
public enum ConvolutionAlgorithm
{
    /// <summary>The engine chooses between lanes, channels-last and, in float, Winograd's, by shapes and the number of images.</summary>
    Auto,

    /// <summary>The definition: seven loops over one image after the other.</summary>
    Naive,

    /// <summary>The textbook's: unfold the image to columns, then a matrix product.</summary>
    Im2Col,

    /// <summary>For many images and few channels: the definition with a vector of images where the number was.</summary>
    Lanes,

    /// <summary>For many channels or few images: a vector of output channels where the number was.</summary>
    Channels,

    /// <summary>For windows of 3x3 that move pixel by pixel, channels-last: fewer products, of sums of inputs and of weights (docs/winograd.md).
    /// Other convolutions as with <see cref="Auto"/>.</summary>
    Winograd,

    /// <summary>As <see cref="Auto"/>, but every product of the definition is computed: never <see cref="Winograd"/>.</summary>
    Direct,
}
