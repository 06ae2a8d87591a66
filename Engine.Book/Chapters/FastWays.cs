using Scratch.Book.Drawing;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Book.Chapters;

/// <summary>Chapter 8: unfolding, two layouts, and Winograd's way.</summary>
internal static class FastWays
{
    private const int Channels = 2, Images = 4, Pixels = 4;

    private static readonly double[] _tile = [1, 2, 3, 4], _window = [2, -1, 1];
    private static readonly int[] _tiles = [2, 4];

    /// <summary>Numbers and pictures.</summary>
    public static void Fill(ChapterContent content)
    {
        FillUnfold(content);
        FillLayouts(content);
        FillWinograd(content);
    }

    private static void FillUnfold(ChapterContent content)
    {
        const double Cell = 30;
        Tensor<double> columns = Functional.Unfold(PencilExample.Input, PencilExample.Kernel);
        double[] output = PencilExample.Output();
        int rows = columns.Shape[1], places = columns.Shape[2], middle = PencilExample.Image.Length / 2;
        var canvas = new Canvas();
        canvas.Text(0, 14, "image", "label left").Cells(0, 24, PencilExample.Side, PencilExample.Side, Cell, (h, w) =>
            (Numbers.Whole(PencilExample.Image[h * PencilExample.Side + w]), h * PencilExample.Side + w == middle ? "t4" : "cell"));
        canvas.Arrow(104, 70, 126, 70);
        double x = 140;
        canvas.Text(x, 14, "unfolded: a column for each place", "label left");
        var middles = MiddleIn(columns);
        canvas.Cells(x, 24, rows, places, Cell, (row, place) =>
            (Numbers.Whole(columns[0, row, place]), middles.Contains((row, place)) ? "t4" : "cell"));
        double y = 24 + rows * Cell + 34;
        canvas.Text(0, y - 10, "weights as a row", "label left").Cells(0, y, 1, rows, Cell, (_, k) =>
            (Numbers.Whole(PencilExample.Weight[k]), $"t{k}"));
        canvas.Text(x, y - 10, "weights · columns + bias", "label left");
        canvas.Cells(x, y, 1, places, Cell, (_, place) => (Numbers.Whole(output[place]), "cell"));
        content.Set("unfold", canvas.Done(370, y + Cell + 1, "An image, its unfolded columns, the weights as a row, and their product"));
        content.Set("pixels", PencilExample.Image.Length);
        content.Set("unfolded", columns.Length);
        var layer = (Conv2d<float>)ModelCatalog.Build<float>("lesson", new(1, 28, 28), 10).Layers[0];
        Conv2dGeometry g = layer.Geometry(new(1, 28, 28));
        content.Set("first-pixels", g.InputPlane);
        content.Set("first-unfolded", g.WindowLength * g.OutputPlane);
        content.Set("first-times", Numbers.Fixed(g.WindowLength * g.OutputPlane / (double)g.InputPlane, 2));
    }

    // Where the pixel in the middle went: unfold an image that is zero everywhere else.
    private static HashSet<(int Row, int Place)> MiddleIn(Tensor<double> columns)
    {
        var image = new Tensor<double>(PencilExample.Input.Shape);
        image.Span[image.Length / 2] = 1;
        Tensor<double> lit = Functional.Unfold(image, PencilExample.Kernel);
        return [.. Enumerable.Range(0, columns.Shape[1]).SelectMany(row =>
            Enumerable.Range(0, columns.Shape[2]).Where(place => lit[0, row, place] != 0).Select(place => (row, place)))];
    }

    private static void FillLayouts(ChapterContent content)
    {
        const double Wide = 34, High = 22;
        content.Set("lanes", Lanes.Count);
        content.Set("small-images", Images);
        content.Set("small-channels", Channels);
        content.Set("small-pixels", Pixels);
        (string Text, string Style) Number(int image, int channel, int pixel) => ($"{(char)('a' + channel)}{pixel}", $"t{image}");
        var lanes = new Canvas();
        const double Top = 42, x = 234;
        lanes.Text(0, 14, "lanes", "head left").Text(0, 32, "a row: a pixel of all images", "label left");
        for (int c = 0; c < Channels; c++)
            for (int p = 0; p < Pixels; p++)
                for (int n = 0; n < Images; n++) Cell(lanes, n * Wide, Top + (c * Pixels + p) * High, Number(n, c, p));
        lanes.Text(x, 14, "channels-last", "head left").Text(x, 32, "a row: a pixel of one image", "label left");
        for (int n = 0; n < Images; n++)
            for (int p = 0; p < Pixels; p++)
                for (int c = 0; c < Channels; c++) Cell(lanes, x + c * Wide, Top + (n * Pixels + p) * High, Number(n, c, p));
        for (int n = 0; n < Images; n++)
            lanes.Rect(0.5, Top + 226.5 + n * 26, 20, 16, $"t{n}").Text(28, Top + 239 + n * 26, $"image {n + 1}", "label left");
        lanes.Arrow(150, Top + 6, 150, Top + Channels * Pixels * High - 4).Text(158, Top + 88, "memory", "small left");
        lanes.Arrow(x + Channels * Wide + 14, Top + 6, x + Channels * Wide + 14, Top + Images * Pixels * High - 4)
            .Text(x + Channels * Wide + 22, Top + 176, "memory", "small left");
        content.Set("layouts", lanes.Done(430, Top + Images * Pixels * High + 2,
            "The same numbers in two orders: images side by side, or channels side by side"));

        const double Box = 26;
        var products = new Canvas();
        void Product(double y, string title, string one, string many, string what, string style)
        {
            products.Text(0, y + 14, title, "head left");
            products.Cell(0, y + 26, 92, Box, one, "t6").Text(106, y + 44, "·", "n big");
            for (int i = 0; i < 8; i++) products.Rect(120 + i * Box, y + 26.5, Box, Box - 1, style == "images" ? $"t{i % 4}" : "t5");
            products.Text(120, y + 70, many, "label left").Text(344, y + 44, "added to", "label left");
            for (int i = 0; i < 8; i++) products.Rect(120 + i * Box, y + 84.5, Box, Box - 1, style == "images" ? $"t{i % 4}" : "t5");
            products.Text(120, y + 128, what, "label left");
        }
        Product(0, "lanes", "one weight", "one pixel of many images", "one output of the same images", "images");
        Product(150, "channels-last", "one pixel", "its weights to many channels", "one output's many channels", "channels");
        content.Set("products", products.Done(404, 284, "The innermost step in both layouts: one number times a vector, added to a vector"));

        static void Cell(Canvas canvas, double x, double y, (string Text, string Style) number) =>
            canvas.Rect(x + 0.5, y + 0.5, Wide - 1, High - 1, number.Style).Text(x + Wide / 2, y + 15.5, number.Text);
    }

