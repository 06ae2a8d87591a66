using Scratch.Book.Drawing;
using Scratch.Cli.Reports;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Book.Chapters;

/// <summary>Chapter 4: inputs against outputs, what pixels repeat of each other, and rank.</summary>
internal static class WastedWork
{
    private const int Digits = 500, Kept = 8;                                // images looked at; outputs of the lesson's first layer

    /// <summary>Numbers and pictures.</summary>
    public static void Fill(ChapterContent content)
    {
        FillRatios(content);
        FillDirections(content);
        FillRank(content);
    }

    private static void FillRatios(ChapterContent content)
    {
        LayerSummary small = First(content, "small", new(1, 8, 3)), usual = First(content, "usual", new(1, 8, 5));
        LayerSummary photos = First(content, "photos", new(3, 64, 7));
        content.Set("small", $"{small.Inputs}");
        content.Set("small-outputs", $"{small.Outputs}");
        content.Set("usual", $"{usual.Inputs}");
        content.Set("photos", $"{photos.Inputs}");
        content.Set("photos-outputs", $"{photos.Outputs}");
        List<(string, LayerSummary)> rows = [($"{content.Values["small-window"]} over grey", small),
            ($"{content.Values["usual-window"]} over grey", usual),
            ($"{content.Values["photos-window"]} over colours", photos)];
        ModelSummary summary = ModelSummary.Of(ModelCatalog.Build<float>("lesson", new(1, 28, 28), 10), new(1, 28, 28), 512);
        rows.AddRange(summary.Layers.Where(layer => layer.Weights > 0 && layer.SizeFormula.Length > 0).Skip(1)
            .Select(layer => ($"lesson, {layer.Path}", layer)));
        var canvas = new Canvas();
        const double Left = 122, Row = 40, Wide = 200;
        double most = rows.Max(row => row.Item2.Inputs);
        for (int i = 0; i < rows.Count; i++)
        {
            var (name, layer) = rows[i];
            double y = i * Row;
            canvas.Text(0, y + 18, name, "label left");
            canvas.Rect(Left, y + 2, layer.Inputs / most * Wide, 11, "t0").Rect(Left, y + 15, layer.Outputs / most * Wide, 11, "t1");
            canvas.Text(Left + Wide + 106, y + 18, $"{layer.Inputs} : {layer.Outputs} = {Numbers.Fixed(layer.Ratio, 1)}", "n end");
        }
        content.Set("ratios", canvas.Done(Left + Wide + 108, rows.Count * Row - 10,
            "Inputs and outputs of several layers as bars, with their ratios"));
    }

    private static LayerSummary First(ChapterContent content, string name, Conv2d<float> layer)
    {
        content.Set($"{name}-window", $"{layer.KernelSize.Height}x{layer.KernelSize.Width}");
        return ModelSummary.Of(new Sequential<float>(layer), new(layer.InChannels, 28, 28), 1).Layers[0];
    }

    private static void FillDirections(ChapterContent content)
    {
        PrincipalDirections small = DirectionsOf(content.Images.Train, 3), usual = DirectionsOf(content.Images.Train, 5);
        content.Set("digits", Digits);
        content.Set("eight-of-nine", Numbers.Percent(small.ShareOf(Kept)));
        content.Set("eight-of-twenty-five", Numbers.Percent(usual.ShareOf(Kept)));
        content.Set("one-of-nine", Numbers.Percent(small.ShareOf(1), 0));
        Line Shares(string name, string color, PrincipalDirections of) =>
            new(name, color, [.. Enumerable.Range(1, of.Variances.Length).Select(i => (double)i)],
            [.. Enumerable.Range(1, of.Variances.Length).Select(i => 100 * of.ShareOf(i))]) { HasMarks = true };
        var chart = new LineChart("How much of a window's numbers so many directions hold", "directions kept", "percent of the variance")
        {
            Lines =
            [
                new("", "s6", [Kept, Kept], [0, 100]) { IsDashed = true }, Shares("3x3", "s0", small), Shares("5x5", "s1", usual),
            ],
            Range = (0, 100),
        };
        content.Set("shares", Figure.Of(chart));
        const int Shown = 8, Kernel = 5;
        const double Cell = 13, Step = 106;
        var canvas = new Canvas();
        for (int i = 0; i < Shown; i++)
        {
            double x = i % 4 * Step + 0.5, y = i / 4 * Step, largest = usual.Directions[i].Max(Math.Abs);
            byte[] pixels = [.. usual.Directions[i].Select(w => (byte)Math.Clamp(Math.Round(127.5 + 126.5 * w / largest), 0, 254))];
            canvas.Image(x, y + 20, Kernel * Cell, Kernel * Cell, PngImage.OfPalette(Kernel, Kernel, pixels, ColorScale.Diverging, isStored: true));
            canvas.Text(x, y + 13, Numbers.Percent(usual.Variances[i] / usual.Variances.Sum()), "label left");
        }
        content.Set("directions", canvas.Done(3 * Step + Kernel * Cell + 26, 2 * Step - 18,
            "Eight small patterns: blots, edges, ridges and crosses"));
    }

