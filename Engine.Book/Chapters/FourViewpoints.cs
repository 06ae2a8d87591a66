using Scratch.Book.Drawing;
using Scratch.Cli.Reports;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Book.Chapters;

/// <summary>Chapter 1: window, equations, graph and matrix, of the same few numbers.</summary>
internal static class FourViewpoints
{
    private const double Side = 28;
    private const int BandSide = 8, BandKernel = 3;

    private static readonly Conv2dGeometry _geometry = PencilExample.Geometry;

    /// <summary>Numbers and pictures.</summary>
    public static void Fill(ChapterContent content)
    {
        Tensor<double> matrix = PencilExample.Layer().ToMatrix(new(1, PencilExample.Side, PencilExample.Side));
        content.Set("pixels", PencilExample.Image.Length);
        content.Set("weights", PencilExample.Weight.Length);
        content.Set("positions", _geometry.OutputPlane);
        content.Set("dense-weights", matrix.Length);
        content.Set("nonzero", NonZero(matrix));
        content.Set("ways", Ways(matrix));
        content.Set("window", Window());
        content.Set("equations", Equations());
        content.Set("graph", Graph());
        content.Set("matrix", Matrix(matrix));
        FillLayer(content);
        FillBand(content);
    }

    // The lesson's first layer as a matrix.
    private static void FillLayer(ChapterContent content)
    {
        var image = new Shape(1, 28, 28);
        var layer = (Conv2d<float>)ModelCatalog.Build<float>("lesson", image, 10).Layers[0];
        Tensor<float> matrix = layer.ToMatrix(image);
        int nonZero = 0;
        foreach (float entry in matrix.Span) nonZero += entry == 0 ? 0 : 1;
        content.Set("first-image", $"{image[1]}x{image[2]}");
        content.Set("first-rows", matrix.Shape[0]);
        content.Set("first-columns", matrix.Shape[1]);
        content.Set("first-entries", matrix.Length);
        content.Set("first-nonzero", nonZero);
        content.Set("first-weights", layer.Weight.Shape.Length);
        content.Set("first-megabytes", Numbers.Fixed(matrix.Length * sizeof(float) / 1e6, 1));
        content.Set("first-bytes", layer.Weight.Shape.Length * sizeof(float));
    }

    private static void FillBand(ChapterContent content)
    {
        var image = new Shape(1, BandSide, BandSide);
        var layer = new Conv2d<double>(1, 1, BandKernel, padding: 1);
        double[] weight = [.. Enumerable.Range(1, BandKernel * BandKernel).Select(i => (double)i)];
        weight.CopyTo(layer.Weight.Value.Span);
        Tensor<double> matrix = layer.ToMatrix(image);
        byte[] pixels = new byte[matrix.Length];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = matrix.Span[i] == 0 ? byte.MaxValue
            : (byte)Math.Round(70 + (matrix.Span[i] - 1) / (weight.Length - 1) * 180);
        const double Shown = 384;
        var canvas = new Canvas();
        canvas.Image(1, 1, Shown, Shown, PngImage.OfPalette(matrix.Shape[1], matrix.Shape[0], pixels, ColorScale.Viridis, lastIsClear: true,
            isStored: true)).Rect(0.5, 0.5, Shown + 1, Shown + 1, "wire");
        content.Set("band-kernel", $"{BandKernel}x{BandKernel}");
        content.Set("band-image", $"{BandSide}x{BandSide}");
        content.Set("band-zeros", Numbers.Percent(1 - NonZero(matrix) / (double)matrix.Length, 0));
        content.Set("bands", canvas.Done(Shown + 2, Shown + 2, "The matrix of a larger convolution: narrow slanted bands, and nothing between them"));
    }

    private static int NonZero(Tensor<double> matrix) => matrix.Span.ToArray().Count(entry => entry != 0);

