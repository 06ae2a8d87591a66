using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>Makes probabilities honest: divides all logits by one number, found on validation images, so that of answers given with 80 % about 80 %
/// are right.</summary>
/// <remarks>
/// p = sigmoid(logit / temperature); the temperature with the least binary cross-entropy. It changes no order, so what a threshold can reach stays
/// as it is. Source: Guo et al., "On calibration of modern neural networks", 2017.
/// </remarks>
public static class TemperatureScaling
{
    private const double Coldest = -5, Hottest = 5;                          // of the temperature's logarithm
    private const int Steps = 60, Bins = 15;

    private static readonly BinAxis _bins = new(0, 1, Bins);

    /// <summary>The temperature with the least cross-entropy; above 1 for a model that is too sure of itself.</summary>
    /// <param name="logits">[N, classes].</param>
    /// <param name="targets">[N, classes], 0 or 1.</param>
    /// <exception cref="ShapeMismatchException">The shapes do not agree.</exception>
    /// <exception cref="ArgumentException">There are no images.</exception>
    public static double Fit(Tensor<double> logits, Tensor<float> targets)
    {
        LabelGuard.Classes(nameof(TemperatureScaling), logits, targets);
        // The loss has one valley in the inverse temperature, so it has one in the logarithm: golden section (Kiefer, 1953).
        double golden = (Math.Sqrt(5) - 1) / 2, low = Coldest, high = Hottest;
        double left = high - golden * (high - low), right = low + golden * (high - low);
        double leftLoss = Loss(logits, targets, left), rightLoss = Loss(logits, targets, right);
        for (int step = 0; step < Steps; step++)
        {
            if (leftLoss <= rightLoss)
            {
                (high, right, rightLoss) = (right, left, leftLoss);
                left = high - golden * (high - low);
                leftLoss = Loss(logits, targets, left);
            }
            else
            {
                (low, left, leftLoss) = (left, right, rightLoss);
                right = low + golden * (high - low);
                rightLoss = Loss(logits, targets, right);
            }
        }
        return Math.Exp((low + high) / 2);
    }

    /// <summary>sigmoid(logit / temperature), each by itself: probabilities of many labels need not sum to 1.</summary>
    public static Tensor<double> Probabilities(Tensor<double> logits, double temperature = 1)
    {
        var probabilities = new Tensor<double>(logits.Shape);
        for (int i = 0; i < logits.Length; i++) probabilities.Span[i] = 1 / (1 + Math.Exp(-logits.Span[i] / temperature));
        return probabilities;
    }

    /// <summary>The expected calibration error: how far the share of yes lies from the mean probability, in 15 equal bins of the probability, by
    /// their numbers; NaN if a probability is.</summary>
    /// <param name="probabilities">[N, classes], 0 to 1.</param>
    /// <param name="targets">[N, classes], 0 or 1.</param>
    /// <exception cref="ShapeMismatchException">The shapes do not agree.</exception>
    /// <exception cref="ArgumentException">There are no images.</exception>
    public static double ExpectedCalibrationError(Tensor<double> probabilities, Tensor<float> targets)
    {
        LabelGuard.Classes(nameof(TemperatureScaling), probabilities, targets);
        Span<double> sure = stackalloc double[Bins], was = stackalloc double[Bins];
        for (int i = 0; i < probabilities.Length; i++)
        {
            if (_bins.Of(Math.Clamp(probabilities.Span[i], 0, 1)) is not (>= 0 and var bin)) return double.NaN;
            sure[bin] += probabilities.Span[i];
            was[bin] += targets.Span[i];
        }
        double error = 0;
        for (int bin = 0; bin < Bins; bin++) error += Math.Abs(sure[bin] - was[bin]);
        return error / probabilities.Length;
    }

    // log(1 + exp(-|x|)) + max(x, 0) - x·y, which no logit is too large for.
    private static double Loss(Tensor<double> logits, Tensor<float> targets, double logTemperature)
    {
        double sum = 0, inverse = Math.Exp(-logTemperature);
        for (int i = 0; i < logits.Length; i++)
        {
            double x = logits.Span[i] * inverse;
            sum += Math.Log(1 + Math.Exp(-Math.Abs(x))) + Math.Max(x, 0) - x * targets.Span[i];
        }
        return sum;
    }
}
