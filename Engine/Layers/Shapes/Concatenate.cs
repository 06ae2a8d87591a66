using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>The channels of several values, one after the other; the gradient is divided likewise.</summary>
/// <remarks>In lanes, [C, H, W, lanes], one follows the other in memory; channels-last in every pixel. Vectors of features are joined
/// alike.</remarks>
public sealed class Concatenate<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Nothing;

    /// <inheritdoc/>
    public override bool IsCheap => true;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => input;

    /// <inheritdoc/>
    public override Shape OutputShapeFor(ReadOnlySpan<Shape> inputs)
    {
        int channels = 0;
        foreach (Shape input in inputs)
        {
            if (input.Rank == 0 || input.Rank != inputs[0].Rank || !input.Sizes[1..].SequenceEqual(inputs[0].Sizes[1..]))
                ShapeGuard.Mismatch(Who, $"branches give {inputs[0]} and {input}, which differ in more than the channels. Bring them to one size.",
                    inputs[0], input);
            channels += input[0];
        }
        return new([channels, .. inputs[0].Sizes[1..]]);
    }

    /// <inheritdoc/>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public override Division DivisionAt(LayerSite site) => Division.Pixels;

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        for (int i = 0, first = 0; i < pass.InputCount; first += pass.InputShapeAt(i++)[0])
        {
            var (length, count, step, wholeStep, at, wholeAt) = StretchesOf(pass, i, first);
            StretchCopy.Run<V, T>(length, count, pass.InputAt(i)[at..], step, pass.Output[wholeAt..], wholeStep);
        }
    }

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        for (int i = 0, first = 0; i < pass.InputCount; first += pass.InputShapeAt(i++)[0])
        {
            if (pass.GradInputAt(i).IsEmpty) continue;
            var (length, count, step, wholeStep, at, wholeAt) = StretchesOf(pass, i, first);
            StretchCopy.Run<V, T>(length, count, pass.GradOutput[wholeAt..], wholeStep, pass.GradInputAt(i)[at..], step);
        }
    }

    // In lanes the pixels of a channel lie together, and, where all of them are wanted, those of all channels; channels-last the channels of a pixel.
    private static Stretches StretchesOf(in Pass<T> pass, int i, int first)
    {
        Extent whole = pass.OutputExtent;
        int channels = pass.InputShapeAt(i)[0];
        if (pass.Layout == Layout.ChannelsLast) return new(channels, whole.Planes * whole.Pixels, channels, whole.Pitch, 0, first);
        if (pass.PixelCount == whole.Pixels) return new(channels * whole.PlaneLength, 1, 0, 0, 0, first * whole.PlaneLength);
        int begin = pass.FirstPixel * whole.Pitch;
        return new(pass.PixelCount * whole.Pitch, channels, whole.PlaneLength, whole.PlaneLength, begin, first * whole.PlaneLength + begin);
    }

    /// <summary>Stretches of numbers of one input that lie together.</summary>
    /// <param name="Length">Numbers of a stretch.</param>
    /// <param name="Count">How many stretches there are.</param>
    /// <param name="Step">From one to the next.</param>
    /// <param name="WholeStep">The same in the whole.</param>
    /// <param name="At">Where the first begins.</param>
    /// <param name="WholeAt">The same in the whole.</param>
    private readonly record struct Stretches(int Length, int Count, int Step, int WholeStep, int At, int WholeAt);
}
