using Scratch.Book.Drawing;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Book.Chapters;

/// <summary>Chapter 7: the gradients of a convolution, by pencil.</summary>
internal static class WayBack
{
    private const double Side = 28;
    private const int Kernel = PencilExample.Kernel, Image = PencilExample.Side;

    private static readonly Conv2dGeometry _geometry = PencilExample.Geometry;
    private static readonly double[] _gradOutput = [1, -1, 2, 3];

    private static int Out => PencilExample.Out;

    /// <summary>Numbers and pictures.</summary>
    public static void Fill(ChapterContent content)
    {
        double[] gradInput = GradInput(PencilExample.Weight), gradWeight = new double[PencilExample.Weight.Length], gradBias = new double[1];
        Conv2dNaive.BackwardWeight<double>(_geometry, PencilExample.Image, _gradOutput, gradWeight);
        Conv2dNaive.BackwardBias<double>(_geometry, _gradOutput, gradBias);
        content.Set("grad-bias", Numbers.Whole(gradBias[0]));
        content.Set("bias-sum", string.Join(" + ", _gradOutput.Select(Signed)));
        content.Set("image-side", Image);
        content.Set("kernel-side", Kernel);
        content.Set("given", Given());
        content.Set("weights", Weights(gradWeight));
        content.Set("stamps", Stamps(gradInput));
        content.Set("slide", Slide(gradInput));
        content.Set("matrix", Matrix(gradInput));
        content.Set("rows", Nudges(gradInput));
        FillStride(content);
    }

    private static double[] GradInput(double[] weight)
    {
        double[] gradInput = new double[PencilExample.Image.Length];
        Conv2dNaive.BackwardInput<double>(_geometry, _gradOutput, weight, gradInput);
        return gradInput;
    }

    private static Figure Given()
    {
        var canvas = new Canvas();
        canvas.Text(0, 14, "image x", "label left").Cells(0, 24, Image, Image, Side, (h, w) =>
            (Numbers.Whole(PencilExample.Image[h * Image + w]), "cell"));
        canvas.Text(116, 14, "window w", "label left").Cells(116, 24, Kernel, Kernel, Side, (h, w) =>
            (Numbers.Whole(PencilExample.Weight[h * Kernel + w]), $"t{h * Kernel + w}"));
        double[] output = PencilExample.Output();
        canvas.Text(214, 14, "output y", "label left").Cells(214, 24, Out, Out, Side, (h, w) => (Numbers.Whole(output[h * Out + w]), "cell"));
        canvas.Text(312, 14, "gradient g by y", "label left").Cells(312, 24, Out, Out, Side, (h, w) =>
            (Numbers.Whole(_gradOutput[h * Out + w]), "t5"));
        return canvas.Done(412, 110, "An image, a window, the output, and the gradient of the loss by the output");
    }

    // The gradient lies on the image where a weight's pixels lie.
    private static Figure Weights(double[] gradWeight)
    {
        var canvas = new Canvas();
        for (int k = 0; k < gradWeight.Length; k++)
        {
            int kh = k / Kernel, kw = k % Kernel;
            double x = kw * 218, y = kh * 140;
            canvas.Cells(x, y, Image, Image, Side, (h, w) => (Numbers.Whole(PencilExample.Image[h * Image + w]),
                h - kh is >= 0 and < 2 && w - kw is >= 0 and < 2 ? "t5" : "cell"));
            canvas.Text(x + 100, y + 22, "gradient by", "small left").Cell(x + 168, y + 5, 26, 26, Numbers.Whole(PencilExample.Weight[k]), $"t{k}");
            canvas.Text(x + 100, y + 54, $"= {Numbers.Whole(gradWeight[k])}", "big left");
            canvas.Text(x, y + 3 * Side + 19, string.Join(" + ", Enumerable.Range(0, _gradOutput.Length).Select(o =>
                $"{Signed(_gradOutput[o])}·{Numbers.Whole(PencilExample.Image[(kh + o / Out) * Image + kw + o % Out])}")), "small left");
        }
        return canvas.Done(430, 250, "The gradient as a window at its four places over the image, with the sums");
    }

