using Scratch.Kernels;

namespace Scratch.Book.Drawing;

/// <summary>One axis of an image with the windows that slide along it: pixels as boxes, padding dashed, below them each window as a bar.</summary>
/// <param name="side">Of a pixel's box.</param>
internal sealed class AxisStrip(double side)
{
    private const double Bar = 6, Gap = 4;

    /// <summary>How wide it is drawn.</summary>
    public double WidthOf(WindowAxis axis) => (axis.Input + axis.Padding + axis.EndPadding) * side;

    /// <summary>How high.</summary>
    public double HeightOf(WindowAxis axis) => side + Gap + Levels(axis) * (Bar + Gap);

    /// <summary>Draws it.</summary>
    /// <param name="canvas">Onto what.</param>
    /// <param name="x">The left edge of the padding.</param>
    /// <param name="y">Its top.</param>
    /// <param name="axis">What to draw.</param>
    public void Draw(Canvas canvas, double x, double y, WindowAxis axis)
    {
        HashSet<int> read = [.. axis.Taps().Select(tap => tap.Input)];
        for (int i = -axis.Padding; i < axis.Input + axis.EndPadding; i++)
        {
            string style = i < 0 || i >= axis.Input ? "pad" : read.Contains(i) ? "cell" : "t7";
            canvas.Rect(x + (i + axis.Padding) * side + 0.5, y + 0.5, side - 1, side - 1, style);
        }
        int levels = Levels(axis);
        for (int o = 0; o < axis.Output; o++)
        {
            double top = y + side + Gap + o % levels * (Bar + Gap);
            for (int k = 0; k < axis.Kernel; k++)
                canvas.Rect(x + (o * axis.Stride + k * axis.Dilation) * side + 1.5, top, side - 3, Bar, "fill o" + o % 4, 2);
            if (axis.Kernel > 1)
                canvas.Line(x + o * axis.Stride * side + 2, top + Bar / 2, x + (o * axis.Stride + axis.Span) * side - 2, top + Bar / 2, $"o{o % 4}");
        }
    }

    // As few rows of bars as keep windows that overlap apart, one more where they would touch.
    private static int Levels(WindowAxis axis) => (int)Math.Min(Math.Max((axis.Span + axis.Stride - 1) / axis.Stride, 1), Math.Max(axis.Output, 1));
}
