using System.Numerics;
using Scratch.Data;
using Scratch.Kernels.Simd;
using Scratch.Losses;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>Runs a model over batches, block by block, on several threads; the vector it computes with is chosen once.</summary>
/// <remarks>For one thread of control at a time. Warm calls allocate nothing.</remarks>
internal abstract class BlockRunner<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Who looks on; to be changed between passes only. A model's own runners share its list.</summary>
    public List<BlockObserver<T>> Observers { get; set; } = [];

    /// <summary>A runner for images of one shape.</summary>
    /// <exception cref="ShapeMismatchException">A layer does not take what comes before it.</exception>
    public static BlockRunner<T> Create(Sequential<T> model, Shape input, int threads, SimdWidth? width = null) =>
        ForVector.Of(width ?? Processor.Widest, new Maker(model, input, threads));

    /// <summary>Outputs of a batch, [N, ...]; if <see cref="Backward"/> is to follow, every block's values are kept for it.</summary>
    public abstract void Forward(Batch<T> batch, bool training, bool backwardFollows, Tensor<T> output);

    /// <summary>After <see cref="Forward"/>: adds to the parameters' gradients, and writes that of the input if there is a place for it.</summary>
    public abstract void Backward(Tensor<T> gradOutput, Tensor<T>? gradInput);

    /// <summary>Forward, loss and backward in one, each block depth first while it is in the cache. Overwrites the parameters' gradients.</summary>
    /// <returns>The mean loss.</returns>
    public abstract double Train(Batch<T> batch, Loss<T> loss, Tensor<T> output);

    /// <summary>Forward and loss outside training.</summary>
    /// <returns>The mean loss.</returns>
    public abstract double Evaluate(Batch<T> batch, Loss<T> loss, Tensor<T> output);

    private sealed class Maker(Sequential<T> model, Shape input, int threads) : IForVector<T, BlockRunner<T>>
    {
        public BlockRunner<T> With<V>() where V : unmanaged, IVector<V, T> => new BlockRunner<T, V>(model, input, threads);
    }
}
