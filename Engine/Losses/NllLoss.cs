using System.Numerics;
using Scratch.Kernels;

namespace Scratch.Losses;

/// <summary>Minus the output of the right class, for models that end in log-probabilities (PyTorch's negative log likelihood).</summary>
/// <remarks>An image's loss is -w[label] · output[label]. After a logarithm of softmax the same as <see cref="CrossEntropyLoss{T}"/>, in two
/// passes.</remarks>
/// <param name="classWeights">How much each class counts; all alike if null.</param>
/// <exception cref="ArgumentOutOfRangeException">A weight is negative, not finite, or so large or small that T cannot reckon with it.</exception>
public sealed class NllLoss<T>(IReadOnlyList<double>? classWeights = null) : LabelLoss<T>(classWeights)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override double Forward<V>(in LossPass<T> pass)
    {
        int positions = pass.OutputShape.Length / pass.OutputShape[0];
        double sum = 0;
        T scale = pass.Scale;
        pass.GradOutput.Clear();
        for (int i = 0; i < pass.Labels.Length; i++)
        {
            int label = pass.Labels[i];
            if (label == IgnoreIndex) continue;
            int at = (label * positions + i % positions) * Lanes.Count + i / positions;
            sum -= double.CreateTruncating(pass.Output[at] * WeightOf(label));
            pass.GradOutput[at] = -WeightOf(label) * scale;
        }
        return sum;
    }
}