    private static void FillWinograd(ChapterContent content)
    {
        double[] sums = Times(WinogradMatrices.Input(2), _tile), weights = Times(WinogradMatrices.Weight(2), _window);
        double[] products = [.. sums.Zip(weights, (s, w) => s * w)], outputs = Times(WinogradMatrices.Output(2), products);
        double[] direct = [.. Enumerable.Range(0, 2).Select(o => _window.Select((w, k) => w * _tile[o + k]).Sum())];
        if (!outputs.SequenceEqual(direct)) throw new InvalidOperationException("Winograd's way and the definition disagree.");
        content.Set("tile", string.Join(", ", _tile.Select(Numbers.Whole)));
        content.Set("window", string.Join(", ", _window.Select(Numbers.Whole)));
        content.Set("direct", string.Join('\n', direct.Select((y, o) =>
            $"y{o} = {string.Join(" + ", _window.Select((w, k) => $"{Numbers.Whole(_tile[o + k])}·{Factor(w)}"))} = {Numbers.Whole(y)}")));
        content.Set("direct-products", direct.Length * _window.Length);
        content.Set("winograd-products", products.Length);
        content.Set("flow", Flow(sums, weights, products, outputs));
        content.Set("sizes", string.Join('\n', _tiles.Select(outs =>
        {
            int size = WinogradMatrices.Input(outs).GetLength(0), definition = outs * outs * 9;
            string saved = Numbers.Fixed(definition / (double)(size * size), 2);
            return $"| F({outs}x{outs}, 3x3) | {size}x{size} | {size * size} | {definition} | {saved} |";
        })));
    }

    private static Figure Flow(double[] sums, double[] weights, double[] products, double[] outputs)
    {
        string[] sumNames = ["d2 − d0", "d1 + d2", "d2 − d1", "d3 − d1"];
        string[] weightNames = ["−g0", "(g0 + g1 + g2)/2", "(g0 − g1 + g2)/2", "g2"];
        const double Row = 46, Box = 30;
        var canvas = new Canvas();
        canvas.Text(0, 14, "sums of d", "label left").Text(142, 14, "sums of g", "label left").Text(318, 14, "products", "label left");
        for (int i = 0; i < sums.Length; i++)
        {
            double y = 26 + i * Row;
            canvas.Text(0, y + 19, sumNames[i], "n left").Cell(66, y, Box, Box, Numbers.Whole(sums[i]), "t0").Text(117, y + 20, "·", "n big");
            canvas.Text(142, y + 19, weightNames[i], "n left").Cell(262, y, Box, Box, Numbers.Whole(weights[i]), "t1").Text(306, y + 20, "=");
            canvas.Cell(322, y, Box, Box, Numbers.Whole(products[i]), "t2").Text(366, y + 19, $"m{i}");
        }
        double below = 26 + 4 * Row + 8;
        canvas.Text(0, below + 19, $"y0 = m0 + m1 + m2 =", "n left").Cell(156, below, Box, Box, Numbers.Whole(outputs[0]), "cell");
        canvas.Text(208, below + 19, "y1 = m1 − m2 + m3 =", "n left").Cell(364, below, Box, Box, Numbers.Whole(outputs[1]), "cell");
        return canvas.Done(396, below + Box + 1, "Four products of sums, and two sums of products");
    }

    private static string Factor(double number) => number < 0 ? $"({Numbers.Whole(number)})" : Numbers.Whole(number);

    private static double[] Times(double[,] matrix, double[] vector) => [.. Enumerable.Range(0, matrix.GetLength(0)).Select(row =>
        vector.Select((x, column) => matrix[row, column] * x).Sum())];
}
