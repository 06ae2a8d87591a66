using System.Globalization;
using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Makes images larger, or smaller, by a factor or to a size: pixels repeated, or blended with their neighbours.</summary>
/// <remarks>
/// Input [C, H, W], output [C, oH, oW] an image; with a factor oH = floor(H · factor), and oW alike. Place o of an axis lies at pixel o / factor
/// (nearest, rounded down), at (o + 0.5) / factor - 0.5 (bilinear), or with aligned corners at o·(H - 1) / (oH - 1), where the centres of the
/// outermost pixels meet. The factor is that given, else oH / H. All as PyTorch's.
/// </remarks>
public sealed class Upsample<T> : BlendLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>An interpolation in PyTorch's words and defaults: either a size or a factor.</summary>
    /// <param name="size">Rows and columns of the output.</param>
    /// <param name="scaleFactor">Rows and columns of the output to one of the input.</param>
    /// <param name="mode">How pixels are found.</param>
    /// <param name="alignCorners">Whether the centres of the outermost pixels meet, rather than their edges; bilinear only.</param>
    /// <param name="scaleFactorWidth">The factor of the columns, if it is another.</param>
    /// <exception cref="ArgumentException">Both or neither of size and factor are given, or aligned corners with nearest.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or a factor not a finite number above 0.</exception>
    public Upsample(Size2? size = null, double? scaleFactor = null, UpsampleMode mode = UpsampleMode.Nearest, bool alignCorners = false,
        double? scaleFactorWidth = null)
    {
        if (size is null == scaleFactor is null)
            throw new ArgumentException($"{TypeName}: {(size is null ? "neither size nor scaleFactor is" : "size and scaleFactor are both")} given. "
                + "Give one of them.", nameof(size));
        if (scaleFactorWidth is not null && scaleFactor is null)
            throw new ArgumentException($"{TypeName}: scaleFactorWidth is given without scaleFactor. Give scaleFactor too.",
                nameof(scaleFactorWidth));
        if (alignCorners && mode == UpsampleMode.Nearest)
            throw new ArgumentException($"{TypeName}: alignCorners is given with mode {mode}, which has no corners to align. Use "
                + $"{UpsampleMode.Bilinear}.", nameof(alignCorners));
        if (size is { } sides)
        {
            ShapeGuard.Positive(TypeName, sides.Height, nameof(size));
            ShapeGuard.Positive(TypeName, sides.Width, nameof(size));
        }
        if (scaleFactor is { } factor) ShapeGuard.Above(TypeName, factor, 0, nameof(scaleFactor));
        if (scaleFactorWidth is { } width) ShapeGuard.Above(TypeName, width, 0, nameof(scaleFactorWidth));
        (Size, ScaleFactor, ScaleFactorWidth, Mode, AlignCorners) = (size, scaleFactor, scaleFactorWidth ?? scaleFactor, mode, alignCorners);
    }

    /// <summary>Rows and columns of the output, or none with a factor.</summary>
    public Size2? Size { get; }

    /// <summary>Rows of the output to one of the input, or none with a size.</summary>
    public double? ScaleFactor { get; }

    /// <summary>Columns of the output to one of the input, or none with a size.</summary>
    public double? ScaleFactorWidth { get; }

    /// <summary>How pixels are found.</summary>
    public UpsampleMode Mode { get; }

    /// <summary>Whether the centres of the outermost pixels meet, rather than their edges.</summary>
    public bool AlignCorners { get; }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        ShapeGuard.Rank(Who, input, 3, "C, H, W");
        int height = Output(input[1], Size?.Height, ScaleFactor), width = Output(input[2], Size?.Width, ScaleFactorWidth);
        if (Math.Min(height, width) < 1 || Math.Min(input[1], input[2]) < 1)
            ShapeGuard.Mismatch(Who, $"an image of {input[1]}x{input[2]} would become one of {height}x{width}. Raise scaleFactor. input {input} "
                + "(C, H, W).",
                new Shape(input[0], Math.Max(1, height), Math.Max(1, width)), new Shape(input[0], height, width));
        return new(input[0], height, width);
    }

    /// <inheritdoc/>
    /// <remarks>None where the output has no whole number of pixels for each of the input, or corners are aligned.</remarks>
    public override (WindowAxis Rows, WindowAxis Columns)? SpreadWindow(Shape input) =>
        Spread(input[1], Size?.Height, ScaleFactor) is { } rows && Spread(input[2], Size?.Width, ScaleFactorWidth) is { } columns ? (rows, columns)
            : null;

    /// <inheritdoc/>
    /// <remarks>Empty where it was made for a size.</remarks>
    public override string SizeFormula(Shape input) => ScaleFactor is { } rows && ScaleFactorWidth is { } columns
        ? AxisFormula.Of(Formula(input[1], rows), Formula(input[2], columns)) : "";

    private protected override BlendAxis<T> Rows(int input) => Axis(input, Size?.Height, ScaleFactor);

    private protected override BlendAxis<T> Columns(int input) => Axis(input, Size?.Width, ScaleFactorWidth);

    private BlendAxis<T> Axis(int input, int? size, double? factor) => Mode == UpsampleMode.Nearest ? BlendAxis<T>.Nearest(input,
        Output(input, size, factor), factor)
        : BlendAxis<T>.Linear(input, Output(input, size, factor), factor, AlignCorners);

    // Nearest, each pixel becomes so many. Bilinear, pixel i has a share in every place less than a pixel, which is factor places, from the middle of
    // its own: place o, if |o + 1/2 - (i + 1/2)·factor| < factor.
    private WindowAxis? Spread(int input, int? size, double? factor)
    {
        int output = Output(input, size, factor), each = output / input;
        bool isWhole = each > 0 && (factor is { } given ? given == each : output % input == 0);
        if (!isWhole || AlignCorners) return null;
        return Mode == UpsampleMode.Nearest ? new(output, each, each) : new(output, 2 * each - each % 2, each, each / 2);
    }

    private static string Formula(int input, double factor)
    {
        string product = string.Create(CultureInfo.InvariantCulture, $"{input}·{factor}");
        return $"{(factor == Math.Floor(factor) ? product : $"floor({product})")} = {Output(input, null, factor)}";
    }

    private static int Output(int input, int? size, double? factor) => size ?? (int)Math.Min(Array.MaxLength, Math.Floor(input * factor!.Value));
}
