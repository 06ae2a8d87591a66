using System.Numerics;
using Scratch.Data;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Tensors;

namespace Scratch.Plans;

/// <summary>Runs a model over batches; the vector it computes with is chosen once. For one thread of control at a time; warm calls allocate
/// nothing.</summary>
internal abstract class PlanRunner<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Who looks on; to be changed between passes only. A model's own runners share its list.</summary>
    public List<BlockObserver<T>> Observers { get; set; } = [];

    /// <summary>Where each step's time is added up, in ticks of the stopwatch; none if nobody wants to know.</summary>
    public long[]? Clock { get; set; }

    /// <summary>A runner for images of some shapes.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="vector">Its parameters.</param>
    /// <param name="chance">Its seed and step.</param>
    /// <param name="inputs">The shape of one image of each input.</param>
    /// <param name="threads">How many may work.</param>
    /// <param name="width">Which vectors.</param>
    /// <exception cref="ShapeMismatchException">A layer does not take what comes before it.</exception>
    public static PlanRunner<T> Create(LayerGraph<T> graph, ParameterVector<T> vector, Chance chance, Shape[] inputs, int threads,
        SimdWidth? width = null) =>
        ForVector.Of(width ?? Processor.Widest, new Maker(graph, vector, chance, inputs, threads));

    /// <summary>Numbers of a vector.</summary>
    public abstract int VectorLength { get; }

    /// <summary>The plan for a goal; made at its first use.</summary>
    public abstract Plan<T> PlanFor(PlanGoal goal);

    /// <summary>The outputs of a batch; if <see cref="Backward"/> is to follow, every block's values are kept for it.</summary>
    /// <param name="batch">The images.</param>
    /// <param name="training">Whether whole-batch layers look at the batch.</param>
    /// <param name="backwardFollows">Whether a way back follows.</param>
    /// <param name="outputs">[N, ...] of each output, overwritten.</param>
    public abstract void Forward(Batch<T> batch, bool training, bool backwardFollows, params ReadOnlySpan<Tensor<T>> outputs);

    /// <summary>After <see cref="Forward"/>: adds to the parameters' gradients, and writes those of the inputs if there are places for
    /// them.</summary>
    public abstract void Backward(ReadOnlySpan<Tensor<T>> gradOutputs, ReadOnlySpan<Tensor<T>> gradInputs);

    /// <summary>Forward, loss and backward in one. Overwrites the parameters' gradients.</summary>
    /// <returns>The mean loss; of several, the sum, each times its weight.</returns>
    public abstract double Train(Batch<T> batch, Losses<T> losses, params ReadOnlySpan<Tensor<T>> outputs);

    /// <summary>Forward and loss outside training.</summary>
    /// <returns>The mean loss; of several, the sum, each times its weight.</returns>
    public abstract double Evaluate(Batch<T> batch, Losses<T> losses, params ReadOnlySpan<Tensor<T>> outputs);

    /// <summary>Takes the numbers of all parameters and statistics as they are now, once and for all, for <see cref="Infer"/>: layer by
    /// layer.</summary>
    public abstract void Freeze(int images, FirstValues<T> firstValues);

    /// <summary>After <see cref="Freeze"/>: the outputs of a batch of at most as many images a block.</summary>
    public abstract void Infer(Batch<T> batch, params ReadOnlySpan<Tensor<T>> outputs);

    /// <summary>A second runner over what <see cref="Freeze"/> took, with memory of its own for values, for another thread.</summary>
    public abstract PlanRunner<T> Share();

    /// <summary>Bytes of what layers work out of their parameters, for the plan that was made last.</summary>
    public abstract long PreparedBytes { get; }

    /// <summary>Bytes that a goal takes for a batch: what <see cref="Train"/> and the others allocate.</summary>
    public abstract (long Gradients, long Values, long Working, long Tables) Bytes(PlanGoal goal, int images);

    private sealed class Maker(LayerGraph<T> graph, ParameterVector<T> vector, Chance chance, Shape[] inputs, int threads)
        : IForVector<T, PlanRunner<T>>
    {
        public PlanRunner<T> With<V>() where V : unmanaged, IVector<V, T> => new PlanRunner<T, V>(graph, vector, chance, inputs, threads);
    }
}
