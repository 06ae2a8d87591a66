using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Deals the channels of every group out in turn, so that the next grouped convolution sees some of each.</summary>
/// <remarks>
/// Input and output [C, ...] an image: output[k·groups + j] = input[j·(C / groups) + k].
/// Source: Zhang et al., "ShuffleNet: an extremely efficient convolutional neural network for mobile devices", 2017.
/// </remarks>
public sealed class ChannelShuffle<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Shuffles so many groups.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than one.</exception>
    public ChannelShuffle(int groups)
    {
        ShapeGuard.Positive(TypeName, groups);
        Groups = groups;
    }

    /// <summary>How many groups the channels come in.</summary>
    public int Groups { get; }

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Nothing;

    /// <inheritdoc/>
    public override bool IsCheap => true;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        if (input.Rank == 0 || input[0] % Groups != 0)
            ShapeGuard.Mismatch(Who, $"input {input} has {(input.Rank == 0 ? 0 : input[0])} channels, which {Groups} groups do not divide.",
                new Shape(Groups), input);
        return input;
    }

    /// <inheritdoc/>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public override Division DivisionAt(LayerSite site) => Division.Pixels;

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Shuffle(pass, Groups, pass.Input, pass.Output);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        if (!pass.GradInput.IsEmpty) Shuffle(pass, pass.InputShape[0] / Groups, pass.GradOutput, pass.GradInput);
    }

    private static void Shuffle(in Pass<T> pass, int rows, ReadOnlySpan<T> from, Span<T> to)
    {
        Extent extent = pass.InputExtent;
        int length = extent.Numbers, channels = pass.InputShape[0];
        if (length == 0) return;
        if (pass.Layout == Layout.ChannelsLast) ShuffleNumbers.Channels(rows, channels, from[..length], to[..length]);
        else ShuffleNumbers.Channels(rows, channels, from[..length], to[..length], extent.PlaneLength, pass.FirstPixel * Lanes.Count,
            pass.PixelCount * Lanes.Count);
    }
}
