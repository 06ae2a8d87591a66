using Scratch.Book.Drawing;
using Scratch.Cli.Reports;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Book.Chapters;

/// <summary>Chapter 5: what one number depends on.</summary>
internal static class ReceptiveFields
{
    private const int Digit = 7;

    private static readonly Shape _image = new(1, 28, 28);

    /// <summary>Numbers and pictures.</summary>
    public static void Fill(ChapterContent content)
    {
        Model<float> model = ModelCatalog.Build<float>("lesson", _image, 10);
        LayerSummary[] layers = [.. ModelSummary.Of(model, _image, 1).Layers.Where(layer => layer.ReceptiveField is not null && layer.Weights > 0)];
        Conv2d<float>[] convolutions = [.. model.Layers.OfType<Conv2d<float>>()];
        content.Set("first-field", layers[0].ReceptiveField!.Value.Height);
        content.Set("first-jump", layers[0].Jump!.Value.Height);
        content.Set("second-kernel", convolutions[1].KernelSize.Height);
        content.Set("second-field", layers[1].ReceptiveField!.Value.Height);
        content.Set("last-field", layers[^1].ReceptiveField!.Value.Height);
        content.Set("image-side", _image[1]);
        content.Set("last-side", layers[^1].OutputShape[1]);
        content.Set("rows", string.Join('\n', layers.Select((layer, i) => $"| {layer.Type} {layer.Path} | {convolutions[i].KernelSize.Height} "
            + $"| {convolutions[i].Stride.Height} | {Growth(layers, convolutions, i)} | {layer.Jump!.Value.Height} |")));
        content.Set("fields", Fields(content.Images.Train, layers, convolutions));
        FillWays(content, convolutions);
        FillStacks(content);
    }

    private static string Growth(LayerSummary[] layers, Conv2d<float>[] convolutions, int i)
    {
        int field = layers[i].ReceptiveField!.Value.Height, kernel = convolutions[i].KernelSize.Height;
        int before = i == 0 ? 1 : layers[i - 1].ReceptiveField!.Value.Height, jump = i == 0 ? 1 : layers[i - 1].Jump!.Value.Height;
        return $"{before} + ({kernel} - 1)·{jump} = {field}";
    }

    private static Figure Fields(Dataset images, LayerSummary[] layers, Conv2d<float>[] convolutions)
    {
        const double Pixel = 4, Panel = 50 * Pixel, Inset = 16 * Pixel, Step = Panel + 24;
        string digit = PngImage.Of(FeatureMaps.ImageOf(images, IndexOf(images, Digit)), isStored: true);
        var canvas = new Canvas();
        int start = 0, jump = 1;
        for (int i = 0; i < layers.Length; i++)
        {
            start -= convolutions[i].Padding.Top * jump;
            jump = layers[i].Jump!.Value.Height;
            int field = layers[i].ReceptiveField!.Value.Height, side = layers[i].OutputShape[1], middle = (side - 1) / 2;
            double x = i % 2 * Step, y = i / 2 * (Panel + 30);
            canvas.Text(x, y + 13, $"{layers[i].Type} {layers[i].Path}: {field} pixels", "label left");
            canvas.Rect(x + 0.5, y + 20.5, Panel - 1, Panel - 1, "wire").Image(x + Inset, y + 20 + Inset, 28 * Pixel, 28 * Pixel, digit);
            double at = start + middle * jump;
            canvas.Rect(x + Inset + (at + jump) * Pixel, y + 20 + Inset + at * Pixel, field * Pixel, field * Pixel, "o0 dashed");
            canvas.Rect(x + Inset + at * Pixel, y + 20 + Inset + at * Pixel, field * Pixel, field * Pixel, "o1 heavy");
        }
        return canvas.Done(Step + Panel, 2 * Panel + 52, "A digit four times, with the square that one output of each layer depends on");
    }

    private static int IndexOf(Dataset images, int label)
    {
        for (int i = 0; i < images.Count; i++)
            if (images.Labels[i] == label) return i;
        throw new InvalidDataException($"No image of class {label}.");
    }

    // With all weights one the gradient counts the ways from a pixel to the output.
    private static void FillWays(ChapterContent content, Conv2d<float>[] convolutions)
    {
        var model = new Sequential<double>([.. convolutions.Select(layer => new Conv2d<double>(1, 1, layer.KernelSize, layer.Stride, bias: false))]);
        model.ParameterVector.Values.Span.Fill(1);
        int field = ModelSummary.Of(model, new(1, 64, 64), 1).Layers[^1].ReceptiveField!.Value.Height;
        Tensor<double> output = model.Forward(new Tensor<double>(new(1, 1, field, field)), training: true);
        Tensor<double> ways = model.Backward(new Tensor<double>(output.Shape).Fill(1));
        double most = ways.MaxMagnitude();
        content.Set("most-ways", (int)most);
        content.Set("corner-ways", (int)ways[0, 0, 0, 0]);
        content.Set("all-ways", (int)ways.Sum());
        content.Set("all-ways-product", string.Join('·', convolutions.Select(layer => $"{layer.KernelSize.Height}·{layer.KernelSize.Width}")));
        const double Pixel = 8;
        byte[] levels = [.. ways.Span.ToArray().Select(count => (byte)Math.Round(255 * Math.Sqrt(count / most)))];
        var canvas = new Canvas();
        double side = field * Pixel;
        canvas.Image(0, 0, side, side, PngImage.OfPalette(field, field, levels, ColorScale.Viridis, isStored: true));
        byte[] ramp = [.. Enumerable.Range(0, 64).Select(i => (byte)(255 - 4 * i))];
        canvas.Image(side + 22, 40, 14, 160, PngImage.OfPalette(1, ramp.Length, ramp, ColorScale.Viridis, isStored: true));
        canvas.Text(side + 44, 50, Numbers.Grouped((long)most), "label left").Text(side + 44, 202, "0", "label left")
            .Text(side + 22, 28, "ways", "label left");
        content.Set("ways", canvas.Done(side + 84, side,
            "The receptive field of the last layer: bright in the middle, dark at its border, in a pattern of squares"));
    }

    private static void FillStacks(ChapterContent content)
    {
        const int Kernel = 3;
        content.Set("stack-window", $"{Kernel}x{Kernel}");
        var rows = Enumerable.Range(1, 3).Select(count =>
        {
            var model = new Sequential<float>([.. Enumerable.Range(0, count).Select(_ => new Conv2d<float>(1, 1, Kernel, bias: false))]);
            ModelSummary summary = ModelSummary.Of(model, new(1, 28, 28), 1);
            int field = summary.Layers[^1].ReceptiveField!.Value.Height;
            return $"| {count} | {field}x{field} | {summary.Weights} | {field * field} |";
        });
        content.Set("stacks", string.Join('\n', rows));
    }
}
