using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>The largest value of each of a fixed number of bins, whatever the size of the image.</summary>
/// <remarks>
/// Input [C, H, W], output [C, oH, oW] an image. Bin i of o along an axis of n reads floor(i·n/o) up to, not including, ceil((i+1)·n/o).
/// Of equal values the first in row-major order wins and gets the whole gradient. A NaN in a bin is the largest.
/// </remarks>
public sealed class AdaptiveMaxPool2d<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PerShape<TapTable> _tables;

    /// <summary>Pools to <paramref name="outputSize"/> bins.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public AdaptiveMaxPool2d(Size2 outputSize)
    {
        ShapeGuard.Positive(TypeName, outputSize.Height, nameof(outputSize));
        ShapeGuard.Positive(TypeName, outputSize.Width, nameof(outputSize));
        OutputSize = outputSize;
        _tables = new(input => TapTable.Bins(input[1], input[2], OutputSize.Height, OutputSize.Width));
    }

    /// <summary>Bins along the rows and the columns.</summary>
    public Size2 OutputSize { get; }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        ShapeGuard.Rank(Who, input, 3, "C, H, W");
        return ShapeGuard.Output(Who, input, input[0], OutputSize.Height, OutputSize.Width);
    }

    /// <inheritdoc/>
    public override long TableBytes(LayerSite site) => _tables.For(site.Input).Bytes;

    /// <inheritdoc/>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public override Division DivisionAt(LayerSite site) => Division.Planes;

    internal override bool WorksByRows(LayerSite site) => site.Layout == Layout.ChannelsLast;

    internal override void ForwardRows<V>(in Pass<T> pass, RowBand band) => Pool2d.MaxRows<V, T>(_tables.For(pass.InputShape), band,
        pass.InputShape[2], pass.OutputShape[2], pass.InputExtent.InPixels, pass.Input, pass.Output);

    internal override int ScratchLength<V>(LayerSite site, int threads) =>
        site.Backward ? Pool2d.ExcessLength(_tables.For(site.Input), site.PlaneLength) : 0;

    internal override TapTable? Maxima(Shape input) => _tables.For(input);

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) =>
        Pool2d.Max<V, T>(_tables.For(pass.InputShape), pass.InputExtent.InPixels, pass.Input, pass.Output);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        if (!pass.GradInput.IsEmpty)
            Pool2d.MaxBackward<V, T>(_tables.For(pass.InputShape), pass.InputExtent.InPixels, pass.Input, pass.Output, pass.GradOutput, pass.Scratch,
                pass.GradInput);
    }
}