    // Each output sends its gradient back through the window it came from.
    private static Figure Stamps(double[] gradInput)
    {
        const double Cell = 26, Step = 104;
        var canvas = new Canvas();
        for (int o = 0; o < _gradOutput.Length; o++)
        {
            int oh = o / Out, ow = o % Out;
            double x = o * Step;
            canvas.Text(x, 14, $"g = {Numbers.Whole(_gradOutput[o])}", "label left");
            canvas.Cells(x, 24, Image, Image, Cell, (h, w) => h - oh is >= 0 and < 2 and var kh && w - ow is >= 0 and < 2 and var kw
                ? (Numbers.Whole(_gradOutput[o] * PencilExample.Weight[kh * Kernel + kw]), $"t{kh * Kernel + kw}") : ("", "none"));
            if (o > 0) canvas.Text(x - 13, 68, "+");
        }
        const double Below = 124;
        canvas.Text(0, Below + 44, "gradient by x, added up", "label left").Arrow(172, Below + 40, 194, Below + 40);
        canvas.Cells(2 * Step + 12, Below, Image, Image, Cell, (h, w) => (Numbers.Whole(gradInput[h * Image + w]), "cell"));
        return canvas.Done(3 * Step + 3 * Cell + 1, Below + 3 * Cell + 1,
            "Four windows, each times one gradient, laid where they came from and added up");
    }

    // The same by a window that slides: the gradient with zeros around it, the window turned.
    private static Figure Slide(double[] gradInput)
    {
        const double Cell = 26;
        int padded = Out + 2 * (Kernel - 1);
        double[] turned = [.. PencilExample.Weight.Reverse()];
        var canvas = new Canvas();
        canvas.Text(0, 14, "g, zeros around it", "label left").Cells(0, 24, padded, padded, Cell, (h, w) =>
            h - 1 is >= 0 and < 2 and var oh && w - 1 is >= 0 and < 2 and var ow ? (Numbers.Whole(_gradOutput[oh * Out + ow]), "t5") : ("0", "pad"));
        canvas.Text(138, 14, "window, turned", "label left").Cells(148, 50, Kernel, Kernel, Cell, (h, w) =>
            (Numbers.Whole(turned[h * Kernel + w]), $"t{3 - (h * Kernel + w)}"));
        canvas.Text(228, 82, "=", "n big").Text(252, 14, "gradient by x", "label left");
        canvas.Cells(252, 37, Image, Image, Cell, (h, w) => (Numbers.Whole(gradInput[h * Image + w]), h == 1 && w == 1 ? "t4" : "cell"));
        string sum = string.Join(" + ", Enumerable.Range(0, turned.Length).Select(k => $"{Signed(turned[k])}·{Signed(_gradOutput[k])}"));
        canvas.Text(0, 154, $"in the middle: {sum} = {Numbers.Whole(gradInput[4])}", "label left");
        return canvas.Done(340, 160, "The gradient with a rim of zeros, the window turned by half a circle, and their convolution");
    }

    private static Figure Matrix(double[] gradInput)
    {
        const double Cell = 27;
        Tensor<double> matrix = PencilExample.Layer().ToMatrix(new(1, Image, Image));
        int rows = matrix.Shape[1], columns = matrix.Shape[0];
        double top = (rows - columns) * Cell / 2;
        var canvas = new Canvas();
        canvas.Cells(0, 0, rows, columns, Cell, (row, column) => matrix[column, row] == 0 ? ("", "none")
            : (Numbers.Whole(matrix[column, row]), $"t{Array.IndexOf(PencilExample.Weight, matrix[column, row])}"));
        double x = columns * Cell + 26;
        canvas.Text(x - 13, rows * Cell / 2 + 5, "·", "n big");
        canvas.Cells(x, top, columns, 1, Cell, (row, _) => (Numbers.Whole(_gradOutput[row]), "t5"));
        canvas.Text(x + Cell + 20, rows * Cell / 2 + 5, "=", "n big");
        canvas.Cells(x + Cell + 40, 0, rows, 1, Cell, (row, _) => (Numbers.Whole(gradInput[row]), "cell"));
        return canvas.Done(x + 2 * Cell + 41, rows * Cell + 1, "The matrix of the convolution on its side, times the gradient as one column");
    }

