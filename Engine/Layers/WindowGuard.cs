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
