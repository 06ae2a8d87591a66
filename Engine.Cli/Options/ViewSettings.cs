using System.CommandLine;
using Scratch.Data;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>What the command line says about looking at an image several times.</summary>
internal static class ViewSettings
{
    private const string One = "one", Flip = "flip", Crops = "crops";
    private const double Least = 1e-30;                                      // of a probability, so that its logarithm is a number

    /// <summary>The option.</summary>
    public static Option<string> Option() => SharedOptions.OneOf("--views", [One, Flip, Crops],
        "How each image is looked at, and the answers averaged: once (one), with its mirror (flip), or also at its corners and middle, "
            + "twelve times (crops).");

    /// <summary>The views of a word; none for one.</summary>
    public static IReadOnlyList<Augmentation> Of(string word) => word switch { Flip => TestTimeViews.Flip, Crops => TestTimeViews.Crops, _ => [] };

    /// <summary>Loss, and what a metric counts, of the mean of the views' probabilities; temperatures are left to others.</summary>
    /// <param name="learner">With the model.</param>
    /// <param name="images">Of which images.</param>
    /// <param name="normalization">How their pixels become inputs.</param>
    /// <param name="batchSize">Images at a time.</param>
    /// <param name="views">At least one.</param>
    /// <param name="metrics">Are given all images as one batch.</param>
    public static double Evaluate(Learner<float> learner, Dataset images, Normalization normalization, int batchSize,
        IReadOnlyList<Augmentation> views, params ReadOnlySpan<Metric<float>> metrics)
    {
        Tensor<double> logits = Logits(learner, images, normalization, batchSize, views);
        var outputs = new Tensor<float>(logits.Shape);
        for (int i = 0; i < outputs.Length; i++) outputs.Span[i] = (float)logits.Span[i];
        var batch = new TensorBatch<float>(outputs, images.Labels.ToArray(), images.Targets);
        foreach (Metric<float> metric in metrics)
        {
            metric.Reset();
            metric.Add(outputs, batch);
        }
        return images.Targets is { } targets ? learner.Loss.Compute(outputs, targets) : learner.Loss.Compute(outputs, images.Labels.ToArray());
    }

    /// <summary>Outputs whose probabilities are the mean of the views', [N, classes].</summary>
    public static Tensor<double> Logits(Learner<float> learner, Dataset images, Normalization normalization, int batchSize,
        IReadOnlyList<Augmentation> views)
    {
        bool hasMany = images.Targets is not null;
        var mean = new Tensor<double>(new Shape(images.Count, learner.Output.Shape[1]));
        foreach (Augmentation view in views)
        {
            var batches = new BatchSampler<float>(images, normalization, batchSize, shuffle: false, new RandomGenerator(0), [view]);
            Tensor<double> logits = ManyLabelsTask.Logits(learner, batches, mean.Shape);
            for (int n = 0; n < images.Count; n++) AddProbabilities(logits.Slice(n, 1).Span, mean.Slice(n, 1).Span, hasMany, views.Count);
        }
        double Logit(double p) => hasMany ? Math.Log(Math.Max(p, Least) / Math.Max(1 - p, Least)) : Math.Log(Math.Max(p, Least));
        for (int i = 0; i < mean.Length; i++) mean.Span[i] = Logit(mean.Span[i]);
        return mean;
    }

    private static void AddProbabilities(ReadOnlySpan<double> logits, Span<double> mean, bool hasMany, int views)
    {
        double largest = double.NegativeInfinity, sum = 0;
        foreach (double logit in logits) largest = Math.Max(largest, logit);
        foreach (double logit in logits) sum += Math.Exp(logit - largest);
        for (int c = 0; c < logits.Length; c++)
            mean[c] += (hasMany ? 1 / (1 + Math.Exp(-logits[c])) : Math.Exp(logits[c] - largest) / sum) / views;
    }
}
