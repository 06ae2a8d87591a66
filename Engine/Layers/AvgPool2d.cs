using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>The mean under each window, channel by channel.</summary>
/// <remarks>Input [C, H, W], output [C, oH, oW] an image, sizes as for <see cref="Conv2d{T}"/>.
/// What hangs over the padded end (ceil mode) is not in the divisor.</remarks>
public sealed class AvgPool2d<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PerShape<AveragePlan<T>> _plans;

    /// <summary>Average pooling in PyTorch's words and defaults: the stride is the window unless given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the padding more than half a window.</exception>
    public AvgPool2d(Size2 kernelSize, Size2? stride = null, Size2 padding = default, bool ceilMode = false, bool countIncludePad = true)
    {
        (KernelSize, Stride, Padding, CeilMode, CountIncludePad) = (kernelSize, stride ?? kernelSize, padding, ceilMode, countIncludePad);
        WindowGuard.Check(TypeName, KernelSize, Stride, Padding, 1);
        WindowGuard.CheckPoolPadding(TypeName, KernelSize, Padding, 1);
        _plans = new(input => AveragePlan<T>.Of(Axes(input).Rows, Axes(input).Columns, CountIncludePad));
    }

    /// <summary>Rows and columns of the window.</summary>
    public Size2 KernelSize { get; }

    /// <summary>Pixels from one window to the next.</summary>
    public Size2 Stride { get; }

    /// <summary>Pixels of zeros added on each side.</summary>
    public Size2 Padding { get; }

    /// <summary>Whether a last window may hang over the end.</summary>
    public bool CeilMode { get; }

    /// <summary>Whether padding counts in the divisor.</summary>
    public bool CountIncludePad { get; }

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Nothing;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        ShapeGuard.Rank(Who, input, 3, "C, H, W");
        var (rows, columns) = Axes(input);
        rows.Check(Who);
        columns.Check(Who);
        return ShapeGuard.Output(Who, input, input[0], rows.Output, columns.Output);
    }

    /// <inheritdoc/>
    public override (WindowAxis Rows, WindowAxis Columns)? Window(Shape input) => Axes(input);

    /// <inheritdoc/>
    internal override long TableBytes(LayerSite site) => _plans.For(site.Input).Bytes;

    /// <inheritdoc/>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    internal override Division DivisionAt(LayerSite site) => Division.Planes;

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
        if (!pass.GradInput.IsEmpty) Pool2d.AverageBackward<V, T>(plan.Table, plan.Shares, pass.InputExtent.InPixels, pass.GradOutput, pass.GradInput);
    }

    private (WindowAxis Rows, WindowAxis Columns) Axes(Shape input) => (
        new(input[1], KernelSize.Height, Stride.Height, Padding.Height, CeilMode: CeilMode),
        new(input[2], KernelSize.Width, Stride.Width, Padding.Width, CeilMode: CeilMode));

    /// <summary>What each window reads of such an image, and its share.</summary>
    internal AveragePlan<T> Plan(Shape input) => _plans.For(input);
}
