using Scratch.Book.Drawing;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;

namespace Scratch.Book.Chapters;

/// <summary>Chapter 2: how many windows fit.</summary>
internal static class OutputSize
{
    private const double Side = 20, Left = 132;

    private static readonly WindowAxis _usual = new(8, 3);
    private static readonly int[] _kernels = [1, 2, 3, 5, 7];

    /// <summary>Numbers and pictures.</summary>
    public static void Fill(ChapterContent content)
    {
        content.Set("usual-input", _usual.Input);
        content.Set("usual-kernel", _usual.Kernel);
        content.Set("usual-output", _usual.Output);
        content.Set("usual-room", _usual.Input - _usual.Kernel);
        content.Set("first", Rows("One axis of eight pixels, and every place of a window of three", axis => $"n {axis.Input}, k {axis.Kernel}",
            [_usual]) with { Live = (AxisSliders.Html(_usual), AxisSliders.Script) });
        content.Set("kernel", Rows("The same axis under windows of one to seven pixels", axis => $"k = {axis.Kernel}",
            [.. _kernels.Select(kernel => _usual with { Kernel = kernel })]));
        content.Set("stride", Rows("The same window with strides of one to four", axis => $"stride {axis.Stride}",
            [.. Enumerable.Range(1, 4).Select(stride => _usual with { Stride = stride })]));
        content.Set("padding", Rows("The same window with paddings of none to three", axis => $"padding {axis.Padding}",
            [.. Enumerable.Range(0, 4).Select(padding => _usual with { Padding = padding })]));
        WindowAxis[] sizes = [.. Enumerable.Range(6, 5).Select(input => _usual with { Input = input, Stride = 2 })];
        content.Set("input", Rows("Images of six to ten pixels under a window of three with stride two", axis => $"n = {axis.Input}", sizes));
        content.Set("dilation", Rows("A window of three with its elements one, two and three pixels apart", axis => $"dilation {axis.Dilation}",
            [.. Enumerable.Range(1, 3).Select(dilation => _usual with { Dilation = dilation })]));
        WindowAxis dilated = _usual with { Dilation = 3 };
        content.Set("dilated-span", (int)dilated.Span);
        content.Set("dilated-formula", dilated.Formula);
        content.Set("formula", _usual.Formula);
        FillNetwork(content);
        FillTable(content);
    }

    private static void FillNetwork(ChapterContent content)
    {
        ModelSummary summary = ModelSummary.Of(ModelCatalog.Build<float>("lesson", new(1, 28, 28), 10), new(1, 28, 28), 512);
        LayerSummary[] convolutions = [.. summary.Layers.Where(layer => layer.SizeFormula.Length > 0 && layer.Weights > 0)];
        content.Set("lesson-rows", string.Join('\n', convolutions.Select(layer =>
            $"| {layer.Type} {layer.Path} | `{layer.SizeFormula}` | {string.Join('x', layer.OutputShape.Sizes.ToArray())} |")));
        var strip = new AxisStrip(13);
        var canvas = new Canvas();
        double y = 0, width = 0;
        var model = ModelCatalog.Build<float>("lesson", new(1, 28, 28), 10);
        var shape = new Scratch.Tensors.Shape(1, 28, 28);
        foreach (Layer<float> layer in model.Layers)
        {
            if (layer is Conv2d<float> && layer.Window(shape) is var (_, columns))
            {
                canvas.Text(0, y + 12, $"{columns.Input} pixels, {columns.Output} windows", "label left");
                strip.Draw(canvas, 0, y + 22, columns);
                width = Math.Max(width, strip.WidthOf(columns));
                y += 22 + strip.HeightOf(columns) + 18;
            }
            shape = layer.OutputShape(shape);
        }
        content.Set("network", canvas.Done(width, y - 18, "A row of the image on its way through the four convolutions of the lesson's network"));
    }

    // Which paddings halve an image, for windows of every size.
    private static void FillTable(ChapterContent content)
    {
        const int Input = 28, Kernels = 7, Paddings = 5;
        const double Cell = 44;
        int half = Input / 2;
        var canvas = new Canvas();
        for (int p = 0; p < Paddings; p++) canvas.Text(96 + (p + 0.5) * Cell, 14, $"pad {p}", "label mid");
        for (int k = 1; k <= Kernels; k++)
        {
            double y = 24 + (k - 1) * 30;
            canvas.Text(84, y + 19, $"window {k}", "label end");
            for (int p = 0; p < Paddings; p++)
            {
                var axis = new WindowAxis(Input, k, 2, p);
                canvas.Cell(96 + p * Cell, y, Cell, 30, $"{axis.Output}", axis.Output == half ? "t0" : "cell");
            }
        }
        content.Set("table-input", Input);
        content.Set("table-half", half);
        content.Set("table", canvas.Done(96 + Paddings * Cell + 1, 24 + Kernels * 30 + 1,
            "Output sizes for windows of one to seven and paddings of none to four"));
    }

    private static Figure Rows(string description, Func<WindowAxis, string> label, IReadOnlyList<WindowAxis> axes)
    {
        var strip = new AxisStrip(Side);
        var canvas = new Canvas();
        double y = 0, most = axes.Max(axis => axis.Padding) * Side, width = axes.Max(axis => most + (axis.Input + axis.EndPadding) * Side);
        foreach (WindowAxis axis in axes)
        {
            canvas.Text(0, y + 15, label(axis), "label left");
            canvas.Text(Left - 18, y + 15, $"{axis.Output}", "head end");
            strip.Draw(canvas, Left + most - axis.Padding * Side, y, axis);
            y += strip.HeightOf(axis) + 16;
        }
        return canvas.Done(Left + width, y - 18, description);
    }
}
