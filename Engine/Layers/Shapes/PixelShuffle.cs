using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Every pixel of r·r channels becomes a square of r by r pixels of one channel: images larger, channels fewer, no number changed.</summary>
/// <remarks>
/// Input [C·r·r, H, W], output [C, H·r, W·r] an image: output[c, h·r + i, w·r + j] = input[c·r·r + i·r + j, h, w].
/// Source: Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural network", 2016.
/// </remarks>
public sealed class PixelShuffle<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes images so many times as high and as wide.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The factor is below 1.</exception>
    public PixelShuffle(int upscaleFactor)
    {
        ShapeGuard.Positive(TypeName, upscaleFactor);
        UpscaleFactor = upscaleFactor;
    }

    /// <summary>How many times as high and as wide images become: r.</summary>
    public int UpscaleFactor { get; }

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Nothing;

    /// <inheritdoc/>
    public override bool IsCheap => true;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        ShapeGuard.Rank(Who, input, 3, "C, H, W");
        long square = (long)UpscaleFactor * UpscaleFactor;
        if (input[0] % square != 0)
            ShapeGuard.Mismatch(Who, $"input has {input[0]} channels, which {UpscaleFactor}·{UpscaleFactor} = {square} does not divide. input "
                + $"{input} (C, H, W).",
                new Shape((int)Math.Min(Array.MaxLength, (input[0] / square + 1) * square), input[1], input[2]), input);
        return new((int)(input[0] / square), input[1] * UpscaleFactor, input[2] * UpscaleFactor);
    }

    /// <inheritdoc/>
    public override (WindowAxis Rows, WindowAxis Columns)? SpreadWindow(Shape input) => (Axis(input[1]), Axis(input[2]));

    /// <inheritdoc/>
    public override string SizeFormula(Shape input)
    {
        Shape output = OutputShape(input);
        return $"C: {input[0]}//({UpscaleFactor}·{UpscaleFactor}) = {output[0]}, H: {input[1]}·{UpscaleFactor} = {output[1]}, "
            + $"W: {input[2]}·{UpscaleFactor} = {output[2]}";
    }

    /// <inheritdoc/>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public override Division DivisionAt(LayerSite site) => site.Layout == Layout.ChannelsLast ? Division.Planes : Division.None;

    internal override bool WorksByRows(LayerSite site) => site.Layout == Layout.ChannelsLast;

    internal override void ForwardRows<V>(in Pass<T> pass, RowBand band) =>
        Squares(pass, back: false, band.Top, band.Bottom, pass.Input, pass.Output);

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) =>
        Squares(pass, back: false, 0, pass.OutputShape[1], pass.Input, pass.Output);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        if (!pass.GradInput.IsEmpty) Squares(pass, back: true, 0, pass.OutputShape[1], pass.GradOutput, pass.GradInput);
    }

    // Each pixel becomes those of a square.
    private WindowAxis Axis(int input) => new(input * UpscaleFactor, UpscaleFactor, UpscaleFactor);

    private void Squares(in Pass<T> pass, bool back, int top, int bottom, ReadOnlySpan<T> from, Span<T> to) =>
        ShuffleNumbers.Squares(UpscaleFactor, pass.OutputExtent.InPixels, pass.InputShape[2], pass.Layout == Layout.Lanes, back, top, bottom, from,
            to);
}
