using NUnit.Framework;
using Scratch.Kernels;

namespace Scratch.Tests.Kernels;

/// <summary>Which rows windows of one pixel read: all that they meet, and none beyond.</summary>
[TestFixture]
public sealed class ChannelWindowsTests
{
    [Test]
    public void RowsOfOne_AnyStrideAndPadding_AreThoseThatWindowsMeet([Values(1, 2, 3)] int stride, [Values(0, 1, 3)] int padding,
        [Values(1, 7, 8)] int height, [Values] bool transposed)
    {
        var g = new Conv2dGeometry(3, 4, new(height, 1, stride, padding), new(5, 1));
        ChannelWindows windows = transposed ? new ChannelTables(g).Backward : new ChannelTables(g).Forward;
        for (int top = 0; top < windows.TargetHeight; top++)
            for (int bottom = top + 1; bottom <= windows.TargetHeight; bottom++)
            {
                int[] met = [.. Enumerable.Range(top, bottom - top).SelectMany(row => Met(g.Rows, row, transposed)).Where(row => row >= 0
                    && row < windows.SourceHeight)];
                var (first, end) = windows.RowsOfOne(g.Rows, top, bottom);
                Assert.That((first, end), met.Length == 0 ? Is.EqualTo((0, 0)) : Is.EqualTo((met.Min(), met.Max() + 1)), $"{top} to {bottom}");
            }
    }

    private static IEnumerable<int> Met(WindowAxis axis, int row, bool transposed) => !transposed ? [row * axis.Stride - axis.Padding]
        : (row + axis.Padding) % axis.Stride == 0 ? [(row + axis.Padding) / axis.Stride] : [];
}
