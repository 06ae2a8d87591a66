using System.Numerics;
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
    public override Division DivisionAt(LayerSite site) => site.Layout == Layout.ChannelsLast ? Division.Planes : Division.None;

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        for (int i = 0, at = 0; i < pass.InputCount; i++) at += Copy(pass, i, at, pass.InputAt(i), pass.Output);
    }

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        for (int i = 0, at = 0; i < pass.InputCount; i++) at += Divide(pass, i, at, pass.GradOutput, pass.GradInputAt(i));
    }

    // Numbers of a stretch that lies together, from one stretch to the next in the whole, and how many stretches there are.
    private static (int Length, int Step, int Count) Stretches(in Pass<T> pass, int i)
    {
        Extent whole = pass.OutputExtent;
        int channels = pass.InputShapeAt(i)[0];
        return pass.Layout == Layout.Lanes ? (channels * whole.PlaneLength, 0, 1) : (channels, whole.Pitch, whole.Planes * whole.Pixels);
    }

    private static int Copy(in Pass<T> pass, int i, int at, ReadOnlySpan<T> from, Span<T> whole)
    {
        var (length, step, count) = Stretches(pass, i);
        for (int n = 0; n < count; n++) from.Slice(n * length, length).CopyTo(whole[(at + n * step)..]);
        return length;
    }

    private static int Divide(in Pass<T> pass, int i, int at, ReadOnlySpan<T> whole, Span<T> to)
    {
        var (length, step, count) = Stretches(pass, i);
        for (int n = 0; n < count && !to.IsEmpty; n++) whole.Slice(at + n * step, length).CopyTo(to[(n * length)..]);
        return length;
    }
}
