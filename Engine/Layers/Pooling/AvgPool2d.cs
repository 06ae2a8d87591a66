using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>The mean under each window, channel by channel.</summary>
/// <remarks>Input [C, H, W], output [C, oH, oW] an image, sizes as for <see cref="Conv2d{T}"/>.
/// What hangs over the padded end (ceil mode) is not in the divisor.</remarks>
public class AvgPool2d<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PerShape<AveragePlan<T>> _plans;
    private readonly bool _isRow;

    /// <summary>Average pooling in PyTorch's words and defaults: the stride is the window unless given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the padding more than half a window.</exception>
    public AvgPool2d(Size2 kernelSize, Size2? stride = null, Edges padding = default, bool ceilMode = false, bool countIncludePad = true)
        : this(isRow: false, kernelSize, stride ?? kernelSize, padding, ceilMode, countIncludePad)
    {
    }

    // Over images, or over rows: images of height 1.
    private protected AvgPool2d(bool isRow, Size2 kernelSize, Size2 stride, Edges padding, bool ceilMode, bool countIncludePad)
    {
        (_isRow, KernelSize, Stride, Padding, CeilMode, CountIncludePad) = (isRow, kernelSize, stride, padding, ceilMode, countIncludePad);
        WindowGuard.Check(TypeName, KernelSize, Stride, Padding, 1);
        WindowGuard.CheckPoolPadding(TypeName, KernelSize, Padding, 1);
        _plans = new(input => AveragePlan<T>.Of(Axes(input).Rows, Axes(input).Columns, CountIncludePad));
    }

    /// <summary>Rows and columns of the window.</summary>
    public Size2 KernelSize { get; }

    /// <summary>Pixels from one window to the next.</summary>
    public Size2 Stride { get; }

    /// <summary>Pixels of zeros added on each side.</summary>
    public Edges Padding { get; }

    /// <summary>Whether a last window may hang over the end.</summary>
    public bool CeilMode { get; }

    /// <summary>Whether padding counts in the divisor.</summary>
    public bool CountIncludePad { get; }

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Nothing;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        var (rows, columns) = Axes(input);
        rows.Check(Who);
        columns.Check(Who);
        return WindowGuard.OfImage(ShapeGuard.Output(Who, input, input[0], rows.Output, columns.Output), _isRow);
    }

    /// <inheritdoc/>
    public override (WindowAxis Rows, WindowAxis Columns)? Window(Shape input) => Axes(input);

    /// <inheritdoc/>
    public override long TableBytes(LayerSite site) => _plans.For(site.Input).Bytes;

    /// <inheritdoc/>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public override Division DivisionAt(LayerSite site) => Division.Planes;

    internal override bool WorksByRows(LayerSite site) => site.Layout == Layout.ChannelsLast && !_isRow && IsOwn;

    internal override void ForwardRows<V>(in Pass<T> pass, RowBand band) => _plans.For(pass.InputShape).ForwardRows<V>(pass, band);

    internal override int ScratchLength<V>(LayerSite site, int threads) =>
        site.Backward ? Pool2d.ExcessLength(_plans.For(site.Input).Table, site.PlaneLength) : 0;

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        AveragePlan<T> plan = _plans.For(pass.InputShape);
        Pool2d.Average<V, T>(plan.Table, plan.Shares, pass.InputExtent.InPixels, pass.Input, pass.Output);
    }

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        AveragePlan<T> plan = _plans.For(pass.InputShape);
        if (!pass.GradInput.IsEmpty)
            Pool2d.AverageBackward<V, T>(plan.Table, plan.Shares, pass.InputExtent.InPixels, pass.GradOutput, pass.Scratch, pass.GradInput);
    }

    private (WindowAxis Rows, WindowAxis Columns) Axes(Shape input) =>
        WindowGuard.Axes(WindowGuard.Image(Who, input, _isRow), KernelSize, Stride, Padding, 1, ceilMode: CeilMode);

    // A layer of the user's may do it otherwise.
    private bool IsOwn => this is AvgPool1d<T> || GetType() == typeof(AvgPool2d<T>);

    /// <summary>What each window reads of such an image, and its share.</summary>
    internal AveragePlan<T> Plan(Shape input) => _plans.For(input);
}
