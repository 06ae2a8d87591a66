using NUnit.Framework;
using OxyPlot;
using Scratch.Cli.Reports;

namespace Scratch.Tests.Cli.Reports;

/// <summary>What becomes of what the library draws.</summary>
public sealed class PageRenderContextTests
{
    private static readonly ScreenPoint[] Bend = [new(1, 2), new(3.04, -4.06), new(0, -0.04)];

    [Test]
    public void DrawLine_OfOneColorInARow_IsOnePath()
    {
        var page = new PageRenderContext();
        OxyColor first = page.Color("a b"), second = page.Color("c");
        page.DrawLine(Bend, first, 1, EdgeRenderingMode.Automatic, null, LineJoin.Miter);
        page.DrawLineSegments([new(5, 5), new(6, 6), new(7, 7), new(8, 8)], page.Color("a b"), 1, EdgeRenderingMode.Automatic, null, LineJoin.Miter);
        page.DrawLine([new(9, 9)], second, 1, EdgeRenderingMode.Automatic, null, LineJoin.Miter);
        page.DrawLine(Bend, OxyColors.Undefined, 1, EdgeRenderingMode.Automatic, null, LineJoin.Miter);
        Assert.That(page.Content(), Is.EqualTo("""<path class="a b" d="M1 2L3 -4.1L0 0M5 5L6 6M7 7L8 8"/><path class="c" d="M9 9h0"/>"""));
    }

    [Test]
    public void DrawRectangle_FilledOrFramed_IsAClosedPathAndNothingWhereNeither()
    {
        var page = new PageRenderContext();
        page.SetToolTip("1 < 2");
        page.DrawRectangle(new(1, 2, 3, 4), page.Color("ground"), page.Color("frame"), 1, EdgeRenderingMode.Automatic);
        page.SetToolTip(null);
        page.DrawRectangle(new(1, 2, 3, 4), OxyColors.Undefined, page.Color("frame"), 1, EdgeRenderingMode.Automatic);
        page.DrawRectangle(new(1, 2, 3, 4), OxyColors.Undefined, OxyColors.Transparent, 1, EdgeRenderingMode.Automatic);
        Assert.That(page.Content(), Is.EqualTo("""<path class="ground" d="M1 2L1 6L4 6L4 2Z"><title>1 &lt; 2</title></path>"""
            + """<path class="frame" d="M1 2L1 6L4 6L4 2Z"/>"""));
    }

    [TestCase(HorizontalAlignment.Left, VerticalAlignment.Top, """<text x="10" y="32">&amp;</text>""")]
    [TestCase(HorizontalAlignment.Center, VerticalAlignment.Middle, """<text class="mid" x="10" y="24">&amp;</text>""")]
    [TestCase(HorizontalAlignment.Right, VerticalAlignment.Bottom, """<text class="end" x="10" y="17">&amp;</text>""")]
    public void DrawText_Aligned_StandsThere(HorizontalAlignment across, VerticalAlignment up, string expected)
    {
        var page = new PageRenderContext();
        page.DrawText(new(10, 20), "&", OxyColors.Undefined, "", 0, 0, 0, across, up, null);
        Assert.That(page.Content(), Is.EqualTo(expected));
    }
}
