using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Checks a window's numbers as a layer is made, each axis for itself.</summary>
internal static class WindowGuard
{
    public static void Check(string who, Size2 kernelSize, Size2 stride, Size2 padding, Size2 dilation)
    {
        Positive(who, kernelSize, nameof(kernelSize));
        Positive(who, stride, nameof(stride));
        Positive(who, dilation, nameof(dilation));
        ShapeGuard.NotNegative(who, padding.Height, nameof(padding));
        ShapeGuard.NotNegative(who, padding.Width, nameof(padding));
    }

    /// <summary>Pooling pads at most half a window, so that a window without dilation reads at least one pixel.</summary>
    public static void CheckPoolPadding(string who, Size2 kernelSize, Size2 padding, Size2 dilation)
    {
        Half(who, dilation.Height * (kernelSize.Height - 1L) + 1, padding.Height);
        Half(who, dilation.Width * (kernelSize.Width - 1L) + 1, padding.Width);
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
