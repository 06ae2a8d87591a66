namespace Scratch.Kernels;

/// <summary>What a window reads beyond the edge of the image.</summary>
public enum PaddingMode
{
    /// <summary>Zeros: the taps out there are simply left out.</summary>
    Zeros,

    /// <summary>The image mirrored at its outermost pixel, which is not repeated; padding is smaller than the image.</summary>
    Reflect,

    /// <summary>The outermost pixel again and again.</summary>
    Replicate,

    /// <summary>The image again from its other end; padding is at most the image.</summary>
    Circular,
}
