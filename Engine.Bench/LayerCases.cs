using Scratch.Kernels;

namespace Scratch.Bench;

/// <summary>The layers that convolutions are measured on.</summary>
internal static class LayerCases
{
    /// <summary>The lesson's four (stride 2, the third on an odd image), one of 64 channels, and few images that are large: no larger, for the
    /// naive twin takes a third of a second for each.</summary>
    public static IReadOnlyList<LayerCase> All { get; } =
    [
        Square("lesson1", 512, 1, 8, new(28, 5, Stride: 2, Padding: 2)),
        Square("lesson2", 512, 8, 16, new(14, 3, Stride: 2, Padding: 1)),
        Square("lesson3", 512, 16, 32, new(7, 3, Stride: 2, Padding: 1)),
        Square("lesson4", 512, 32, 32, new(4, 3, Stride: 2, Padding: 1)),
        Square("wide64", 32, 64, 64, new(7, 3, Padding: 1)),
        Square("large32", 2, 32, 32, new(56, 3, Padding: 1)),
    ];

    private static LayerCase Square(string model, int batch, int inChannels, int outChannels, WindowAxis axis) =>
        new(model, batch, new(inChannels, outChannels, axis, axis));
}
