using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>In training sets whole channels of an image to zero with probability p and divides the others by 1 - p:
/// neighbouring pixels say the same, so to drop single ones changes little.</summary>
/// <remarks>Input and output [C, H, W] an image. Outside training nothing changes. Source: Tompson et al., "Efficient object
/// localization using convolutional networks", 2015.</remarks>
/// <param name="p">The probability of being dropped.</param>
/// <exception cref="ArgumentOutOfRangeException">p is not from 0 to 1.</exception>
public sealed class Dropout2d<T>(double p = 0.5) : DropoutLayer<T>(p) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        ShapeGuard.Rank(Who, input, 3, "C, H, W");
        return input;
    }

    /// <inheritdoc/>
    public override Division DivisionAt(LayerSite site) => Division.Planes;

    internal override int ScratchLength<V>(LayerSite site, int threads) =>
        site.Layout == Layout.ChannelsLast ? DropoutLanes.ScratchLength(site.Input[0]) : 0;

    private protected override void Drop<V>(in Pass<T> pass, ReadOnlySpan<T> from, Span<T> to)
    {
        Extent extent = pass.InputExtent;
        if (pass.Layout == Layout.Lanes) DropoutLanes.Apply<V, T>(pass.RandomBits, Probability, extent.Pixels, from, to, pass.FirstPlane);
        else DropoutLanes.ApplyToChannels(pass.RandomBits, Probability, extent.InPixels, pass.FirstPlane, pass.Scratch, from, to);
    }
}
