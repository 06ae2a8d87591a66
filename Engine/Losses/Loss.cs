using System.Numerics;
using Scratch.Data;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Losses;

/// <summary>One number for how far outputs are from what they should be, and its gradient: the mean over the images of a batch.</summary>
/// <remarks>Blocks come in any order, from several threads at once: a loss holds no state of a batch.</remarks>
public abstract class Loss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Refuses a batch whose targets do not fit the outputs, before any work.</summary>
    /// <param name="batch">The images with their labels.</param>
    /// <param name="output">The shape of one image's output.</param>
    /// <exception cref="ArgumentException">The targets are missing or do not fit.</exception>
    public abstract void Check(Batch<T> batch, Shape output);

    /// <summary>The sum of the losses of one block's images, not yet divided; and the gradient of the batch's mean.</summary>
    /// <param name="pass">The block.</param>
    public abstract double Forward<V>(in LossPass<T> pass) where V : unmanaged, IVector<V, T>;
}

/// <summary>What a loss sees of one block: outputs in lanes and the labels of the filled ones.</summary>
public readonly ref struct LossPass<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>[shape of one image's output, lanes].</summary>
    public ReadOnlySpan<T> Output { get; init; }

    /// <summary>Like Output, to be overwritten: the gradient of the batch's mean loss, zero in empty lanes.</summary>
    public Span<T> GradOutput { get; init; }

    /// <summary>[images of the block], classes.</summary>
    public ReadOnlySpan<int> Labels { get; init; }

    /// <summary>Images of the block.</summary>
    public int Images { get; init; }

    /// <summary>Images of the whole batch: what the mean divides by.</summary>
    public int BatchSize { get; init; }
}
