using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>The mean of each of a fixed number of bins, whatever the size of the image; with one bin the mean of each channel.</summary>
/// <remarks>Input [C, H, W], output [C, oH, oW] an image. Bin i of o along an
/// axis of n reads floor(i·n/o) up to, not including, ceil((i+1)·n/o).</remarks>
public sealed class AdaptiveAvgPool2d<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PerShape<AveragePlan<T>> _plans;

    /// <summary>Pools to <paramref name="outputSize"/> bins.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public AdaptiveAvgPool2d(Size2 outputSize)
    {
        ShapeGuard.Positive(TypeName, outputSize.Height, nameof(outputSize));
        ShapeGuard.Positive(TypeName, outputSize.Width, nameof(outputSize));
        OutputSize = outputSize;
        _plans = new(input => AveragePlan<T>.Adaptive(input[1], input[2], OutputSize));
    }

    /// <summary>Bins along the rows and the columns.</summary>
    public Size2 OutputSize { get; }

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Nothing;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        ShapeGuard.Rank(Who, input, 3, "C, H, W");
        return ShapeGuard.Output(Who, input, input[0], OutputSize.Height, OutputSize.Width);
    }

    /// <inheritdoc/>
    public override long TableBytes(LayerSite site) => _plans.For(site.Input).Bytes;

    /// <inheritdoc/>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public override Division DivisionAt(LayerSite site) => Division.Planes;

    internal override bool WorksByRows(LayerSite site) => site.Layout == Layout.ChannelsLast;

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

    /// <summary>What each window reads of such an image, and its share.</summary>
    internal AveragePlan<T> Plan(Shape input) => _plans.For(input);
}
