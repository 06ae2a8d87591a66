using System.Numerics;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>Makes the running statistics of normalisations by batch again, for weights that no training step has made, such as averaged ones:
/// PyTorch's <c>update_bn</c>.</summary>
public static class BatchNormStatistics
{
    /// <summary>Goes once through some batches as in training, without steps: statistics become the mean of those of the batches. The batches stand
    /// afterwards where they stood; observers do not see it.</summary>
    /// <param name="model">Whose statistics.</param>
    /// <param name="batches">Of the images to train with.</param>
    public static void Renew<T>(Model<T> model, BatchSampler<T> batches) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Layer<T>[] layers = [.. model.Layers.Distinct()];
        Tensor<T>[] outputs = [.. model.OutputShapes(batches.Current.ImageShape).Select(output =>
            new Tensor<T>(output.Prepend(batches.LargestBatch)))];
        Action restoreBatches = batches.Remember();
        BlockObserver<T>[] observers = [.. model.Observers];
        model.Observers.Clear();
        try
        {
            batches.Reset();
            for (int seen = 0; batches.MoveNext(); seen++)
            {
                foreach (Layer<T> layer in layers) layer.RenewStatistics(seen);
                model.RunnerOf(batches.Current).Forward(batches.Current, training: true, backwardFollows: false, outputs);
            }
        }
        finally
        {
            foreach (Layer<T> layer in layers) layer.RenewStatistics(null);
            model.Observers.AddRange(observers);
            restoreBatches();
        }
    }
}
