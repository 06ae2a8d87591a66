using NUnit.Framework;
using Scratch.Kernels;

namespace Scratch.Tests.Kernels;

/// <summary>That its taps are the right ones is shown by every convolution and pooling test; here is what those cannot see.</summary>
public sealed class TapTableTests
{
    private static ConvolutionCase[] Cases => ConvolutionCase.All;

    [Test]
    public void Taps_LargeImage_HoldsOneListPerKindOfWindow()
    {
        // 3x3 windows with padding 1: the first, the inner and the last row by the same columns, 4 + 6 + 4 + 6 + 9 + 6 + 4 + 6 + 4 taps.
        var table = new TapTable(new(100, 3, Padding: 1), new(90, 3, Padding: 1), transposed: false, channels: 1, weightStride: 9);
        Assert.That((table.Windows.Length, table.Taps.Length), Is.EqualTo((9000, 49)));
    }

    [TestCaseSource(nameof(Cases))]
    public void StartsRun_AnyShape_OnlyWhereEightWindowsReadAlike(ConvolutionCase which)
    {
        Conv2dTables tables = new(which.Geometry);
        foreach (TapTable table in new[] { tables.Forward, tables.Backward })
            for (int first = 0; first < table.Windows.Length; first++)
                if (table.StartsRun[first])
                    for (int i = 0; i < 8; i++)
                    {
                        Window window = table.Windows[first + i], start = table.Windows[first];
                        int step = table.Windows[first + 1].Base - start.Base;
                        Assert.That(window, Is.EqualTo(start with { Base = start.Base + i * step }));
                    }
    }

    [Test]
    public void StartsRun_InnerWindowsOfARow_ShareTheirTaps()
    {
        // Ten windows of three over twelve pixels: the runs of eight start at the first, second and third.
        var table = new TapTable(new(1, 1), new(12, 3), transposed: false, channels: 1, weightStride: 3);
        Assert.That(table.StartsRun, Is.EqualTo(Enumerable.Range(0, 10).Select(p => p < 3)));
    }

    [Test]
    public void Bins_OutputThatDoesNotDivide_ReadsOverlappingBins()
    {
        // Five pixels in three bins: floor(5i/3) to ceil(5(i + 1)/3) is 0 to 2, 1 to 4, 3 to 5.
        TapTable table = TapTable.Bins(1, 5, 1, 3);
        int[][] pixels = Array.ConvertAll(table.Windows,
            w => Array.ConvertAll(table.Taps[w.First..w.End], tap => (w.Base + tap.Pixel) / Lanes.Count));
        Assert.That(string.Join(" | ", pixels.Select(bin => string.Join(" ", bin))), Is.EqualTo("0 1 | 1 2 3 | 3 4"));
    }
}
