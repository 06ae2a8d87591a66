using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>What <see cref="Softmax{T}"/> and <see cref="LogSoftmax{T}"/> share: the axis.</summary>
public abstract class SoftmaxLayer<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool _logarithm;

    private protected SoftmaxLayer(int dim, bool logarithm)
    {
        if (dim == 0) throw new ArgumentOutOfRangeException(nameof(dim), dim, $"{TypeName}: dim is 0, which is the batch. The channels are dim 1.");
        (Dim, _logarithm) = (dim, logarithm);
    }

    /// <summary>The axis, the batch counted as 0; negative from the end.</summary>
    public int Dim { get; }

    /// <inheritdoc/>
    public sealed override BackwardReads BackwardReads => BackwardReads.Output;

    /// <inheritdoc/>
    public sealed override Shape OutputShape(Shape input)
    {
        if (Axis(input) < 0 || Axis(input) >= input.Rank)
            ShapeGuard.Mismatch(Who, $"dim {Dim} is not an axis of input {input.Prepend(0)}, where 0 stands for the batch.",
                new Shape(new int[Math.Abs(Dim)]), input);
        return input;
    }

    /// <inheritdoc/>
    public sealed override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public sealed override Division DivisionAt(LayerSite site) => Axis(site.Input) == 0 ? Division.Pixels : Division.Planes;

    /// <inheritdoc/>
    public sealed override void Forward<V>(in Pass<T> pass)
    {
        int classes = pass.InputShape[Axis(pass.InputShape)], numbers = pass.InputExtent.Numbers;
        var (first, end) = Some(pass);
        if (IsOfPixels(pass)) SoftmaxRows.Forward<V, T>(classes, _logarithm, pass.Input[..numbers], pass.Output[..numbers]);
        else SoftmaxLanes.Forward<V, T>(classes, Stride(pass), _logarithm, pass.Input[..numbers], pass.Output[..numbers], first, end);
    }

    /// <inheritdoc/>
    public sealed override void Backward<V>(in Pass<T> pass)
    {
        if (pass.GradInput.IsEmpty) return;
        int classes = pass.InputShape[Axis(pass.InputShape)], numbers = pass.InputExtent.Numbers;
        ReadOnlySpan<T> output = pass.Output[..numbers], gradOutput = pass.GradOutput[..numbers];
        var (first, end) = Some(pass);
        if (IsOfPixels(pass)) SoftmaxRows.Backward<V, T>(classes, _logarithm, output, gradOutput, pass.GradInput[..numbers]);
        else SoftmaxLanes.Backward<V, T>(classes, Stride(pass), _logarithm, output, gradOutput, pass.GradInput[..numbers], first, end);
    }

    private int Axis(Shape image) => Dim > 0 ? Dim - 1 : image.Rank + Dim;

    // Channels-last the channels are the last axis in memory.
    private bool IsOfPixels(in Pass<T> pass) => pass.Layout == Layout.ChannelsLast && Axis(pass.InputShape) == 0;

    // Which of the numbers of a stride: some pixels, where the classes are the channels of lanes.
    private (int First, int End) Some(in Pass<T> pass) => Axis(pass.InputShape) > 0 ? (0, Stride(pass))
        : (pass.FirstPixel * Lanes.Count, (pass.FirstPixel + pass.PixelCount) * Lanes.Count);

    // Numbers from one class to the next: those of the axes behind, and of a pixel.
    private int Stride(in Pass<T> pass)
    {
        int stride = pass.InputExtent.Pitch;
        foreach (int size in pass.InputShape.Sizes[(Axis(pass.InputShape) + 1)..]) stride *= size;
        return stride;
    }
}
