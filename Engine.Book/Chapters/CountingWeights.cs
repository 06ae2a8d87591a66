using Scratch.Book.Drawing;
using Scratch.Cli.Reports;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Book.Chapters;

/// <summary>Chapter 3: the lesson's count of weights, and the engine's.</summary>
internal static class CountingWeights
{
    private static readonly Shape _image = new(1, 28, 28);

    /// <summary>Numbers and pictures.</summary>
    public static void Fill(ChapterContent content)
    {
        Model<float> lesson = ModelCatalog.Build<float>("lesson", _image, 10), grouped = ModelCatalog.Build<float>("grouped", _image, 10);
        ModelSummary full = ModelSummary.Of(lesson, _image, 512), few = ModelSummary.Of(grouped, _image, 512);
        content.Set("lesson-count", Numbers.Grouped(full.LessonCount));
        content.Set("weights", Numbers.Grouped(full.Weights));
        content.Set("biases", Numbers.Grouped(full.Biases));
        content.Set("parameters", Numbers.Grouped(full.Weights + full.Biases));
        content.Set("grouped-weights", Numbers.Grouped(few.Weights));
        content.Set("times", Numbers.Fixed(full.Weights / (double)full.LessonCount, 1));
        content.Set("multiply-adds", Numbers.Grouped(full.MultiplyAdds));
        content.Set("grouped-multiply-adds", Numbers.Grouped(few.MultiplyAdds));
        content.Set("per-weight", Numbers.Fixed(full.MultiplyAdds / (double)full.Weights, 0));
        content.Set("rows", string.Join('\n', full.Layers.Where(layer => layer.Weights > 0).Select(layer => Row(layer, lesson))));
        LayerSummary second = full.Layers.Where(layer => layer.Weights > 0).ElementAt(1);
        var convolution = (Conv2d<float>)lesson.Layers.Where(layer => layer.Parameters.Count > 0).ElementAt(1);
        content.Set("second-in", convolution.InChannels);
        content.Set("second-out", convolution.OutChannels);
        content.Set("second-kernel", $"{convolution.KernelSize.Height}x{convolution.KernelSize.Width}");
        content.Set("second-window", second.Inputs);
        content.Set("second-pixels", convolution.KernelSize.Height * convolution.KernelSize.Width);
        content.Set("second-weights", Numbers.Grouped(second.Weights));
        content.Set("second-lesson", Numbers.Grouped(second.LessonCount));
        lesson.Initialize(Initialization.KaimingNormal, seed: 42);
        content.Set("all", Everything(lesson));
        content.Set("channels", Channels(convolution));
    }

    private static string Row(LayerSummary layer, Model<float> model)
    {
        Layer<float> of = model.Layers.Single(one => one.Path == layer.Path);
        string product = of is Conv2d<float> c ? $"{c.KernelSize.Height}·{c.KernelSize.Width}·{c.InChannels}·{c.OutChannels}"
            : $"{layer.Inputs}·{layer.Outputs}";
        string lesson = of is Conv2d<float> d ? $"{d.KernelSize.Height}·{d.KernelSize.Width}·{d.OutChannels}" : $"{layer.Inputs}·{layer.Outputs}";
        return $"| {layer.Type} {layer.Path} | {lesson} = {Numbers.Grouped(layer.LessonCount)} | {product} = {Numbers.Grouped(layer.Weights)} "
            + $"| {Numbers.Grouped(layer.Biases)} |";
    }

