using Scratch.Kernels;

namespace Scratch.Bench;

/// <summary>A pooling of a batch of images, the same window along rows and columns.</summary>
/// <param name="TakesMaximum">The largest number under a window, or their mean.</param>
/// <param name="Batch">Images.</param>
/// <param name="Channels">Channels of an image.</param>
/// <param name="Axis">The window.</param>
public sealed record PoolCase(bool TakesMaximum, int Batch, int Channels, WindowAxis Axis)
{
    /// <summary>The largest and the mean, of windows side by side and of windows that overlap on a padded image of odd size.</summary>
    public static IReadOnlyList<PoolCase> All { get; } =
        [.. new[] { true, false }.SelectMany(max => new PoolCase[] { new(max, 128, 32, new(28, 2, Stride: 2)),
            new(max, 32, 64, new(27, 3, Stride: 2, Padding: 1)) })];

    /// <summary>The name in tables and filters.</summary>
    public override string ToString() =>
        $"{(TakesMaximum ? "max" : "mean")} n{Batch} c{Channels} k{Axis.Kernel} s{Axis.Stride} {Axis.Input}x{Axis.Input}";
}
