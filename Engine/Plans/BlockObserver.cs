using System.Numerics;
using Scratch.Kernels.Simd;
using Scratch.Layers;

namespace Scratch.Plans;

/// <summary>Looks at the output of every layer as it is made, block by block: what telemetry and hooks are built on.</summary>
/// <remarks>
/// Blocks come in any order, from several threads at once, so keep what a block gives in a place of its own and combine the places in order in
/// <see cref="EndPass"/>: then the result does not depend on the threads.
/// </remarks>
public abstract class BlockObserver<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Says which model's pass is about to begin.</summary>
    internal virtual void Watch(LayerGraph<T> graph)
    {
    }

    /// <summary>Whether it wants to see the outputs of the next pass; yes by default. Where nobody does, the pass is as fast as without observers,
    /// and nothing but <see cref="BeginPass"/> and <see cref="EndPass"/> may be called.</summary>
    /// <param name="training">Whether the model learns from it.</param>
    public virtual bool LooksNext(bool training) => true;

    /// <summary>A forward pass of a batch begins.</summary>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="images">Images of the batch.</param>
    /// <param name="training">Whether the model learns from it.</param>
    public abstract void BeginPass(int layers, int images, bool training);

    /// <summary>A layer has written its output for one block.</summary>
    /// <param name="layer">The layer's number in the model.</param>
    /// <param name="pass">Its block, in lanes, with all of its inputs (<see cref="Pass{T}.InputAt"/>). All may be overwritten after this
    /// call.</param>
    public abstract void Observe<V>(int layer, in Pass<T> pass) where V : unmanaged, IVector<V, T>;

    /// <summary>All blocks of the batch have been seen.</summary>
    public abstract void EndPass();

    /// <summary>Whether it wants to see gradients, too; no by default.</summary>
    public virtual bool ObservesGradients => false;

    /// <summary>The gradient by a layer's output is there for one block, on the way back. In training this comes before <see cref="EndPass"/>: a
    /// block turns back as soon as it is through.</summary>
    /// <param name="layer">The layer's number in the model.</param>
    /// <param name="pass">Its block, with GradOutput, which may be overwritten after this call. The gradient by
    /// the layer's input is what is shown for the layer before it.</param>
    public virtual void ObserveGradient<V>(int layer, in Pass<T> pass) where V : unmanaged, IVector<V, T>
    {
    }

    /// <summary>All gradients of the batch have been seen.</summary>
    public virtual void EndGradients()
    {
    }
}