    private static Figure Window()
    {
        double[] output = PencilExample.Output();
        var canvas = new Canvas();
        canvas.Text(0, 18, "image", "label left").Cells(0, 28, PencilExample.Side, PencilExample.Side, Side, (row, column) =>
            (Pixel(row, column), "cell"));
        canvas.Text(150, 18, "window", "label left").Cells(150, 28, PencilExample.Kernel, PencilExample.Kernel, Side, (row, column) =>
            (Weight(row, column), $"t{row * PencilExample.Kernel + column}"));
        canvas.Text(280, 18, "bias", "label left").Cell(280, 28, Side, Side, Numbers.Whole(PencilExample.Bias), "cell");
        for (int position = 0; position < output.Length; position++)
        {
            int oh = position / PencilExample.Out, ow = position % PencilExample.Out;
            double x = ow * 218, y = 150 + oh * 142;
            canvas.Cells(x, y, PencilExample.Side, PencilExample.Side, Side, (row, column) => (Pixel(row, column), TapAt(oh, ow, row, column)));
            canvas.Text(x + 100, y + 34, "sum + bias", "small left").Text(x + 100, y + 54, $"= {Numbers.Whole(output[position])}", "big left");
            canvas.Text(x, y + 3 * Side + 20, Sum(oh, ow), "small left");
        }
        return canvas.Done(430, 416, "The window at its four places over the image, each with the sum of its products");
    }

    private static Figure Equations()
    {
        double[] output = PencilExample.Output();
        var canvas = new Canvas();
        for (int position = 0; position < output.Length; position++)
        {
            int oh = position / PencilExample.Out, ow = position % PencilExample.Out;
            double y = position * 42;
            canvas.Cell(0, y, 34, Side, Numbers.Whole(output[position]), "cell").Text(46, y + 19, "=");
            for (int k = 0; k < PencilExample.Weight.Length; k++)
            {
                double x = 60 + k * 82;
                canvas.Cell(x, y, 30, Side, Numbers.Whole(PencilExample.Weight[k]), $"t{k}").Text(x + 37, y + 19, "·")
                    .Text(x + 52, y + 19, Pixel(oh + k / PencilExample.Kernel, ow + k % PencilExample.Kernel)).Text(x + 71, y + 19, "+");
            }
            canvas.Text(60 + 4 * 82 + 6, y + 19, Numbers.Whole(PencilExample.Bias));
        }
        return canvas.Done(404, 4 * 42 - 13, "Four equations of four products each; a colour is a weight, and every equation has all four");
    }

    private static Figure Graph()
    {
        const double Step = 32, Left = 30, Right = 330;
        double[] output = PencilExample.Output();
        var canvas = new Canvas();
        double Input(int i) => 20 + i * Step;
        double Output(int i) => 20 + Step + i * 2 * Step;
        foreach (var (row, column, k, to) in Arrows())
            canvas.Line(Left + 14, Input(row * PencilExample.Side + column), Right - 16, Output(to), $"o{k}");
        for (int i = 0; i < PencilExample.Image.Length; i++)
            canvas.Circle(Left, Input(i), 14, "cell").Text(Left, Input(i) + 4.5, Numbers.Whole(PencilExample.Image[i]));
        for (int i = 0; i < output.Length; i++)
            canvas.Circle(Right, Output(i), 16, "cell").Text(Right, Output(i) + 4.5, Numbers.Whole(output[i]));
        for (int k = 0; k < PencilExample.Weight.Length; k++)
            canvas.Line(372, 90 + k * 26, 392, 90 + k * 26, $"o{k} heavy").Text(412, 94.5 + k * 26, Numbers.Whole(PencilExample.Weight[k]));
        return canvas.Done(430, 296, "Nine pixels on the left, four outputs on the right, sixteen arrows in four colours");
    }

