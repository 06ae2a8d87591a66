using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>What <see cref="Upsample{T}"/>, <see cref="Pad2d{T}"/> and <see cref="Crop2d{T}"/> share: every pixel of the output is a blend of a few
/// pixels of the same channel, which ones and by which weights is a list for the rows and one for the columns.</summary>
public abstract class BlendLayer<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PerShape<Blend> _blends;

    private protected BlendLayer() => _blends = new(input =>
    {
        BlendAxis<T> rows = Rows(input[1]), columns = Columns(input[2]);
        return new(rows, columns, rows.Reversed(), columns.Reversed());
    });

    /// <inheritdoc/>
    public sealed override BackwardReads BackwardReads => BackwardReads.Nothing;

    /// <inheritdoc/>
    public sealed override bool IsCheap => true;

    /// <inheritdoc/>
    public sealed override long TableBytes(LayerSite site) => _blends.For(site.Input).Bytes;

    /// <inheritdoc/>
    public sealed override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public sealed override Division DivisionAt(LayerSite site) => Division.Planes;

    internal sealed override bool WorksByRows(LayerSite site) => site.Layout == Layout.ChannelsLast && site.Output.Rank == 3;

    internal sealed override void ForwardRows<V>(in Pass<T> pass, RowBand band) => Forward<V>(pass, band.Top, band.Bottom);

    /// <inheritdoc/>
    public sealed override void Forward<V>(in Pass<T> pass) => Forward<V>(pass, 0, pass.OutputShape[1]);

    /// <inheritdoc/>
    public sealed override void Backward<V>(in Pass<T> pass)
    {
        if (pass.GradInput.IsEmpty) return;
        Blend blend = _blends.For(pass.InputShape);
        Extent extent = pass.InputExtent;
        Blend2d.Run<V, T>(blend.RowsBack, blend.ColumnsBack, extent.Planes, extent.Pitch, T.Zero, pass.GradOutput, pass.GradInput, 0,
            blend.RowsBack.Output);
    }

    private void Forward<V>(in Pass<T> pass, int top, int bottom) where V : unmanaged, IVector<V, T>
    {
        Blend blend = _blends.For(pass.InputShape);
        Extent extent = pass.InputExtent;
        Blend2d.Run<V, T>(blend.Rows, blend.Columns, extent.Planes, extent.Pitch, Fill, pass.Input, pass.Output, top, bottom);
    }

    /// <summary>What pixels hold that nothing is blended into.</summary>
    private protected virtual T Fill => T.Zero;

    /// <summary>Of so many pixels some are left out at the ends, or added where there are fewer than none: as a window over which each pixel is
    /// spread.</summary>
    private protected static WindowAxis Shift(int input, int before, int after) =>
        new(input - before - after, 1, Padding: before, ExtraPadding: after - before);

    /// <summary>The list for so many rows.</summary>
    private protected abstract BlendAxis<T> Rows(int input);

    /// <summary>The list for so many columns.</summary>
    private protected abstract BlendAxis<T> Columns(int input);

    private sealed record Blend(BlendAxis<T> Rows, BlendAxis<T> Columns, BlendAxis<T> RowsBack, BlendAxis<T> ColumnsBack)
    {
        public long Bytes => Rows.Bytes + Columns.Bytes + RowsBack.Bytes + ColumnsBack.Bytes;
    }
}
