using Scratch.Kernels;

namespace Scratch.Tests.Kernels;

/// <summary>One row of the table of shapes.</summary>
public sealed record ConvolutionCase(string Name, Conv2dGeometry Geometry, int Images = 2, bool Bias = true)
{
    private static readonly WindowAxis _rows = new(4, 2, Padding: 1), _columns = new(5, 3, Padding: 1);

    /// <summary>Every option away from its default, in both directions; sizes that could be mixed up differ.</summary>
    public static ConvolutionCase[] All { get; } =
    [
        new("standard", Standard),
        new("stride per axis 1x2", new(2, 3, new(8, 3), new(9, 2, 2))),
        new("stride per axis 3x1", new(3, 2, new(11, 4, 3, 1), new(6, 2))),
        new("dilation per axis 1x3", new(2, 3, new(5, 3), new(9, 3, Dilation: 3))),
        new("dilation per axis 3x2", new(3, 2, new(8, 3, Dilation: 3, Padding: 1), new(7, 3, 2, Padding: 2, Dilation: 2))),
        new("padding per axis 0x2", new(2, 3, new(5, 3), new(6, 4, Padding: 2))),
        new("padding per axis 3x1", new(2, 3, new(4, 4, Padding: 3), new(6, 3, Padding: 1))),
        new("no bias", new(3, 5, new(5, 3, Padding: 1), new(4, 2)), Bias: false),
        new("1x1", new(3, 4, new(5, 1), new(7, 1))),
        new("1x1, weights of four channels in a row", new(9, 6, new(3, 1), new(4, 1))),
        new("1x1 stride 2x3", new(3, 4, new(5, 1, 2), new(7, 1, 3))),
        new("windows in the padding only", new(3, 4, new(4, 1, 3, 1), new(6, 1, 2, 2))),
        new("kernel smaller than stride", new(3, 2, new(9, 2, 3), new(8, 1, 2))),
        new("kernel larger than stride", new(3, 2, new(10, 5, 2, 2), new(9, 4, 3, 1))),
        new("window as large as the padded image", new(3, 5, new(3, 5, Padding: 1), new(4, 6, Padding: 1))),
        new("dilated window as large as the padded image", new(3, 5, new(5, 3, Dilation: 3, Padding: 1), new(4, 2, 2, Dilation: 3))),
        new("one pixel", new(4, 5, new(1, 3, Padding: 1), new(1, 3, Padding: 1))),
        new("single row", new(5, 3, new(1, 1), new(21, 5, 3, 2))),
        new("single column", new(3, 4, new(21, 3, 2, 1), new(1, 1))),
        new("several bands", new(5, 4, new(13, 3, Padding: 1), new(11, 3, Padding: 1))),
        new("row longer than a band", new(2, 4, new(3, 2), new(53, 2))),
        new("more than one block of the matrix product", new(17, 3, new(5, 4), new(6, 4))),
        new("one channel, kernel 7", new(1, 9, new(6, 3, 2, 1), new(15, 7, 2, 3))),
        new("one channel, kernel 5", new(1, 8, new(14, 5, 2, 2), new(13, 5, 2, 2))),
        new("three channels, dilated kernel 6", new(3, 5, new(5, 2), new(17, 6, 1, 4, 2))),
        new("five channels, kernel 4", new(5, 6, new(4, 3), new(9, 4, 3, 2))),
        new("groups 2", new(4, 6, new(7, 3, 2, 1), new(5, 2, Padding: 1), 2), Bias: false),
        new("groups 3, 9 to 15 channels", new(9, 15, new(4, 3, Padding: 1), new(6, 3, 2, 1), 3)),
        new("groups 2, 10 to 18 channels", new(10, 18, new(3, 2), new(4, 3, Padding: 1), 2)),
        new("groups 2 down to one channel each", new(6, 2, new(5, 3, Padding: 1), new(13, 3, Padding: 1), 2)),
        new("depthwise", new(5, 5, new(6, 3, Padding: 1), new(14, 3, Padding: 1), 5)),
        new("depthwise without bias, stride 2", new(3, 3, new(7, 3, 2, 1), new(19, 2, 2), 3), Bias: false),
        new("depthwise with 3 outputs each", new(2, 6, new(6, 3, Padding: 1), new(17, 3, 2, Dilation: 2), 2)),
        new("depthwise, most windows in the padding only", new(2, 2, new(1, 1, Padding: 1), new(1, 1, Padding: 1), 2)),
        new("depthwise, a row that starts in the padding", new(3, 3, new(1, 1), new(9, 1, Padding: 7), 3)),
        new("depthwise, a stride past most pixels", new(3, 3, new(2, 1, 2), new(25, 2, 11, 1), 3)),
        new("depthwise 3x3, stride 2x3", new(3, 3, new(7, 3, 2, 1), new(11, 3, 3), 3)),
        new("depthwise 3x3, stride 2, even and odd", new(2, 2, new(7, 3, 2, 1), new(8, 3, 2, 1), 2)),
        new("depthwise 3x3 on 2x3", new(3, 3, new(2, 3, Padding: 1), new(3, 3, Padding: 1), 3)),
        new("depthwise 3x3, other padding at the end", new(2, 2, new(5, 3, 2, 1, ExtraPadding: 2), new(6, 3, Padding: 1, ExtraPadding: -1), 2)),
        new("depthwise 5x5, stride 1x2", new(2, 2, new(12, 5, Padding: 2), new(11, 5, 2, 2), 2)),
        new("depthwise, more outputs than a piece of a sum", new(2, 2, new(20, 3, Padding: 1), new(19, 3, Padding: 1), 2)),
        new("depthwise, a row longer than a piece of a sum", new(2, 2, new(2, 2), new(261, 3, Padding: 1), 2)),
        new("depthwise, a kernel larger than a panel", new(2, 2, new(9, 9, Padding: 4), new(8, 8, Padding: 4), 2)),
        .. Modes(), .. Channels(), .. FilledLanes(),
    ];

