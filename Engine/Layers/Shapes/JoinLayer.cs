using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Layers;

/// <summary>A layer of two values of one shape, or of a value and one number for each of its channels ([C] or [C, 1, 1]), on either side.</summary>
/// <remarks>In both layouts the number of a channel is a vector beside which every pixel of a plane lies: of images in lanes, of channels
/// channels-last.</remarks>
public abstract class JoinLayer<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // numbers whose sums over pixels are taken at a time, and pixels to a piece of a sum
    private const int Strip = 64;
    private const int ActivatedStrip = 1 << 12;                              // numbers that are activated while they are in the cache

    private protected JoinLayer()
    {
    }

    /// <inheritdoc/>
    public sealed override Shape OutputShape(Shape input) => OutputShapeFor([input]);

    /// <inheritdoc/>
    public sealed override Shape OutputShapeFor(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 2) ShapeGuard.Mismatch(Who, $"it takes two values, {inputs.Length} are connected.", new Shape(2),
            new Shape(inputs.Length));
        if (inputs[0] == inputs[1] || IsPerChannel(inputs[1], inputs[0])) return inputs[0];
        if (!IsPerChannel(inputs[0], inputs[1]))
            ShapeGuard.Mismatch(Who, $"the values are {inputs[0]} and {inputs[1]}. They must be alike, or one hold a number "
                + "for each channel of the other.", inputs[0], inputs[1]);
        return inputs[1];
    }

    /// <inheritdoc/>
    public sealed override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public sealed override bool TakesActivation => true;

    /// <inheritdoc/>
    // A number for each channel gets the sum of all its pixels on the way back.
    public sealed override Division DivisionAt(LayerSite site) => site.Inputs[0] == site.Inputs[1] ? Division.Anywhere
        : site.Layout == Layout.ChannelsLast && !site.Backward ? Division.Pixels : Division.Planes;

    /// <inheritdoc/>
    public sealed override void Forward<V>(in Pass<T> pass)
    {
        ReadOnlySpan<T> a = pass.InputAt(0), b = pass.InputAt(1);
        if (a.Length == b.Length)
        {
            for (int at = 0, count; at < a.Length; at += count)
            {
                count = pass.Activation.IsSome ? Math.Min(ActivatedStrip, a.Length - at) : a.Length;
                Span<T> output = pass.Output.Slice(at, count);
                Join(a.Slice(at, count), b.Slice(at, count), output);
                if (pass.Activation.IsSome) Elementwise.Activate<V, T>(pass.Activation, output, output);
            }
            return;
        }
        Extent extent = pass.OutputExtent;
        for (int plane = 0, at = 0; plane < extent.Planes; plane++)
        {
            for (int p = 0; p < extent.Pixels; p++, at += extent.Pitch)
                Join(Pixel(a, pass.Output, extent, plane, at), Pixel(b, pass.Output, extent, plane, at), pass.Output.Slice(at, extent.Pitch));
            Span<T> output = pass.Output.Slice(plane * extent.PlaneLength, extent.PlaneLength);
            if (pass.Activation.IsSome) Elementwise.Activate<V, T>(pass.Activation, output, output);
        }
    }

    /// <inheritdoc/>
    public sealed override void Backward<V>(in Pass<T> pass)
    {
        pass.UndoActivation<V>();
        for (int way = 0; way < 2; way++)
        {
            Span<T> gradient = pass.GradInputAt(way);
            if (gradient.IsEmpty) continue;
            ReadOnlySpan<T> other = BackwardReads == BackwardReads.Nothing ? pass.GradOutput : pass.InputAt(1 - way);
            if (gradient.Length == pass.GradOutput.Length && other.Length == gradient.Length) Share(way, pass.GradOutput, other, gradient);
            else if (gradient.Length == pass.GradOutput.Length) ShareOfPixels(way, pass, other, gradient);
            else SumOfShares<V>(way, pass, other, gradient);
        }
    }

    /// <summary>The output of numbers side by side.</summary>
    private protected abstract void Join(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> output);

    /// <summary>The gradient by way 0 or 1 of numbers side by side.</summary>
    /// <param name="way">Which.</param>
    /// <param name="gradOutput">Of the output.</param>
    /// <param name="other">What came by the other way, if <see cref="Layer{T}.BackwardReads"/> asks for it.</param>
    /// <param name="gradInput">Overwritten.</param>
    private protected abstract void Share(int way, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> other, Span<T> gradInput);

    private void ShareOfPixels(int way, in Pass<T> pass, ReadOnlySpan<T> other, Span<T> gradient)
    {
        Extent extent = pass.OutputExtent;
        for (int plane = 0, at = 0; plane < extent.Planes; plane++)
            for (int p = 0; p < extent.Pixels; p++, at += extent.Pitch)
                Share(way, pass.GradOutput.Slice(at, extent.Pitch), Pixel(other, pass.GradOutput, extent, plane, at),
                    gradient.Slice(at, extent.Pitch));
    }

    // One number a channel: the sum over the pixels of its plane, in pieces, so that long sums do not drift.
    private void SumOfShares<V>(int way, in Pass<T> pass, ReadOnlySpan<T> other, Span<T> gradient) where V : unmanaged, IVector<V, T>
    {
        Extent extent = pass.OutputExtent;
        Span<T> share = stackalloc T[Strip], piece = stackalloc T[Strip], excess = stackalloc T[Strip];
        for (int plane = 0; plane < extent.Planes; plane++)
            for (int first = 0; first < extent.Pitch; first += Strip)
            {
                int count = Math.Min(Strip, extent.Pitch - first);
                Span<T> sum = gradient.Slice(plane * extent.Pitch + first, count);
                sum.Clear();
                excess.Clear();
                for (int from = 0; from < extent.Pixels; from += Strip)
                {
                    piece.Clear();
                    for (int p = from; p < Math.Min(from + Strip, extent.Pixels); p++)
                    {
                        int at = (plane * extent.Pixels + p) * extent.Pitch + first;
                        Share(way, pass.GradOutput.Slice(at, count), other.Slice(at, count), share[..count]);
                        TensorPrimitives.Add(piece[..count], share[..count], piece[..count]);
                    }
                    LongSums.Add<V, T>(piece[..count], excess[..count], sum);
                }
            }
    }

    private static ReadOnlySpan<T> Pixel(ReadOnlySpan<T> values, ReadOnlySpan<T> whole, in Extent extent, int plane, int at) =>
        values.Slice(values.Length == whole.Length ? at : plane * extent.Pitch, extent.Pitch);

    private static bool IsPerChannel(Shape small, Shape large) => small.Rank > 0 && large.Rank > 0 && small.Length == small[0]
        && small[0] == large[0];
}
