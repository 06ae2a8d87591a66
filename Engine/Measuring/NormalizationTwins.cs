using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Measuring;

/// <summary>Batch normalisation, softmax and cross-entropy against their formulas.</summary>
internal static class NormalizationTwins<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Compare(ChannelShape shape, Comparisons<T> to)
    {
        var (values, values2) = to.Values(shape.Images * shape.Length);
        var (gradient, gradient2) = to.Values(values.Length);
        T[] x = new T[shape.Length * Lanes.Count], dy = new T[x.Length], y = new T[x.Length];
        Lanes.Interleave<T>(values, shape.Length, x);
        Lanes.Interleave<T>(gradient, shape.Length, dy);

        double mean2 = values2.Average(), variance2 = values2.Average(v => (v - mean2) * (v - mean2)), scale2 = 1 / Math.Sqrt(variance2 + 1e-5);
        Moments moments = Moments.OfLanes<V, T>(x, shape.Images);
        to.Add("batch norm, mean and variance", $"{shape}", [T.CreateTruncating(moments.Mean), T.CreateTruncating(moments.BiasedVariance)],
            [mean2, variance2]);

        T mean = T.CreateTruncating(mean2), scale = T.CreateTruncating(scale2), shift = T.CreateTruncating(0.25), half = T.CreateTruncating(-0.5);
        double center = double.CreateTruncating(mean), factor = double.CreateTruncating(scale);
        BatchNormLanes.Forward<V, T>(x, new NormLine<T>(mean, scale, shift), [], default, y);
        to.Add("batch norm, forward", $"{shape}", Images(y, shape), [.. values2.Select(v => (v - center) * factor + 0.25)]);
        BatchNormLanes.Backward<V, T>(x, dy, new NormLine<T>(mean, scale, shift), half, shift, default, y);
        to.Add("batch norm, backward", $"{shape}", Images(y, shape), [.. values2.Zip(gradient2, (v, g) => factor * g - 0.5 * (v - center) + 0.25)]);
        (double sum, double product) = Moments.ProductOfLanes<V, T>(dy, x, mean, shape.Images);
        double[] products2 = [.. values2.Zip(gradient2, (v, g) => g * (v - center))];
        to.Add("batch norm, sums for the backward pass", $"{shape}", [T.CreateTruncating(sum), T.CreateTruncating(product)],
            [gradient2.Sum(), products2.Sum()], gradient2.Sum(Math.Abs) + products2.Sum(Math.Abs));
        CompareSoftmax(shape, values2, x, to);
    }

    private static void CompareSoftmax(ChannelShape shape, double[] logits2, T[] logits, Comparisons<T> to)
    {
        const double Scale = 0.25;
        int[] labels = to.Labels(shape.Images, shape.Length);
        double[] losses2 = new double[labels.Length], gradient2 = new double[logits2.Length];
        double[] probabilities2 = [.. logits2.Chunk(shape.Length).SelectMany((image, n) =>
        {
            double sum = image.Sum(Math.Exp);
            losses2[n] = Math.Log(sum) - image[labels[n]];
            return image.Select(v => Math.Exp(v) / sum);
        })];
        for (int i = 0; i < gradient2.Length; i++)
            gradient2[i] = Scale * (probabilities2[i] - (labels[i / shape.Length] == i % shape.Length ? 1 : 0));

        T[] output = new T[logits.Length], targets = new T[logits.Length];
        for (int n = 0; n < labels.Length; n++) targets[labels[n] * Lanes.Count + n] = T.One;
        SoftmaxLanes.Forward<V, T>(logits.Length / Lanes.Count, Lanes.Count, logarithm: false, logits, output);
        to.Add("softmax", $"{shape}", Images(output, shape), probabilities2);
        double loss = CrossEntropy.Run<V, T>(logits, shape.Length, shape.Images, T.CreateTruncating(Scale), targets);
        to.Add("cross-entropy, loss", $"{shape}", [T.CreateTruncating(loss)], [losses2.Sum()], losses2.Sum(Math.Abs) + labels.Length);
        to.Add("cross-entropy, gradient", $"{shape}", Images(targets, shape), gradient2);
    }

    private static T[] Images(T[] block, ChannelShape shape)
    {
        T[] images = new T[shape.Images * shape.Length];
        Lanes.Deinterleave<T>(block, shape.Length, images);
        return images;
    }
}
