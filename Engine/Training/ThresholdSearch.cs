using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>What a threshold is to make large.</summary>
public enum ThresholdGoal
{
    /// <summary>The share of right yes-or-no answers.</summary>
    Accuracy,

    /// <summary>F-beta of the answers.</summary>
    FBeta,
}

/// <summary>Finds the probability from which on to say yes, one for all classes or one for each. To be asked on validation images, never on the
/// test's.</summary>
/// <remarks>
/// Exact: between two neighbouring probabilities nothing changes, so the middle of each gap is tried, and 0.5. All counts come from one walk down
/// the sorted probabilities. Among equally good ones the nearest to 0.5 wins.
/// </remarks>
public static class ThresholdSearch
{
    private const double Usual = 0.5;

    /// <summary>The best single threshold for all classes, their answers counted together.</summary>
    /// <param name="probabilities">[N, classes], 0 to 1.</param>
    /// <param name="targets">[N, classes], above 0.5 for yes.</param>
    /// <param name="goal">What to make large.</param>
    /// <param name="beta">Of F-beta.</param>
    /// <exception cref="ShapeMismatchException">The shapes do not agree.</exception>
    /// <exception cref="ArgumentException">There are no images.</exception>
    public static double Global(Tensor<double> probabilities, Tensor<float> targets, ThresholdGoal goal, double beta = 1)
    {
        LabelGuard.Classes(nameof(ThresholdSearch), probabilities, targets);
        return Best(probabilities.Span.ToArray(), [.. targets.Span.ToArray().Select(target => target > 0.5f)], goal, beta);
    }

    /// <summary>The best threshold of each class by itself.</summary>
    /// <param name="probabilities">[N, classes], 0 to 1.</param>
    /// <param name="targets">[N, classes], above 0.5 for yes.</param>
    /// <param name="goal">What to make large.</param>
    /// <param name="beta">Of F-beta.</param>
    /// <returns>[classes].</returns>
    /// <exception cref="ShapeMismatchException">The shapes do not agree.</exception>
    /// <exception cref="ArgumentException">There are no images.</exception>
    public static double[] PerClass(Tensor<double> probabilities, Tensor<float> targets, ThresholdGoal goal, double beta = 1)
    {
        int classes = LabelGuard.Classes(nameof(ThresholdSearch), probabilities, targets), images = probabilities.Shape[0];
        var best = new double[classes];
        for (int c = 0; c < classes; c++)
        {
            var (column, truth) = (new double[images], new bool[images]);
            for (int n = 0; n < images; n++) (column[n], truth[n]) = (probabilities.Span[n * classes + c], targets.Span[n * classes + c] > 0.5f);
            best[c] = Best(column, truth, goal, beta);
        }
        return best;
    }

    private static double Best(double[] probabilities, bool[] truth, ThresholdGoal goal, double beta)
    {
        Array.Sort(probabilities, truth);
        long positives = truth.LongCount(was => was), all = truth.Length;
        // Above the largest probability everything is a no; walking down, one answer after the other becomes a yes.
        var counts = new LabelCounts(0, 0, positives, all - positives);
        double Score(LabelCounts c) => goal == ThresholdGoal.Accuracy ? c.Accuracy : c.FBeta(beta);
        double best = Usual, bestScore = double.NegativeInfinity;
        for (int i = truth.Length; i >= 0; i--)
        {
            if (i < truth.Length)
                counts += truth[i] ? new LabelCounts(1, 0, -1, 0) : new LabelCounts(0, 1, 0, -1);
            double below = i == 0 ? 0 : probabilities[i - 1], above = i == truth.Length ? 1 : probabilities[i];
            if (i > 0 && i < truth.Length && below == above) continue;       // equal probabilities cannot be told apart
            double threshold = below < Usual && Usual <= above ? Usual : (below + above) / 2, score = Score(counts);
            if (score > bestScore || (score == bestScore && Math.Abs(threshold - Usual) < Math.Abs(best - Usual))) (best, bestScore) =
                (threshold, score);
        }
        return best;
    }
}
