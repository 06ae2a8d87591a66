using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Puts pixels around every image, as many at each side as one likes: a number, or the image mirrored, repeated or continued.</summary>
/// <remarks>Input [C, H, W], output [C, top + H + bottom, left + W + right] an image. PyTorch's ConstantPad2d, ReflectionPad2d, ReplicationPad2d and
/// CircularPad2d. To take pixels away, <see cref="Crop2d{T}"/>.</remarks>
public sealed class Pad2d<T> : BlendLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Padding of the given sides.</summary>
    /// <param name="padding">Pixels to add at each side.</param>
    /// <param name="mode">What they hold; <see cref="PaddingMode.Zeros"/> stands for <paramref name="value"/>.</param>
    /// <param name="value">The number they hold where the mode is <see cref="PaddingMode.Zeros"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is negative, or the value not finite.</exception>
    /// <exception cref="ArgumentException">A value is given with a mode that does not use it.</exception>
    public Pad2d(Edges padding, PaddingMode mode = PaddingMode.Zeros, double value = 0)
    {
        WindowGuard.NotNegative(TypeName, padding);
        ShapeGuard.Finite(TypeName, value, double.MinValue);
        if (value != 0 && mode != PaddingMode.Zeros)
            throw new ArgumentException($"{TypeName}: value is {value}, which mode {mode} does not use. Use mode {PaddingMode.Zeros}.",
                nameof(value));
        (Padding, Mode, Value) = (padding, mode, value);
    }

    /// <summary>Pixels added at each side.</summary>
    public Edges Padding { get; }

    /// <summary>What they hold.</summary>
    public PaddingMode Mode { get; }

    /// <summary>The number they hold where the mode is <see cref="PaddingMode.Zeros"/>.</summary>
    public double Value { get; }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        ShapeGuard.Rank(Who, input, 3, "C, H, W");
        WindowAxis rows = Axis(input[1], Padding.Top, Padding.Bottom), columns = Axis(input[2], Padding.Left, Padding.Right);
        rows.Check(Who);
        columns.Check(Who);
        return new(input[0], rows.Output, columns.Output);
    }

    /// <inheritdoc/>
    public override (WindowAxis Rows, WindowAxis Columns)? SpreadWindow(Shape input) =>
        (Shift(input[1], -Padding.Top, -Padding.Bottom), Shift(input[2], -Padding.Left, -Padding.Right));

    /// <inheritdoc/>
    public override string SizeFormula(Shape input) => AxisFormula.Of(
        Formula(Axis(input[1], Padding.Top, Padding.Bottom)), Formula(Axis(input[2], Padding.Left, Padding.Right)));

    private protected override T Fill => T.CreateChecked(Value);

    private protected override BlendAxis<T> Rows(int input) => Blend(Axis(input, Padding.Top, Padding.Bottom));

    private protected override BlendAxis<T> Columns(int input) => Blend(Axis(input, Padding.Left, Padding.Right));

    // A window of one pixel that slides over the padded image sees just that image.
    private WindowAxis Axis(int input, int before, int after) => new(input, 1, Padding: before, Mode: Mode, ExtraPadding: after - before);

    private static string Formula(WindowAxis axis) => $"{axis.Input}{AxisFormula.Ends('+', axis.Padding, axis.EndPadding)} = {axis.Output}";

    private static BlendAxis<T> Blend(WindowAxis axis) => BlendAxis<T>.Of(axis.Input, axis.Output, o => axis.Source(o, 0));
}
