using System.Numerics;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Losses;

/// <summary>How the losses of a batch become one number.</summary>
public enum Reduction
{
    /// <summary>Their mean; weighted where the loss has weights.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,
}

/// <summary>One number for how far outputs are from what they should be, and its gradient.</summary>
/// <remarks>
/// Blocks come in any order, from several threads at once: a loss holds no state of a batch. What must be known of the whole batch before its
/// first block, the number to divide by, comes from <see cref="Begin"/> and goes along with every block.
/// </remarks>
public abstract class Loss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private string? _name;                                                   // once: every batch asks for it

    /// <summary>Mean or sum.</summary>
    public Reduction Reduction { get; init; }

    /// <summary>Whether the loss of a position of an image depends on the outputs and labels or targets of that position only, and is added to those
    /// of others: no by default. Where the channels of outputs lie side by side, <see cref="Forward"/> then gets some positions at a time, as if
    /// each were an image of [classes], and threads share a block; otherwise whole images are laid side by side for it.</summary>
    public virtual bool IsByPosition => false;

    /// <summary>Looks at a batch before any work, and refuses it if its labels or targets do not fit the outputs.</summary>
    /// <param name="batch">The images with their labels or targets.</param>
    /// <param name="output">The shape of one image's output.</param>
    /// <returns>What the sum of all losses is divided by; zero if nothing in the batch counts: then loss and gradient are zero.</returns>
    /// <exception cref="ArgumentException">The targets are missing or do not fit.</exception>
    public abstract double Begin(Batch<T> batch, Shape output);

    /// <summary>The sum of the losses of one block's images, not yet divided; and the gradient of the batch's loss, divided.</summary>
    /// <param name="pass">The block.</param>
    public abstract double Forward<V>(in LossPass<T> pass) where V : unmanaged, IVector<V, T>;

    /// <summary>The loss of whole tensors with labels: for learning, tests, and loops of one's own.</summary>
    /// <param name="output">[N, ...].</param>
    /// <param name="labels">[N], or [N, positions].</param>
    /// <param name="gradOutput">Like the output, overwritten with the gradient; or none.</param>
    /// <exception cref="ArgumentException">The labels do not fit the outputs.</exception>
    public double Compute(Tensor<T> output, ReadOnlyMemory<int> labels, Tensor<T>? gradOutput = null) =>
        Compute(output, new TensorBatch<T>(output, labels), gradOutput);

    /// <summary>The same with targets.</summary>
    /// <param name="output">[N, ...].</param>
    /// <param name="targets">[N, ...], mostly like the output.</param>
    /// <param name="gradOutput">Like the output, overwritten with the gradient; or none.</param>
    /// <exception cref="ArgumentException">The targets do not fit the outputs.</exception>
    public double Compute(Tensor<T> output, Tensor<T> targets, Tensor<T>? gradOutput = null) =>
        Compute(output, new TensorBatch<T>(output, targets: targets), gradOutput);

    /// <summary>For example <c>CrossEntropyLoss, mean</c>.</summary>
    public override string ToString() => $"{Name}, {(Reduction == Reduction.Mean ? "mean" : "sum")}";

    /// <summary>What errors call it.</summary>
    protected string Name => _name ??= GetType().Name.Split('`')[0];

    /// <summary>The same with vectors of one width.</summary>
    internal double Compute<V>(Tensor<T> output, TensorBatch<T> batch, Tensor<T>? gradOutput) where V : unmanaged, IVector<V, T>
    {
        if (gradOutput is not null) ShapeGuard.Same(Name, "the gradient by the output", output.Shape, gradOutput.Shape);
        Shape shape = output.Shape.Tail();
        double divisor = Begin(batch, shape), sum = 0;
        int size = shape.Length, positions = batch.Labels.Length / batch.Count;
        T[] outputLanes = new T[size * Lanes.Count], gradLanes = new T[outputLanes.Length];
        T[] targetLanes = new T[batch.TargetShape is { } target ? target.Length * Lanes.Count : 0];
        for (int block = 0; block < Lanes.Blocks(batch.Count); block++)
        {
            int first = block * Lanes.Count, images = Lanes.Filled(block, batch.Count);
            batch.CopyBlock(block, outputLanes);
            if (targetLanes.Length > 0) batch.CopyTargets(block, targetLanes);
            sum += Forward<V>(new LossPass<T> { Output = outputLanes, OutputShape = shape, GradOutput = gradLanes, Images = images, Divisor = divisor,
                Labels = batch.Labels.Slice(first * positions, images * positions), Targets = targetLanes });
            if (gradOutput is not null) Lanes.Deinterleave<T>(gradLanes, size, gradOutput.Span.Slice(first * size, images * size));
        }
        return divisor > 0 ? sum / divisor : 0;
    }

    private double Compute(Tensor<T> output, TensorBatch<T> batch, Tensor<T>? gradOutput) =>
        ForVector.Widest(new Computation(this, output, batch, gradOutput));

    private sealed class Computation(Loss<T> loss, Tensor<T> output, TensorBatch<T> batch, Tensor<T>? gradOutput) : IForVector<T, double>
    {
        public double With<V>() where V : unmanaged, IVector<V, T> => loss.Compute<V>(output, batch, gradOutput);
    }
}

/// <summary>What a loss sees of one block: outputs in lanes, and the labels or targets of the filled ones.</summary>
public readonly ref struct LossPass<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>[shape of one image's output, lanes].</summary>
    public ReadOnlySpan<T> Output { get; init; }

    /// <summary>The shape of one image's output.</summary>
    public Shape OutputShape { get; init; }

    /// <summary>Like Output, to be overwritten: the gradient of the batch's loss, zero in empty lanes.</summary>
    public Span<T> GradOutput { get; init; }

    /// <summary>[images of the block], classes, or [images of the block, positions]; or none.</summary>
    public ReadOnlySpan<int> Labels { get; init; }

    /// <summary>[shape of one image's target, lanes], or none.</summary>
    public ReadOnlySpan<T> Targets { get; init; }

    /// <summary>Images of the block.</summary>
    public int Images { get; init; }

    /// <summary>What the sum over the whole batch is divided by, from <see cref="Loss{T}.Begin"/>.</summary>
    public double Divisor { get; init; }

    /// <summary>What the gradient of the sum is multiplied by.</summary>
    public T Scale => Divisor > 0 ? T.One / T.CreateTruncating(Divisor) : T.Zero;
}