    private static Figure Matrix(Tensor<double> matrix)
    {
        double[] output = PencilExample.Output();
        const double Cell = 27;
        int rows = matrix.Shape[0], columns = matrix.Shape[1];
        double top = (columns - rows) * Cell / 2, x = columns * Cell + 26;
        var canvas = new Canvas();
        canvas.Cells(0, top, rows, columns, Cell, (row, column) => matrix[row, column] == 0 ? ("", "none")
            : (Numbers.Whole(matrix[row, column]), $"t{Array.IndexOf(PencilExample.Weight, matrix[row, column])}"));
        canvas.Text(x - 13, top + rows * Cell / 2 + 5, "·", "n big");
        canvas.Cells(x, 0, columns, 1, Cell, (row, _) => (Numbers.Whole(PencilExample.Image[row]), "cell"));
        canvas.Text(x + Cell + 22, top + rows * Cell / 2 + 5, $"+ {Numbers.Whole(PencilExample.Bias)}  =");
        canvas.Cells(x + Cell + 46, top, rows, 1, Cell, (row, _) => (Numbers.Whole(output[row]), "cell"));
        return canvas.Done(x + Cell + 46 + Cell + 1, columns * Cell + 1, "A matrix of four rows and nine columns times the image as one column");
    }

    /// <summary>Every product: the pixel, the weight, the output.</summary>
    private static IEnumerable<(int Row, int Column, int Weight, int Output)> Arrows() => _geometry.Rows.Taps().SelectMany(y =>
        _geometry.Columns.Taps().Select(x =>
            (y.Input, x.Input, y.Kernel * PencilExample.Kernel + x.Kernel, y.Output * PencilExample.Out + x.Output)));

    private static string Ways(Tensor<double> matrix)
    {
        ReadOnlySpan<double> image = PencilExample.Image;
        double[] equations = new double[_geometry.OutputPlane], graph = new double[equations.Length], product = new double[equations.Length];
        Tensor<double> columns = Functional.Unfold(PencilExample.Input, PencilExample.Kernel);
        for (int i = 0; i < equations.Length; i++)
        {
            equations[i] = graph[i] = product[i] = PencilExample.Bias;
            for (int k = 0; k < PencilExample.Weight.Length; k++) equations[i] += PencilExample.Weight[k] * columns[0, k, i];
            for (int j = 0; j < image.Length; j++) product[i] += matrix[i, j] * image[j];
        }
        foreach (var (row, column, k, to) in Arrows()) graph[to] += PencilExample.Weight[k] * image[row * PencilExample.Side + column];
        var model = new Sequential<double>(PencilExample.Layer());
        double[] engine = [.. model.Infer(PencilExample.Input).Span];
        return $"""
            | seen as | asked of | the four outputs |
            |---|---|---|
            | window | `Conv2dNaive.Forward` | {Join(PencilExample.Output())} |
            | equations | `Functional.Unfold`, then a product for each column | {Join(equations)} |
            | graph | `WindowAxis.Taps`, one addition for each arrow | {Join(graph)} |
            | matrix | `Conv2d.ToMatrix`, times the image | {Join(product)} |
            | a layer | `Sequential.Infer`, the way a network runs | {Join(engine)} |
            """;
    }

    private static string Join(double[] numbers) => string.Join(", ", numbers.Select(Numbers.Whole));

    private static string Pixel(int row, int column) => Numbers.Whole(PencilExample.Image[row * PencilExample.Side + column]);

    private static string Weight(int row, int column) => Numbers.Whole(PencilExample.Weight[row * PencilExample.Kernel + column]);

    private static string TapAt(int oh, int ow, int row, int column) =>
        row - oh is >= 0 and < PencilExample.Kernel and var kh && column - ow is >= 0 and < PencilExample.Kernel and var kw
            ? $"t{kh * PencilExample.Kernel + kw}" : "cell";

    private static string Sum(int oh, int ow) => string.Join(" + ", Enumerable.Range(0, PencilExample.Weight.Length).Select(k =>
    {
        double weight = PencilExample.Weight[k];
        string number = weight < 0 ? $"({Numbers.Whole(weight)})" : Numbers.Whole(weight);
        return $"{number}·{Pixel(oh + k / PencilExample.Kernel, ow + k % PencilExample.Kernel)}";
    }));
}