    /// <summary>Input 9x5, output 4x3: no two sizes that could be mixed up are equal.</summary>
    private static Conv2dGeometry Standard => new(3, 4, new(9, 3, 2, 1, 2), new(5, 2, 2, 1, 2));

    public override string ToString() => Name;

    private static IEnumerable<ConvolutionCase> Modes()
    {
        foreach (PaddingMode mode in Enum.GetValues<PaddingMode>())
        {
            yield return new($"{mode}", new(3, 4, new(5, 3, Padding: 2, Mode: mode), new(7, 4, 2, 3, Mode: mode)));
            yield return new($"{mode} with dilation", new(2, 5, new(7, 3, 2, 4, 3, mode), new(5, 3, 1, 3, 2, mode)), Bias: false);
            yield return new($"{mode}, as much as there can be",
                new(2, 3, new(3, 2, Padding: 2, Mode: mode), new(4, 3, Padding: mode == PaddingMode.Reflect ? 3 : 4, Mode: mode)));
            yield return new($"{mode}, depthwise", new(3, 3, new(5, 3, Padding: 2, Mode: mode), new(13, 3, Padding: 3, Mode: mode), 3));
        }
    }

    /// <summary>Tiles of eight, four and one rows, and what is left over.</summary>
    private static IEnumerable<ConvolutionCase> Channels()
    {
        int[] counts = [1, 3, 4, 5, 8, 9, 13, 17];
        for (int i = 0; i < counts.Length; i++)
            yield return new($"{counts[i]} to {counts[^(i + 1)]} channels", new(counts[i], counts[^(i + 1)], _rows, _columns));
        foreach (int count in counts) yield return new($"{count} to {count} channels", new(count, count, _rows, _columns), 1);
    }

    private static IEnumerable<ConvolutionCase> FilledLanes()
    {
        foreach (int images in new[] { 1, 5, 31, 32 }) yield return new($"{images} images", Standard, images);
    }
}