    // Of what windows with stride 2 see on digits, blank ones too.
    private static PrincipalDirections DirectionsOf(Dataset images, int kernel)
    {
        int length = kernel * kernel;
        Shape shape = images.ImageShape;
        byte[] bytes = new byte[shape.Length];
        var (sums, products) = (new double[length], new double[length, length]);
        int windows = 0;
        for (int n = 0; n < Digits; n++)
        {
            images.CopyImage(n, bytes);
            var image = new Tensor<double>(shape.Prepend(1));
            for (int i = 0; i < bytes.Length; i++) image.Span[i] = bytes[i] / 255.0;
            Tensor<double> columns = Functional.Unfold(image, kernel, padding: kernel / 2, stride: 2);
            int positions = columns.Shape[2];
            for (int l = 0; l < positions; l++, windows++)
                for (int i = 0; i < length; i++)
                {
                    double at = columns.Span[i * positions + l];
                    if (at == 0) continue;
                    sums[i] += at;
                    for (int j = 0; j < length; j++) products[i, j] += at * columns.Span[j * positions + l];
                }
        }
        for (int i = 0; i < length; i++)
            for (int j = 0; j < length; j++) products[i, j] = products[i, j] / windows - sums[i] / windows * (sums[j] / windows);
        return new(products);
    }

    private static void FillRank(ChapterContent content)
    {
        var layer = new Conv2d<double>(3, 32, 3);
        layer.Initialize(Initialization.KaimingNormal, new RandomGenerator(42));
        LayerSummary summary = ModelSummary.Of(new Sequential<double>(layer), new(3, 9, 9), 1).Layers[0];
        int rows = layer.OutChannels, columns = summary.Inputs;
        var matrix = new double[rows, columns];
        for (int i = 0; i < layer.Weight.Shape.Length; i++) matrix[i / columns, i % columns] = layer.Weight.Value.Span[i];
        double[,] steps = Elimination.Steps(matrix, out int rank);
        content.Set("rank-window", $"{layer.KernelSize.Height}x{layer.KernelSize.Width}");
        content.Set("rank-outputs", rows);
        content.Set("rank-inputs", columns);
        content.Set("rank-left", rows - rank);
        content.Set("remark", summary.RankRemark);
        const double Pixel = 6;
        var canvas = new Canvas();
        double width = columns * Pixel, height = rows * Pixel, right = width + 62;
        canvas.Text(0, 13, $"{rows} windows over {columns} numbers", "label left").Image(0, 22, width, height, Picture(matrix));
        canvas.Arrow(width + 14, 22 + height / 2, right - 14, 22 + height / 2);
        canvas.Text(right, 13, $"after elimination: rank {rank}", "label left").Image(right, 22, width, height, Picture(steps));
        canvas.Rect(right + 1, 22 + rank * Pixel, width - 2, (rows - rank) * Pixel - 1, "o1");
        content.Set("elimination", canvas.Done(right + width + 22, height + 24,
            "A matrix of thirty-two rows, and the same in steps: its last five rows are empty"));
    }

    private static string Picture(double[,] matrix)
    {
        int rows = matrix.GetLength(0), columns = matrix.GetLength(1);
        byte[] pixels = new byte[rows * columns];
        double largest = Enumerable.Range(0, pixels.Length).Max(i => Math.Abs(matrix[i / columns, i % columns]));
        for (int i = 0; i < pixels.Length; i++)
        {
            double entry = matrix[i / columns, i % columns];
            pixels[i] = entry == 0 ? byte.MaxValue : (byte)Math.Clamp(Math.Round(127.5
                + 126.5 * Math.Sign(entry) * Math.Sqrt(Math.Abs(entry) / largest)), 0, 254);
        }
        return PngImage.OfPalette(columns, rows, pixels, ColorScale.Diverging, lastIsClear: true, isStored: true);
    }
}