    // Every weight of the network as a pixel: of each convolution a row of windows for every output channel, a column for every input channel.
    private static Figure Everything(Model<float> model)
    {
        const double Pixel = 2.05, Edge = 2, Gap = 22, Head = 20, Wide = 424;
        var canvas = new Canvas();
        double x = Edge, y = 0, tallest = 0;
        foreach (Layer<float> layer in model.Layers.Where(layer => layer.Parameters.Count > 0))
        {
            int[] shape = layer.Parameters[0].Shape.Sizes.ToArray();
            bool isFlat = shape.Length == 2;                                 // of the linear layer: a weight for each pair, drawn larger
            if (isFlat) shape = [.. shape, 1, 1];
            int gap = isFlat ? 0 : 1, zoom = isFlat ? 3 : 1;
            double window = (shape[3] * zoom + gap) * Pixel, width = shape[1] * window, height = shape[0] * (shape[2] * zoom + gap) * Pixel;
            if (x > Edge && x + width > Wide) (x, y, tallest) = (Edge, y + tallest + Gap, 0);
            canvas.Text(x, y + 12, $"{layer.TypeName} {layer.Path}: {Numbers.Grouped(layer.Parameters[0].Shape.Length)}", "label left");
            canvas.Image(x, y + Head, width, height, Windows(layer.Parameters[0].Value.Span, shape, gap, zoom));
            canvas.Rect(x - 1, y + Head - 1, (isFlat ? width : window) + 1, height + 1, "o1");
            tallest = Math.Max(tallest, height + Head);
            x += Math.Max(width, 120) + Gap;
        }
        return canvas.Done(Wide, y + tallest + Edge,
            "Every weight of the lesson's network as a small square, the windows of each layer in rows and columns");
    }

    private static string Windows(ReadOnlySpan<float> weight, int[] shape, int gap, int zoom)
    {
        int rows = shape[0] * (shape[2] * zoom + gap), columns = shape[1] * (shape[3] * zoom + gap);
        byte[] pixels = new byte[rows * columns];
        Array.Fill(pixels, byte.MaxValue);
        float largest = 0;
        foreach (float w in weight) largest = MathF.Max(largest, MathF.Abs(w));
        for (int i = 0; i < weight.Length; i++)
        {
            int kw = i % shape[3], kh = i / shape[3] % shape[2], ic = i / (shape[3] * shape[2]) % shape[1], oc = i / (shape[3] * shape[2] * shape[1]);
            byte level = (byte)Math.Clamp(MathF.Round(127.5f + 126.5f * weight[i] / largest), 0, byte.MaxValue - 1);
            for (int dy = 0; dy < zoom; dy++)
                for (int dx = 0; dx < zoom; dx++)
                    pixels[(oc * (shape[2] * zoom + gap) + kh * zoom + dy) * columns + ic * (shape[3] * zoom + gap) + kw * zoom + dx] = level;
        }
        return PngImage.OfPalette(columns, rows, pixels, ColorScale.Diverging, lastIsClear: true, isStored: true);
    }

    // One output channel of a convolution: a window for each input channel.
    private static Figure Channels(Conv2d<float> layer)
    {
        const double Plane = 34, Step = 50;
        var canvas = new Canvas();
        double end = layer.InChannels * Step - (Step - Plane), middle = end / 2;
        canvas.Text(0, 14, $"{layer.InChannels} input channels, and a window for each", "label left");
        for (int ic = 0; ic < layer.InChannels; ic++)
        {
            double x = ic * Step + 0.5;
            canvas.Rect(x, 24, Plane, Plane, "cell").Rect(x + 8, 32, 10, 10, "t0").Arrow(x + Plane / 2, 61, x + Plane / 2, 80);
            canvas.Cells(x + 3.5, 84, layer.KernelSize.Height, layer.KernelSize.Width, 9, (_, _) => ("", "t0"));
            canvas.Line(x + Plane / 2, 116, middle, 158, "arrow");
        }
        canvas.Circle(middle, 166, 13, "cell").Text(middle, 171, "+", "n big").Arrow(middle, 180, middle, 197);
        canvas.Rect(middle - Plane / 2, 200, Plane, Plane, "cell").Rect(middle - 9, 208, 6, 6, "t1");
        canvas.Text(middle + 26, 221, $"one of {layer.OutChannels} outputs", "label left");
        return canvas.Done(end + 2, 236, "Each input channel has a window of its own, and their sums are added up to one output channel");
    }
}
