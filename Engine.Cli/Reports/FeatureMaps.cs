using Scratch.Data;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli.Reports;

/// <summary>One image on its way through a network, each layer's channels as pictures.</summary>
internal static class FeatureMaps
{
    private const int MostLayers = 12, MostChannels = 16, MostPixels = 64;  // of one side

    /// <summary>The first image of a dataset through a model. Layers that show nothing, of single pixels, are left out; where there are activations,
    /// only they are shown.</summary>
    /// <remarks>It goes in a batch, as in training: the same steps then, which are compiled already.</remarks>
    public static FeatureData? Of(Learner<float> learner, Dataset images, Normalization scale)
    {
        if (images.Count == 0) return null;
        Model<float> model = learner.Model;
        var first = new FirstImage(model.Layers.Count);
        model.Observers.Add(first);
        learner.Evaluate(new BatchSampler<float>(images.Take(Math.Min(images.Count, Lanes.Count)), scale, Lanes.Count, shuffle: false));
        model.Observers.Remove(first);
        int[] wide = [.. Enumerable.Range(0, model.Layers.Count).Where(i => first.Shapes[i] is { Rank: 3 } shape && shape[1] * shape[2] > 1)];
        if (wide.Any(i => model.Layers[i].IsActivation)) wide = [.. wide.Where(i => model.Layers[i].IsActivation)];
        int shown = Math.Min(wide.Length, MostLayers);
        string? label = images.Labels.IsEmpty ? null : images.ClassNames?[images.Labels[0]] ?? $"{images.Labels[0]}";
        return new(ImageOf(images, 0), label, [.. Enumerable.Range(0, shown).Select(i => wide[shown == 1 ? 0 : i * (wide.Length - 1) / (shown - 1)])
            .Select(i => Layer(model.Layers[i].Path, model.Layers[i].TypeName, first.Outputs[i], first.Shapes[i]))], first.Outputs[^1]);
    }

    /// <summary>An image of a dataset as it can be shown.</summary>
    public static ImageData ImageOf(Dataset images, int index)
    {
        Shape image = images.ImageShape;
        int channels = image[0] == 3 ? 3 : 1, plane = image[1] * image[2];   // of other numbers of channels the first is shown
        byte[] pixels = new byte[image.Length];
        images.CopyImage(index, pixels);
        return new(channels, image[1], image[2], pixels[..(channels * plane)]);
    }

    private static FeatureLayer Layer(string path, string type, float[] output, Shape shape)
    {
        int channels = shape[0], height = shape[1], width = shape[2], shown = Math.Min(channels, MostChannels);
        ReadOnlySpan<float> numbers = output.AsSpan(0, shown * height * width);
        float low = 0, high = 0;
        foreach (float number in numbers) (low, high) = (MathF.Min(low, number), MathF.Max(high, number));
        int stepY = (height + MostPixels - 1) / MostPixels, stepX = (width + MostPixels - 1) / MostPixels, rows = height / stepY,
            columns = width / stepX;
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

    /// <summary>Keeps what every layer makes of the first image of a batch.</summary>
    private sealed class FirstImage(int layers) : BlockObserver<float>
    {
        /// <summary>[C, H, W] or [features] of each layer.</summary>
        public Shape[] Shapes { get; } = new Shape[layers];

        /// <summary>The numbers of each.</summary>
        public float[][] Outputs { get; } = new float[layers][];

        public override void BeginPass(int layers, int images, bool training)
        {
        }

        public override void Observe<V>(int layer, in Pass<float> pass)
        {
            if (pass.Block != 0) return;
            float[] image = new float[pass.Output.Length / Lanes.Count];
            for (int i = 0; i < image.Length; i++) image[i] = pass.Output[i * Lanes.Count];
            (Shapes[layer], Outputs[layer]) = (pass.OutputShape, image);
        }

        public override void EndPass()
        {
        }
    }
}
