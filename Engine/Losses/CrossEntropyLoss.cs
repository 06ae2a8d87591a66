using System.Numerics;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Losses;

/// <summary>Softmax and cross-entropy in one: -log of the probability that the logits give to the right class, the mean over the batch.</summary>
/// <remarks>
/// Output [classes] logits an image, labels 0 to classes - 1. loss = log(sum of exp(logits)) - logits[label], shifted
/// by the largest logit so that ±1000 is no trouble; gradient = (softmax(logits) - 1 at the label) / batch size.
/// </remarks>
public sealed class CrossEntropyLoss<T> : Loss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Check(Batch<T> batch, Shape output)
    {
        ShapeGuard.Rank(nameof(CrossEntropyLoss<>), output, 1, "classes");
        if (batch.Labels.Length != batch.Count)
            throw new ArgumentException($"CrossEntropyLoss: {batch.Count} images come with {batch.Labels.Length} labels. Give every image one.",
                nameof(batch));
        for (int n = 0; n < batch.Count; n++)
            if ((uint)batch.Labels[n] >= (uint)output[0])
                throw new ArgumentException($"CrossEntropyLoss: image {n} has label {batch.Labels[n]}, the model has classes 0 to {output[0] - 1}.",
                    nameof(batch));
    }

    /// <inheritdoc/>
    public override double Forward<V>(in LossPass<T> pass)
    {
        Span<T> losses = stackalloc T[Lanes.Count];
        Softmax.CrossEntropy<V, T>(pass.Output, pass.Labels, T.One / T.CreateChecked(pass.BatchSize), losses[..pass.Images], pass.GradOutput);
        double sum = 0;
        foreach (T loss in losses[..pass.Images]) sum += double.CreateTruncating(loss);
        return sum;
    }
}
