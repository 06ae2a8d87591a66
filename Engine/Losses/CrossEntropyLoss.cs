using System.Numerics;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Losses;

/// <summary>Softmax and cross-entropy in one: -log of the probability that the logits give to the right class.</summary>
/// <remarks>
/// With weights w and smoothing s, q = (1 - s) · [the label] + s / classes, and an image's loss is -Σc w[c] · q[c] · log softmax(logits)[c], stable
/// at logits of ±1000; without weights the gradient is softmax(logits) - q. Where the batch has targets, probabilities like the outputs,
/// these are smoothed in place of the label, and the mean divides by images and positions. As PyTorch's. A batch of which nothing counts loses
/// nothing. Smoothing: Szegedy et al., "Rethinking the Inception architecture for computer vision", 2016.
/// </remarks>
/// <param name="classWeights">How much each class counts; all alike if null.</param>
/// <param name="labelSmoothing">The share of the target that goes to all classes alike.</param>
/// <exception cref="ArgumentOutOfRangeException">A weight is negative, not finite, or so large or small that T cannot reckon with it; or the
/// smoothing is no share below 1.</exception>
public sealed class CrossEntropyLoss<T>(IReadOnlyList<double>? classWeights = null, double labelSmoothing = 0) : LabelLoss<T>(classWeights)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The share of the target that goes to all classes alike.</summary>
    public double LabelSmoothing { get; } = Checked(labelSmoothing);

    /// <inheritdoc/>
    public override double Begin(Batch<T> batch, Shape output)
    {
        if (batch.TargetShape is not { } target) return base.Begin(batch, output);
        int classes = CheckClasses(output);
        ShapeGuard.Same(Name, "the target of one image", output, target);
        return Reduction == Reduction.Mean ? (double)batch.Count * (output.Length / classes) : 1;
    }

    /// <inheritdoc/>
    public override double Forward<V>(in LossPass<T> pass)
    {
        if (pass.Targets.IsEmpty) FillFromLabels(pass);
        else FillFromTargets(pass);
        return CrossEntropy.Run<V, T>(pass.Output, pass.OutputShape[0], pass.Images, pass.Scale, pass.GradOutput);
    }

    // GradOutput [classes, positions, lanes] becomes w · q.
    private void FillFromLabels(in LossPass<T> pass)
    {
        int classes = pass.OutputShape[0], positions = pass.OutputShape.Length / classes;
        T rest = T.CreateTruncating(1 - LabelSmoothing), forAll = T.CreateTruncating(LabelSmoothing / classes);
        Span<T> targets = pass.GradOutput;
        targets.Clear();
        for (int i = 0; i < pass.Labels.Length; i++)
        {
            int label = pass.Labels[i], at = i % positions * Lanes.Count + i / positions;
            if (label == IgnoreIndex) continue;
            for (int c = 0; c < classes && LabelSmoothing > 0; c++) targets[c * positions * Lanes.Count + at] = forAll * WeightOf(c);
            targets[label * positions * Lanes.Count + at] += rest * WeightOf(label);
        }
    }

    private void FillFromTargets(in LossPass<T> pass)
    {
        int classes = pass.OutputShape[0], stride = pass.Output.Length / classes;
        T rest = T.CreateTruncating(1 - LabelSmoothing), forAll = T.CreateTruncating(LabelSmoothing / classes);
        for (int c = 0; c < classes; c++)
        {
            ReadOnlySpan<T> given = pass.Targets.Slice(c * stride, stride);
            Span<T> targets = pass.GradOutput.Slice(c * stride, stride);
            for (int i = 0; i < stride; i++) targets[i] = (given[i] * rest + forAll) * WeightOf(c);
        }
    }

    private static double Checked(double labelSmoothing)
    {
        ShapeGuard.Share<T>(nameof(CrossEntropyLoss<>), labelSmoothing);
        return labelSmoothing;
    }
}
