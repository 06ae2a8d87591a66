using Scratch.Data;
using Scratch.Models;
using Scratch.Telemetry;
using Scratch.Tensors;

namespace Scratch.Cli.Reports;

/// <summary>One image on its way through a network, each layer's channels as pictures.</summary>
internal static class FeatureMaps
{
    private const int MostLayers = 12, MostChannels = 16, MostPixels = 64;  // of one side

    /// <summary>The first image of a dataset through a model. Layers that show nothing, of single pixels, are left out; where there are activations, only they are
    /// shown.</summary>
    public static FeatureData? Of(Model<float> model, Dataset images, Normalization scale)
    {
        if (images.Count == 0) return null;
        var seen = new List<(int Layer, Tensor<float> Output)>();
        float[] outputs;
        using (new Hooks<float>(model, hook => seen.Add((hook.Index, hook.Output!.Clone()))))
            outputs = model.Forward(Input(images, scale), training: false).Span.ToArray();
        (int Layer, Tensor<float> Output)[] wide = [.. seen.Where(entry => entry.Output.Shape is { Rank: 4 } shape && shape[2] * shape[3] > 1)];
        if (wide.Any(entry => model.Layers[entry.Layer].IsActivation)) wide = [.. wide.Where(entry => model.Layers[entry.Layer].IsActivation)];
        int shown = Math.Min(wide.Length, MostLayers);
        string? label = images.Labels.IsEmpty ? null : images.ClassNames?[images.Labels[0]] ?? $"{images.Labels[0]}";
        return new(ImageOf(images, 0), label, [.. Enumerable.Range(0, shown).Select(i => wide[shown == 1 ? 0 : i * (wide.Length - 1) / (shown - 1)])
            .Select(entry => Layer(model.Layers[entry.Layer].Path, model.Layers[entry.Layer].TypeName, entry.Output))], outputs);
    }

    /// <summary>An image of a dataset as it can be shown.</summary>
    public static ImageData ImageOf(Dataset images, int index)
    {
        Shape image = images.ImageShape;
        int channels = image[0] == 3 ? 3 : 1, plane = image[1] * image[2];   // of other numbers of channels the first is shown
        return new(channels, image[1], image[2], images.Pixels.Slice(index * image.Length, channels * plane).ToArray());
    }

    private static Tensor<float> Input(Dataset images, Normalization scale)
    {
        float[] table = scale.Table<float>();
        return new(images.ImageShape.Prepend(1), Array.ConvertAll(images.Pixels[..images.ImageShape.Length].ToArray(), pixel => table[pixel]));
    }

    private static FeatureLayer Layer(string path, string type, Tensor<float> output)
    {
        int channels = output.Shape[1], height = output.Shape[2], width = output.Shape[3], shown = Math.Min(channels, MostChannels);
        ReadOnlySpan<float> numbers = output.Span[..(shown * height * width)];
        float low = 0, high = 0;
        foreach (float number in numbers) (low, high) = (MathF.Min(low, number), MathF.Max(high, number));
        int stepY = (height + MostPixels - 1) / MostPixels, stepX = (width + MostPixels - 1) / MostPixels, rows = height / stepY, columns = width / stepX;
        byte[] maps = new byte[shown * rows * columns];
        float toByte = high > low ? byte.MaxValue / (high - low) : 0;
        for (int c = 0; c < shown; c++)
        {
            for (int y = 0; y < rows; y++)
            {
                for (int x = 0; x < columns; x++)
                {
                    float sum = 0;                                           // where it is made smaller: the mean of what falls together
                    for (int dy = 0; dy < stepY; dy++)
                        for (int dx = 0; dx < stepX; dx++) sum += numbers[(c * height + y * stepY + dy) * width + x * stepX + dx];
                    maps[(c * rows + y) * columns + x] = (byte)MathF.Round((sum / (stepY * stepX) - low) * toByte);
                }
            }
        }
        return new(path, type, channels, [height, width], low, high, new(shown, rows, columns, maps));
    }
}
