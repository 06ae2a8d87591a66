using System.Numerics;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Tests.Vectors;

/// <summary>The loss made of a softmax, with vectors of every width.</summary>
internal static class LossReplays<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// Reduction mean is the loss of the engine; none and sum are replayed by the kernel under it, which gives every image's loss and takes any scale.
    /// </summary>
    public static void CrossEntropy(Replay<T> replay)
    {
        replay.File.Expect("label_smoothing", "0");
        replay.File.Expect("ignore_index", "-100");                          // no label, so nothing is ignored
        Tensor<T> x = replay.Get("x");
        int[] labels = replay.File.GetIntegers("target");
        switch (replay.File.Text("reduction"))
        {
            case "mean":
                var loss = new CrossEntropyLoss<T>();
                var model = new Sequential<T>(new Flatten<T>());
                replay.Forward("loss", model.RunnerFor(x.Shape.Tail()).Evaluate(new TensorBatch<T>(x, labels), loss, new Tensor<T>(x.Shape)), " (model)");
                Mean<SimdPortable<T>>(replay, loss, x, labels, " (portable)");
                Mean<Simd256<T>>(replay, loss, x, labels, " (256 bits)");
                Mean<Simd512<T>>(replay, loss, x, labels, " (512 bits)");
                break;
            case "sum":
                Tensor<T> one = new Tensor<T>(new Shape(labels.Length)).Fill(T.One);
                Kernel<Simd512<T>>(replay, x, labels, one, out Tensor<T> losses);
                replay.Forward("loss", double.CreateTruncating(losses.Sum()), " (kernel)");
                break;
            case "none":
                Kernel<Simd512<T>>(replay, x, labels, replay.Get("dy"), out losses);
                replay.Forward("y", losses, " (kernel)");
                break;
            case string other:
                throw new InvalidDataException($"{replay.File.Name}: reduction '{other}' is unknown.");
        }
    }

    private static void Mean<V>(Replay<T> replay, CrossEntropyLoss<T> loss, Tensor<T> x, int[] labels, string by) where V : unmanaged, IVector<V, T>
    {
        double sum = Gradient<V>(loss, x, labels, out Tensor<T> dx);
        replay.Forward("loss", sum / labels.Length, by);
        replay.Backward("dx", dx, by);
    }

    // One call for each image, whose gradient comes scaled by the image's own dy.
    private static void Kernel<V>(Replay<T> replay, Tensor<T> x, int[] labels, Tensor<T> dy, out Tensor<T> losses) where V : unmanaged, IVector<V, T>
    {
        int classes = x.Shape[1];
        Tensor<T> block = new(new Shape(classes * Lanes.Count)), gradBlock = new(block.Shape), dx = new(x.Shape);
        losses = new(new Shape(labels.Length));
        for (int n = 0; n < labels.Length; n++)
        {
            Lanes.Interleave<T>(x.Slice(n, 1).Span, classes, block.Span);
            Softmax.CrossEntropy<V, T>(block.Span, labels.AsSpan(n, 1), dy.Span[n], losses.Span.Slice(n, 1), gradBlock.Span);
            Lanes.Deinterleave<T>(gradBlock.Span, classes, dx.Slice(n, 1).Span);
        }
        replay.Backward("dx", dx, " (kernel)");
    }

    /// <summary>The sum of a loss over the images of one block, and the gradient of its mean.</summary>
    internal static double Gradient<V>(Loss<T> loss, Tensor<T> outputs, int[] labels, out Tensor<T> gradient) where V : unmanaged, IVector<V, T>
    {
        int size = outputs.Shape.Tail().Length;
        Tensor<T> block = new(new Shape(size * Lanes.Count)), gradBlock = new Tensor<T>(block.Shape).Fill(T.NaN);
        Lanes.Interleave<T>(outputs.Span, size, block.Span);
        double sum = loss.Forward<V>(new LossPass<T> { Output = block.Span, GradOutput = gradBlock.Span, Labels = labels, Images = labels.Length, BatchSize = labels.Length });
        gradient = new(outputs.Shape);
        Lanes.Deinterleave<T>(gradBlock.Span, size, gradient.Span);
        return sum;
    }
}
