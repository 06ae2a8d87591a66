using System.Numerics;
using Scratch.Data;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Tests.Vectors;

/// <summary>The losses, with vectors of every width.</summary>
internal static class LossReplays<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void CrossEntropy(Replay<T> replay)
    {
        double smoothing = replay.File.Number("label_smoothing");
        int ignore = replay.File.WholeNumber("ignore_index");
        double[]? weights = Numbers(replay, "class_weight");
        Replay(replay, (reduction, _) => new CrossEntropyLoss<T>(weights, smoothing) { Reduction = reduction, IgnoreIndex = ignore });
    }

    public static void Nll(Replay<T> replay)
    {
        double[]? weights = Numbers(replay, "class_weight");
        Replay(replay, (reduction, _) => new NllLoss<T>(weights) { Reduction = reduction });
    }

    public static void BceWithLogits(Replay<T> replay)
    {
        double[]? weights = Numbers(replay, "pos_weight");
        Replay(replay, (reduction, element) => new BceWithLogitsLoss<T>(element is { } i && weights is not null ? [weights[i % weights.Length]]
            : weights) { Reduction = reduction });
    }

    public static void Mse(Replay<T> replay) => Replay(replay, (reduction, _) => new MseLoss<T> { Reduction = reduction });

    public static void L1(Replay<T> replay) => Replay(replay, (reduction, _) => new L1Loss<T> { Reduction = reduction });

    public static void SmoothL1(Replay<T> replay)
    {
        double beta = replay.File.Number("beta");
        Replay(replay, (reduction, _) => new SmoothL1Loss<T>(beta) { Reduction = reduction });
    }

    public static void Huber(Replay<T> replay)
    {
        double delta = replay.File.Number("delta");
        Replay(replay, (reduction, _) => new HuberLoss<T>(delta) { Reduction = reduction });
    }

    /// <summary>Of a loss by name for a reduction; the index is that of the one output which it is for, or none.</summary>
    private delegate Loss<T> Maker(Reduction reduction, int? element);

    /// <summary>
    /// Reductions mean and sum by the loss alone and by a model that changes nothing. PyTorch's none is the sum of each image alone,
    /// or of each output alone where the loss has one for each; every gradient is then scaled by its dy.
    /// </summary>
    private static void Replay(Replay<T> replay, Maker make)
    {
        Tensor<T> x = replay.Get("x");
        bool hasLabels = replay.File.Entry("target").Dtype == "I64";
        int[] labels = hasLabels ? replay.File.GetIntegers("target") : [];
        Tensor<T>? targets = hasLabels ? null : replay.Get("target");
        string reduction = replay.File.Text("reduction");
        if (reduction == "none")
        {
            if (hasLabels) Separately(replay, make, x, labels, null);
            else Separately(replay, make, x.Reshape(-1, 1), [], targets!.Reshape(-1, 1));
            return;
        }
        Loss<T> loss = make(reduction switch { "mean" => Reduction.Mean, "sum" => Reduction.Sum, _ =>
            throw new InvalidDataException($"{replay.File.Name}: reduction '{reduction}' is unknown.") }, null);
        var batch = new TensorBatch<T>(x, labels, targets);
        Whole<SimdPortable<T>>(replay, loss, x, batch, " (portable)");
        Whole<Simd256<T>>(replay, loss, x, batch, " (256 bits)");
        Whole<Simd512<T>>(replay, loss, x, batch, " (512 bits)");
        var model = new Sequential<T>(new Lambda<T>("Identity", value => value.Clone(), (_, dy) => dy.Clone(), shape => shape));
        replay.Forward("loss", model.RunnerFor(x.Shape.Tail()).Evaluate(batch, loss, new Tensor<T>(x.Shape)), " (model)");
        replay.Forward("loss", model.RunnerFor(x.Shape.Tail()).Train(batch, loss, new Tensor<T>(x.Shape)), " (training)");
    }

    private static void Whole<V>(Replay<T> replay, Loss<T> loss, Tensor<T> x, TensorBatch<T> batch, string by) where V : unmanaged, IVector<V, T>
    {
        Tensor<T> dx = new Tensor<T>(x.Shape).Fill(T.NaN);
        replay.Forward("loss", loss.Compute<V>(x, batch, dx), by);
        replay.Backward("dx", dx, by);
    }

    private static void Separately(Replay<T> replay, Maker make, Tensor<T> x, int[] labels, Tensor<T>? targets)
    {
        Tensor<T> dy = replay.Get("dy"), dx = new(x.Shape), y = new(dy.Shape);
        for (int n = 0; n < x.Shape[0]; n++)
        {
            Loss<T> loss = make(Reduction.Sum, n);
            Tensor<T> gradient = dx.Slice(n, 1);
            y.Span[n] = T.CreateTruncating(targets is null ? loss.Compute(x.Slice(n, 1), labels.AsMemory(n, 1), gradient)
                : loss.Compute(x.Slice(n, 1), targets.Slice(n, 1), gradient));
            gradient.Scale(dy.Span[n]);
        }
        replay.Forward("y", y);
        replay.Backward("dx", targets is null ? dx : dx.Reshape(dy.Shape.Sizes));
    }

    private static double[]? Numbers(Replay<T> replay, string tensor) =>
        replay.GetIfThere(tensor) is { } numbers ? [.. numbers.Span.ToArray().Select(double.CreateTruncating)] : null;
}
