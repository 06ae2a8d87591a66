using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>One step of a network, with a forward pass and a hand-written backward pass over blocks of images in lanes.</summary>
/// <remarks>
/// A layer holds its configuration and parameters, never activations: several threads run it on different blocks at once. What a pass
/// works on comes in a <see cref="Pass{T}"/>: values are [C, H, W, lanes] (<see cref="Kernels.Lanes"/>), so code for a vector V reads
/// like code for one pixel of one image. Empty lanes of the last block hold zeros on the way in; their gradient must stay zero, and
/// their values finite. To write a layer in terms of whole [N, C, H, W] tensors instead, derive from <see cref="TensorLayer{T}"/>.
/// </remarks>
public abstract class Layer<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What <see cref="Backward"/> reads of the forward pass. Everything, by default; less lets a neighbour reuse the memory.</summary>
    public virtual BackwardReads BackwardReads => BackwardReads.InputAndOutput;

    /// <summary>Where the output may lie, and the gradient of the input likewise. In memory of its own, by default.</summary>
    public virtual OutputMemory OutputMemory => OutputMemory.Own;

    /// <summary>The window it slides along the rows and columns of such an image; none by default.</summary>
    public virtual (WindowAxis Rows, WindowAxis Columns)? Window(Shape input) => null;

    /// <summary>For a layer that makes images larger: the window over which it spreads each pixel of such an image, as a convolution from its output back to its input
    /// would slide it; none by default.</summary>
    public virtual (WindowAxis Rows, WindowAxis Columns)? SpreadWindow(Shape input) => null;

    /// <summary>Multiplications with an addition that one image takes on the way forward; 0 by default, for layers that take next to none.</summary>
    public virtual long MultiplyAdds(Shape input) => 0;

    /// <summary>How many numbers it borrows for one call with blocks of such images. None by default.</summary>
    public virtual int ScratchLength<V>(Shape input) where V : unmanaged, IVector<V, T> => 0;

    /// <summary>What kernels can apply for this layer while they write the numbers it is to activate; none by default.</summary>
    internal virtual Activation<T> Activation => default;

    /// <summary>Whether it takes on the <see cref="Activation"/> of the layer after it, both ways, so that this one is not called.</summary>
    internal virtual bool TakesActivation => false;

    /// <summary>Whether Forward takes no longer than to fetch its output from beyond the cache, so that training repeats it rather than keep that.</summary>
    internal virtual bool IsCheap => OutputMemory == OutputMemory.IsInput;

    /// <summary>Bytes of what it works out once for such images and keeps. None by default.</summary>
    internal virtual long TableBytes(Shape input) => 0;

    /// <summary>The same for a pass on which several threads may work.</summary>
    internal virtual int ScratchLength<V>(Shape input, int threads) where V : unmanaged, IVector<V, T> => ScratchLength<V>(input);

    /// <summary>Writes the output of one block.</summary>
    /// <param name="pass">Input; Output, overwritten; Scratch.</param>
    public abstract void Forward<V>(in Pass<T> pass) where V : unmanaged, IVector<V, T>;

    /// <summary>Carries the loss's gradient from the output back to the input, and adds the parameters' share to their gradients.</summary>
    /// <param name="pass"> Input and Output as <see cref="Forward"/> left them (if <see cref="BackwardReads"/>
    /// asks for them); GradOutput, left unchanged unless it is the same memory as GradInput; GradInput,
    /// overwritten, or empty where nobody reads it; <see cref="Pass{T}.Gradient"/>, added to; Scratch.
    /// </param>
    public abstract void Backward<V>(in Pass<T> pass) where V : unmanaged, IVector<V, T>;

    internal sealed override int Unroll(LayerGraph<T> graph, int from, string path)
    {
        Path = path;
        return graph.Add(this, from);
    }
}

/// <summary>What a layer's backward pass reads of its forward pass.</summary>
[Flags]
public enum BackwardReads
{
    /// <summary>Nothing but gradients and parameters.</summary>
    Nothing = 0,

    /// <summary>The values that came in.</summary>
    Input = 1,

    /// <summary>The values that went out.</summary>
    Output = 2,

    /// <summary>Both.</summary>
    InputAndOutput = Input | Output,
}

/// <summary>Where a layer's output lies.</summary>
public enum OutputMemory
{
    /// <summary>In memory of its own.</summary>
    Own,

    /// <summary>Over the input, if nobody needs that any more: each number depends
    /// on the number at its own place. Input and output are of one size.</summary>
    MayReplaceInput,

    /// <summary>It is the input: only the shape changes. Forward and Backward have nothing to do and are not called.</summary>
    IsInput,
}
