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
    public void Runs_AnyShape_HoldEveryWindowOnce_AndThoseOfARunReadAlike(ConvolutionCase which)
    {
        Conv2dTables tables = new(which.Geometry);
        foreach (TapTable table in new[] { tables.Forward, tables.Backward })
        {
            var seen = new List<int>();
            foreach (WindowRun run in table.Runs)
                for (int i = 0; i < run.Count; i++)
                {
                    Window window = table.Windows[run.First + i * run.Step], start = table.Windows[run.First];
                    Assert.That(window, Is.EqualTo(start with { Base = start.Base + i * run.SourceStep }));
                    seen.Add(run.First + i * run.Step);
                }
            Assert.That(seen.Order(), Is.EqualTo(Enumerable.Range(0, table.Windows.Length)));
        }
    }

    [Test]
    public void Runs_EdgesOfAnImage_GoAlongIt()
    {
        // 3x3 windows with padding 1 over 6x5 pixels: corners by themselves, an edge in one run, and inside three columns of four.
        var table = new TapTable(new(6, 3, Padding: 1), new(5, 3, Padding: 1), transposed: false, channels: 1, weightStride: 9);
        Assert.That(string.Join(" ", table.Runs.Select(run => run.Count).Order()), Is.EqualTo("1 1 1 1 3 3 4 4 4 4 4"));
    }

    [Test]
    public void Runs_BackwardsWithStrideTwo_TakeEveryOtherWindow()
    {
        // Eight pixels under windows of three, stride 2, padding 1: even pixels meet the middle element, odd ones the last and the first.
        var table = new TapTable(new(1, 1), new(8, 3, 2, 1), transposed: true, channels: 1, weightStride: 3);
        Assert.That(table.Runs.Select(run => (run.First, run.Count, run.Step)), Is.EquivalentTo(new[] { (0, 4, 2), (1, 3, 2), (7, 1, 1) }));
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
