using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

public sealed class Im2ColTests
{
    private static ConvolutionCase[] Cases => ConvolutionCase.All;

    [Test]
    public void Unfold_ThreeByThreeImage_IsWhatAPencilSays()
    {
        // 1 2 3   Windows of 2x2: rows are the elements (0,0), (0,1), (1,0), (1,1), columns the four windows.
        // 4 5 6
        // 7 8 9
        double[] columns = new double[16];
        Im2Col.Unfold<double>(new(1, 1, new(3, 2), new(3, 2)), [1, 2, 3, 4, 5, 6, 7, 8, 9], columns);
        SumAssert.Exactly(columns, 1, 2, 4, 5, 2, 3, 5, 6, 4, 5, 7, 8, 5, 6, 8, 9);
    }

    [Test]
    public void Fold_ColumnsOfAnImage_AreThePixelsTimesTheirWindows()
    {
        // The same columns folded: corners lie in one window, edges in two, the middle in four; added to 100.
        double[] image = [100, 100, 100, 100, 100, 100, 100, 100, 100];
        Im2Col.Fold<double>(new(1, 1, new(3, 2), new(3, 2)), [1, 2, 4, 5, 2, 3, 5, 6, 4, 5, 7, 8, 5, 6, 8, 9], image);
        SumAssert.Exactly(image, 101, 104, 103, 108, 120, 112, 107, 116, 109);
    }

    [TestCaseSource(nameof(Cases))]
    public void Unfold_AnyShape_IsThePixelUnderEachElement(ConvolutionCase which)
    {
        Conv2dGeometry g = which.Geometry;
        var image = new GuardedBuffer<float>(RandomTensors.Values<float>(g.InputShape.Length, 1));
        var columns = new GuardedBuffer<float>(g.InChannels * g.KernelLength * g.OutputPlane);
        Im2Col.Unfold<float>(g, image.Span, columns.Span);
        float[] expected = new float[columns.Span.Length];
        for (int i = 0; i < expected.Length; i++)
        {
            int ow = i % g.Columns.Output, oh = i / g.Columns.Output % g.Rows.Output, row = i / g.OutputPlane;
            int h = g.Rows.Source(oh, row / g.Columns.Kernel % g.Rows.Kernel), w = g.Columns.Source(ow, row % g.Columns.Kernel);
            if (h >= 0 && w >= 0) expected[i] = image.Span[row / g.KernelLength * g.InputPlane + h * g.Columns.Input + w];
        }
        Assert.That(columns.Written(), Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(Cases))]
    public void Fold_AnyShape_IsTheAdjointOfUnfold(ConvolutionCase which)
    {
        // <Unfold(x), c> = <x, Fold(c)>
        Conv2dGeometry g = which.Geometry;
        double[] x = RandomTensors.Values<double>(g.InputShape.Length, 1);
        double[] c = RandomTensors.Values<double>(g.InChannels * g.KernelLength * g.OutputPlane, 2);
        double[] unfolded = new double[c.Length];
        var folded = new GuardedBuffer<double>(new double[x.Length]);
        Im2Col.Unfold<double>(g, x, unfolded);
        Im2Col.Fold<double>(g, c, folded.Span);
        Products.AssertEqual((unfolded, c), (x, folded.Written()));
    }
}
