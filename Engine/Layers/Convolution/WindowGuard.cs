using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Checks a window's numbers as a layer is made, each axis for itself.</summary>
internal static class WindowGuard
{
    public static void Check(string who, Size2 kernelSize, Size2 stride, Edges padding, Size2 dilation)
    {
        Positive(who, kernelSize, nameof(kernelSize));
        Positive(who, stride, nameof(stride));
        Positive(who, dilation, nameof(dilation));
        NotNegative(who, padding);
    }

    /// <summary>No side takes pixels away.</summary>
    public static void NotNegative(string who, Edges edges, [CallerArgumentExpression(nameof(edges))] string name = "")
    {
        ShapeGuard.NotNegative(who, edges.Top, name);
        ShapeGuard.NotNegative(who, edges.Bottom, name);
        ShapeGuard.NotNegative(who, edges.Left, name);
        ShapeGuard.NotNegative(who, edges.Right, name);
    }

    /// <summary>The image that a window slides over: a row [C, L] is one of height 1.</summary>
    /// <exception cref="ShapeMismatchException">The input has another number of axes.</exception>
    public static Shape Image(string who, Shape input, bool isRow)
    {
        ShapeGuard.Rank(who, input, isRow ? 2 : 3, isRow ? "C, L" : "C, H, W");
        return isRow ? new(input[0], 1, input[1]) : input;
    }

    /// <summary>The row again, or the image.</summary>
    public static Shape OfImage(Shape image, bool isRow) => isRow ? new(image[0], image[2]) : image;

    /// <summary>A window along the rows and along the columns of an image [C, H, W].</summary>
    public static (WindowAxis Rows, WindowAxis Columns) Axes(Shape image, Size2 kernelSize, Size2 stride, Edges padding, Size2 dilation,
        PaddingMode mode = PaddingMode.Zeros, bool ceilMode = false) => (
        new(image[1], kernelSize.Height, stride.Height, padding.Top, dilation.Height, mode, ceilMode, padding.Bottom - padding.Top),
        new(image[2], kernelSize.Width, stride.Width, padding.Left, dilation.Width, mode, ceilMode, padding.Right - padding.Left));

    /// <summary>Pooling pads at most half a window, so that a window without dilation reads at least one pixel.</summary>
    public static void CheckPoolPadding(string who, Size2 kernelSize, Edges padding, Size2 dilation)
    {
        Half(who, dilation.Height * (kernelSize.Height - 1L) + 1, Math.Max(padding.Top, padding.Bottom));
        Half(who, dilation.Width * (kernelSize.Width - 1L) + 1, Math.Max(padding.Left, padding.Right));
    }

    private static void Half(string who, long span, int padding)
    {
        if (padding > span / 2)
            throw new ArgumentOutOfRangeException(nameof(padding), padding,
                $"{who}: padding is {padding}, must be at most half of the window's span of {span}.");
    }

    private static void Positive(string who, Size2 size, string name)
    {
        ShapeGuard.Positive(who, size.Height, name);
        ShapeGuard.Positive(who, size.Width, name);
    }
}
