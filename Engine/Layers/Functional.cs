using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Operations on whole tensors without a layer, to look at what happens inside: the lesson's unfold, and its way back.</summary>
public static class Functional
{
    /// <summary>Lays what every window position reads into a column of its own; a convolution is then one matrix product per image.</summary>
    /// <remarks>The padding is zeros. Column l belongs to the window at row l / oW, column
    /// l % oW. Costs a copy of each pixel for every window it lies under.</remarks>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="kernelSize">Rows and columns of the window.</param>
    /// <param name="dilation">Pixels from one element of the window to the next; 1 by default.</param>
    /// <param name="padding">Pixels of zeros on each side.</param>
    /// <param name="stride">Pixels from one window to the next; 1 by default.</param>
    /// <returns>[N, C·kH·kW, oH·oW]: channels first, then rows, then columns of the window, as PyTorch's <c>unfold</c>.</returns>
    /// <exception cref="ShapeMismatchException">The input is not [N, C, H, W], or the window does not fit.</exception>
    public static Tensor<T> Unfold<T>(Tensor<T> input, Size2 kernelSize, Size2? dilation = null, Size2 padding = default, Size2? stride = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (input.Shape.Rank != 4)
            ShapeGuard.Mismatch(nameof(Unfold), $"input {input.Shape} has {input.Shape.Rank} axes, expected 4 (N, C, H, W).", new Shape(0, 0, 0, 0),
                input.Shape);
        Conv2dGeometry g = Geometry(nameof(Unfold), input.Shape.Tail(), kernelSize, dilation ?? 1, padding, stride ?? 1);
        var columns = new Tensor<T>(new Shape(input.Shape[0], g.WindowLength, g.OutputPlane));
        for (int n = 0; n < input.Shape[0]; n++) Im2Col.Unfold<T>(g, input.Slice(n, 1).Span, columns.Slice(n, 1).Span);
        return columns;
    }

    /// <summary>The adjoint of <see cref="Unfold"/>: adds every column's numbers to the pixels
    /// they came from. Fold(Unfold(x)) counts each pixel once per window over it.</summary>
    /// <param name="columns">[N, C·kH·kW, oH·oW].</param>
    /// <param name="outputSize">Rows and columns of the image.</param>
    /// <param name="kernelSize">Rows and columns of the window.</param>
    /// <param name="dilation">Pixels from one element of the window to the next; 1 by default.</param>
    /// <param name="padding">Pixels of zeros on each side.</param>
    /// <param name="stride">Pixels from one window to the next; 1 by default.</param>
    /// <returns>[N, C, H, W].</returns>
    /// <exception cref="ShapeMismatchException">The columns are not those of such an image.</exception>
    public static Tensor<T> Fold<T>(Tensor<T> columns, Size2 outputSize, Size2 kernelSize, Size2? dilation = null, Size2 padding = default,
        Size2? stride = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long window = (long)kernelSize.Height * kernelSize.Width;
        if (columns.Shape.Rank != 3 || window < 1 || columns.Shape[1] % window != 0)
            ShapeGuard.Mismatch(nameof(Fold), $"columns {columns.Shape} are not [N, C·{window}, positions] for a window of {kernelSize}.",
                new Shape(0, (int)Math.Clamp(window, 0, Array.MaxLength), 0), columns.Shape);
        var image = new Shape((int)(columns.Shape[1] / window), outputSize.Height, outputSize.Width);
        Conv2dGeometry g = Geometry(nameof(Fold), image, kernelSize, dilation ?? 1, padding, stride ?? 1);
        ShapeGuard.Same(nameof(Fold), "columns", new Shape(columns.Shape[0], g.WindowLength, g.OutputPlane), columns.Shape);
        var output = new Tensor<T>(image.Prepend(columns.Shape[0]));
        for (int n = 0; n < columns.Shape[0]; n++) Im2Col.Fold<T>(g, columns.Slice(n, 1).Span, output.Slice(n, 1).Span);
        return output;
    }

    private static Conv2dGeometry Geometry(string who, Shape image, Size2 kernelSize, Size2 dilation, Size2 padding, Size2 stride)
    {
        WindowGuard.Check(who, kernelSize, stride, padding, dilation);
        var rows = new WindowAxis(image[1], kernelSize.Height, stride.Height, padding.Height, dilation.Height);
        var columns = new WindowAxis(image[2], kernelSize.Width, stride.Width, padding.Width, dilation.Width);
        rows.Check(who);
        columns.Check(who);
        long window = (long)image[0] * kernelSize.Height * kernelSize.Width, positions = (long)rows.Output * columns.Output;
        if (window > Array.MaxLength || positions > Array.MaxLength || window * positions > Array.MaxLength)
            ShapeGuard.TooLarge(who, $"image {image} (C, H, W) has {positions} windows of {window} numbers each.", Math.Max(window, positions));
        return new(image[0], 1, rows, columns);
    }
}