    // The loss here is the sum of g·y. It is linear in every pixel, so raising one by 1 moves it by exactly the gradient.
    private static string Nudges(double[] gradInput) => string.Join('\n', Enumerable.Range(0, gradInput.Length).Select(i =>
    {
        double[] nudged = [.. PencilExample.Image];
        nudged[i]++;
        double before = LossOf(PencilExample.Image), after = LossOf(nudged);
        return $"| {Numbers.Whole(PencilExample.Image[i])}\u00a0→\u00a0{Numbers.Whole(nudged[i])} (row {i / Image + 1}, column {i % Image + 1}) "
            + $"| {Numbers.Whole(before)}\u00a0→\u00a0{Numbers.Whole(after)} | {Numbers.Whole(after - before)} | {Numbers.Whole(gradInput[i])} |";
    }));

    private static double LossOf(double[] image)
    {
        double[] output = new double[_gradOutput.Length];
        Conv2dNaive.Forward<double>(_geometry, image, PencilExample.Weight, [PencilExample.Bias], output);
        return output.Zip(_gradOutput, (y, g) => y * g).Sum();
    }

    private static void FillStride(ChapterContent content)
    {
        const int Stride = 2, Window = 3, Input = 5;
        const double Cell = 24;
        var axis = new WindowAxis(Input, Window, Stride);
        var layer = new Conv2d<double>(1, 1, Window, Stride, bias: false);
        double[] weight = [1, 2, 1, 0, 1, 0, -1, -2, -1];
        weight.CopyTo(layer.Weight.Value.Span);
        double[] gradInput = new double[Input * Input];
        Conv2dNaive.BackwardInput<double>(new(1, 1, axis, axis), _gradOutput, weight, gradInput);
        int spread = (axis.Output - 1) * Stride + 1, padded = spread + 2 * (Window - 1);
        var canvas = new Canvas();
        canvas.Text(0, 14, "g, spread and padded", "label left").Cells(0, 24, padded, padded, Cell, (h, w) =>
        {
            int oh = h - (Window - 1), ow = w - (Window - 1);
            if (oh < 0 || ow < 0 || oh >= spread || ow >= spread) return ("0", "pad");
            return oh % Stride == 0 && ow % Stride == 0 ? (Numbers.Whole(_gradOutput[oh / Stride * axis.Output + ow / Stride]), "t5") : ("0", "none");
        });
        double x = padded * Cell + 14;
        canvas.Text(x, 14, "turned", "label left").Cells(x, 72, Window, Window, Cell, (h, w) => (Numbers.Whole(weight[8 - (h * Window + w)]), "t0"));
        x += Window * Cell + 24;
        canvas.Text(x - 12, 112, "=", "n big").Text(x, 14, "gradient by x", "label left").Cells(x, 48, Input, Input, Cell, (h, w) =>
            (Numbers.Whole(gradInput[h * Input + w]), "cell"));
        content.Set("stride-side", Input);
        content.Set("stride", canvas.Done(x + Input * Cell + 1, padded * Cell + 26,
            "The gradient with zeros between its numbers and around them, a window turned by half a circle, and their convolution"));
    }

    private static string Signed(double number) => number < 0 ? $"({Numbers.Whole(number)})" : Numbers.Whole(number);
}
