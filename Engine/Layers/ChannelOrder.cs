using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Images that lie channels-last become rows of numbers in the order of [C, H, W], or the other way round.</summary>
internal static class ChannelOrder
{
    /// <summary>From one shape to another; one of them has one axis.</summary>
    public static void Reshape<T>(Shape from, Shape to, int images, ReadOnlySpan<T> input, Span<T> output) where T : unmanaged
    {
        int length = images * from.Length;
        if (from.Rank > 1) ChannelLayout.ToChannelsFirst(input[..length], from[0], from.Length / from[0], output[..length]);
        else if (to.Rank > 1) ChannelLayout.ToChannelsLast(input[..length], to[0], to.Length / to[0], output[..length]);
        else input[..length].CopyTo(output);
    }
}
