using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>How well yes-or-no answers agree with the truth, for one class or for several together.</summary>
/// <param name="TruePositives">Said yes, and it was.</param>
/// <param name="FalsePositives">Said yes, and it was not.</param>
/// <param name="FalseNegatives">Said no, but it was.</param>
/// <param name="TrueNegatives">Said no, and it was not.</param>
public readonly record struct LabelCounts(long TruePositives, long FalsePositives, long FalseNegatives, long TrueNegatives)
{
    /// <summary>The share of right ones among all yes; 0 if nothing was said to be.</summary>
    public double Precision => Share(TruePositives, TruePositives + FalsePositives);

    /// <summary>The share of found ones among all that were; 0 if nothing was.</summary>
    public double Recall => Share(TruePositives, TruePositives + FalseNegatives);

    /// <summary>The share of right answers.</summary>
    public double Accuracy => Share(TruePositives + TrueNegatives, TruePositives + FalsePositives + FalseNegatives + TrueNegatives);

    /// <summary>(1 + β²) · precision · recall / (β² · precision + recall), from the counts: recall weighs β times as much as precision.</summary>
    public double FBeta(double beta)
    {
        double weight = beta * beta, yes = (1 + weight) * TruePositives;
        return yes == 0 ? 0 : yes / (yes + weight * FalseNegatives + FalsePositives);
    }

    /// <summary>Two counts together.</summary>
    public static LabelCounts operator +(LabelCounts a, LabelCounts b) => new(a.TruePositives + b.TruePositives, a.FalsePositives + b.FalsePositives,
        a.FalseNegatives + b.FalseNegatives, a.TrueNegatives + b.TrueNegatives);

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}

/// <summary>What thresholds make of probabilities: counts for each class, and how many images are right in every class.</summary>
/// <param name="Classes">For each class.</param>
/// <param name="SubsetAccuracy">The share of images whose whole set of labels is right.</param>
public sealed record MultiLabelScores(IReadOnlyList<LabelCounts> Classes, double SubsetAccuracy)
{
    /// <summary>All classes counted together.</summary>
    public LabelCounts Micro => Classes.Aggregate(default(LabelCounts), (sum, counts) => sum + counts);

    /// <summary>The mean of the classes' F-beta.</summary>
    public double MacroFBeta(double beta) => Classes.Average(counts => counts.FBeta(beta));

    /// <summary>The numbers of all classes together.</summary>
    public override string ToString() =>
        string.Create(null, $"{Classes.Count} classes: all right {SubsetAccuracy:F4}, micro F1 {Micro.FBeta(1):F4}, macro F1 {MacroFBeta(1):F4}");

    /// <summary>Compares probabilities with targets.</summary>
    /// <param name="probabilities">[N, classes], 0 to 1.</param>
    /// <param name="targets">[N, classes], above 0.5 for yes.</param>
    /// <param name="thresholds">[classes], or one for all: a probability at or above it means yes.</param>
    /// <exception cref="ShapeMismatchException">The shapes do not agree.</exception>
    /// <exception cref="ArgumentException">There are no images.</exception>
    public static MultiLabelScores Of(Tensor<double> probabilities, Tensor<float> targets, params IReadOnlyList<double> thresholds)
    {
        int classes = LabelGuard.Classes(nameof(MultiLabelScores), probabilities, targets), right = 0, images = probabilities.Shape[0];
        if (thresholds.Count != 1 && thresholds.Count != classes)
            ShapeGuard.Mismatch(nameof(MultiLabelScores), $"{thresholds.Count} thresholds for {classes} classes. Give one for each, or one for all.",
                new Shape(classes), new Shape(thresholds.Count));
        var counts = new LabelCounts[classes];
        for (int n = 0; n < images; n++)
        {
            bool all = true;
            for (int c = 0; c < classes; c++)
            {
                bool said = probabilities.Span[n * classes + c] >= thresholds[thresholds.Count == 1 ? 0 : c], was = targets.Span[n * classes
                    + c] > 0.5f;
                counts[c] += new LabelCounts(said && was ? 1 : 0, said && !was ? 1 : 0, !said && was ? 1 : 0, !said && !was ? 1 : 0);
                all &= said == was;
            }
            if (all) right++;
        }
        return new(counts, (double)right / images);
    }
}

/// <summary>What the tools for many labels ask of their arguments.</summary>
internal static class LabelGuard
{
    /// <summary>The classes of [N, classes] twice, of some images at least: of none nothing can be told.</summary>
    public static int Classes(string who, Tensor<double> values, Tensor<float> targets)
    {
        ShapeGuard.Rank(who, values.Shape, 2, "N, classes");
        ShapeGuard.Same(who, "the targets", values.Shape, targets.Shape);
        if (values.Length == 0) throw new ArgumentException($"{who}: there are no images, or no classes: {values.Shape} (N, classes).",
            nameof(values));
        return values.Shape[1];
    }
}
