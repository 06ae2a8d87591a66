using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Takes pixels away at the sides of every image.</summary>
/// <remarks>Input [C, H, W], output [C, H - top - bottom, W - left - right] an image. PyTorch writes it <c>x[..., top:H - bottom, left:W -
/// right]</c>, or as negative padding.</remarks>
public sealed class Crop2d<T> : BlendLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Takes so many pixels from each side.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is negative.</exception>
    public Crop2d(Edges cropping)
    {
        WindowGuard.NotNegative(TypeName, cropping);
        Cropping = cropping;
    }

    /// <summary>Pixels taken from each side.</summary>
    public Edges Cropping { get; }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        ShapeGuard.Rank(Who, input, 3, "C, H, W");
        long height = (long)input[1] - Cropping.Top - Cropping.Bottom, width = (long)input[2] - Cropping.Left - Cropping.Right;
        if (height < 1 || width < 1)
            ShapeGuard.Mismatch(Who, $"an image of {input[1]}x{input[2]} has nothing left without {Cropping}. Crop less. input {input} (C, H, W).",
                new Shape(input[0], 1, 1), new Shape(input[0], (int)Math.Max(0, height), (int)Math.Max(0, width)));
        return new(input[0], (int)height, (int)width);
    }

    /// <inheritdoc/>
    public override (WindowAxis Rows, WindowAxis Columns)? SpreadWindow(Shape input) =>
        (Shift(input[1], Cropping.Top, Cropping.Bottom), Shift(input[2], Cropping.Left, Cropping.Right));

    /// <inheritdoc/>
    public override string SizeFormula(Shape input) => AxisFormula.Of(
        Formula(input[1], Cropping.Top, Cropping.Bottom), Formula(input[2], Cropping.Left, Cropping.Right));

    private protected override BlendAxis<T> Rows(int input) => Axis(input, Cropping.Top, Cropping.Bottom);

    private protected override BlendAxis<T> Columns(int input) => Axis(input, Cropping.Left, Cropping.Right);

    private static string Formula(int input, int before, int after) =>
        $"{input}{AxisFormula.Ends('-', before, after)} = {input - before - after}";

    private static BlendAxis<T> Axis(int input, int before, int after) => BlendAxis<T>.Of(input, input - before - after, o => o + before);
}
