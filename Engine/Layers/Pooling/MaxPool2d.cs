using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>The largest value under each window, channel by channel.</summary>
/// <remarks>
/// Input [C, H, W], output [C, oH, oW] an image, sizes as for <see cref="Conv2d{T}"/>. Padding never wins; of equal
/// values the first in row-major order wins and gets the whole gradient. A NaN under the window is the largest.
/// </remarks>
public class MaxPool2d<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PerShape<TapTable> _tables;
    private readonly bool _isRow;

    /// <summary>Max pooling in PyTorch's words and defaults: the stride is the window unless given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the padding more than half a window.</exception>
    public MaxPool2d(Size2 kernelSize, Size2? stride = null, Edges padding = default, Size2? dilation = null, bool ceilMode = false)
        : this(isRow: false, kernelSize, stride ?? kernelSize, padding, dilation ?? 1, ceilMode)
    {
    }

    // Over images, or over rows: images of height 1.
    private protected MaxPool2d(bool isRow, Size2 kernelSize, Size2 stride, Edges padding, Size2 dilation, bool ceilMode)
    {
        (_isRow, KernelSize, Stride, Padding, Dilation, CeilMode) = (isRow, kernelSize, stride, padding, dilation, ceilMode);
        WindowGuard.Check(TypeName, KernelSize, Stride, Padding, Dilation);
        WindowGuard.CheckPoolPadding(TypeName, KernelSize, Padding, Dilation);
        _tables = new(input => new TapTable(Axes(input).Rows, Axes(input).Columns, transposed: false, channels: 1, weightStride: 0));
    }

    /// <summary>Rows and columns of the window.</summary>
    public Size2 KernelSize { get; }

    /// <summary>Pixels from one window to the next.</summary>
    public Size2 Stride { get; }

    /// <summary>Pixels added on each side; they never win.</summary>
    public Edges Padding { get; }

    /// <summary>Pixels from one element of the window to the next.</summary>
    public Size2 Dilation { get; }

    /// <summary>Whether a last window may hang over the end.</summary>
    public bool CeilMode { get; }

    /// <inheritdoc/>
    public override bool IsCheap => true;

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
    public override long TableBytes(LayerSite site) => _tables.For(site.Input).Bytes;

    /// <inheritdoc/>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public override Division DivisionAt(LayerSite site) => Division.Planes;

    internal override int ScratchLength<V>(LayerSite site, int threads) =>
        site.Backward ? Pool2d.ExcessLength(_tables.For(site.Input), site.PlaneLength) : 0;

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) =>
        Pool2d.Max<V, T>(_tables.For(pass.InputShape), pass.InputExtent.InPixels, pass.Input, pass.Output);

    internal override bool WorksByRows(LayerSite site) => site.Layout == Layout.ChannelsLast && !_isRow && IsOwn;

    internal override void ForwardRows<V>(in Pass<T> pass, RowBand band) => Pool2d.MaxRows<V, T>(_tables.For(pass.InputShape), band,
        pass.InputShape[2], pass.OutputShape[2], pass.InputExtent.InPixels, pass.Input, pass.Output);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        if (!pass.GradInput.IsEmpty)
            Pool2d.MaxBackward<V, T>(_tables.For(pass.InputShape), pass.InputExtent.InPixels, pass.Input, pass.Output, pass.GradOutput, pass.Scratch,
                pass.GradInput);
    }

    private (WindowAxis Rows, WindowAxis Columns) Axes(Shape input) =>
        WindowGuard.Axes(WindowGuard.Image(Who, input, _isRow), KernelSize, Stride, Padding, Dilation, ceilMode: CeilMode);

    // A layer of the user's may do it otherwise.
    private bool IsOwn => this is MaxPool1d<T> || GetType() == typeof(MaxPool2d<T>);

    internal override TapTable? Maxima(Shape input) => IsOwn ? _tables.For(input) : null;

    /// <summary>What each window reads of such an image.</summary>
    internal TapTable Table(Shape input) => _tables.For(input);
}
