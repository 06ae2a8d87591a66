using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>The mean of each channel over the whole image: <c>AdaptiveAvgPool2d(1)</c> and <c>Flatten</c> in one.</summary>
/// <remarks>Input [C, H, W], output [C] an image. Source: Lin, Chen and Yan, "Network in network", 2013, section 3.2.</remarks>
public sealed class GlobalAvgPool<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PerShape<AveragePlan<T>> _plans = new(input => AveragePlan<T>.Adaptive(input[1], input[2], 1));

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Nothing;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        ShapeGuard.Rank(Who, input, 3, "C, H, W");
        return new(input[0]);
    }

    /// <inheritdoc/>
    public override long TableBytes(LayerSite site) => _plans.For(site.Input).Bytes;

    /// <inheritdoc/>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public override Division DivisionAt(LayerSite site) => Division.Planes;

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
            Pool2d.AverageBackward<V, T>(plan.Table, plan.Shares, pass.InputExtent.InPixels, pass.GradOutput, [], pass.GradInput);
    }
}
