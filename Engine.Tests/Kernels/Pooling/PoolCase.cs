using Scratch.Kernels;

namespace Scratch.Tests.Kernels;

/// <summary>One row of the table of pooling windows.</summary>
public sealed record PoolCase(string Name, WindowAxis Rows, WindowAxis Columns, int Channels = 2, int Images = 5)
{
    /// <summary>Windows that pooling allows: padding is at most half of one.</summary>
    public static PoolCase[] All { get; } =
    [
        new("2x2", new(8, 2, 2), new(6, 2, 2)),
        new("2x2, the last row and column left out", new(7, 2, 2), new(5, 2, 2)),
        new("overlapping 3x2", new(7, 3), new(5, 2)),
        new("overlapping 4x3, stride 2x1", new(9, 4, 2), new(6, 3)),
        new("padding", new(9, 3, 2, 1), new(7, 5, 3, 2)),
        new("padding of half the window", new(6, 2, 2, 1), new(5, 4, 1, 2)),
        new("padding at the end only", new(9, 3, 2, ExtraPadding: 1), new(6, 2, 3, ExtraPadding: 1)),
        new("padding that differs, ceil mode", new(8, 4, 3, 2, CeilMode: true, ExtraPadding: -1), new(7, 5, 2, 1, CeilMode: true, ExtraPadding: 1)),
        new("gaps between windows", new(10, 2, 3), new(9, 1, 4)),
        new("ceil mode", new(8, 3, 2, CeilMode: true), new(7, 2, 2, CeilMode: true)),
        new("ceil mode with padding", new(7, 3, 3, 1, CeilMode: true), new(10, 4, 3, 2, CeilMode: true)),
        new("ceil mode, the last window would start in the padding", new(5, 2, 3, 1, CeilMode: true), new(6, 2, 2, 1, CeilMode: true)),
        new("the whole image", new(4, 4), new(3, 3), 5),
        new("one pixel, padded", new(1, 3, 1, 1), new(1, 2, 1, 1), 3),
        new("one channel, 1 image", new(6, 3, 2), new(5, 2), 1, 1),
        new("31 images", new(5, 3, 2), new(6, 2), 1, 31),
        new("32 images", new(5, 3, 2), new(6, 2), 1, 32),
    ];

    /// <summary>For the maximum only.</summary>
    public static PoolCase[] Dilated { get; } =
    [
        new("dilation 2x3", new(9, 3, 1, 0, 2), new(11, 3, 2, 0, 3)),
        new("dilation with padding", new(9, 3, 2, 1, 2), new(8, 2, 1, 1, 3)),
        new("dilation in ceil mode", new(10, 3, 2, 2, 2, CeilMode: true), new(9, 2, 3, 1, 2, CeilMode: true)),
    ];

    public int InputLength => Channels * Rows.Input * Columns.Input;

    public int OutputLength => Channels * Rows.Output * Columns.Output;

    public override string ToString() => Name;
}
