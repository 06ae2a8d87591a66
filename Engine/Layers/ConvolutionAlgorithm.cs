namespace Scratch.Layers;

/// <summary>The ways to compute a convolution. They give the same numbers, but for the last bits.</summary>
public enum ConvolutionAlgorithm
{
    /// <summary>The engine chooses by shape.</summary>
    Auto,

    /// <summary>The definition: seven loops over one image after the other.</summary>
    Naive,

    /// <summary>The textbook's: unfold the image to columns, then a matrix product.</summary>
    Im2Col,

    /// <summary>The engine's own: the definition with a vector of images where the number was.</summary>
    Lanes,

    /// <summary>For few, large images: a vector of output channels where the number was.</summary>
    Channels,
}
