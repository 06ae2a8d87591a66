using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>A layer that puts one function to every number, of any shape: the derived layer says the function and its derivative.</summary>
public abstract class ActivationLayer<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected ActivationLayer(BackwardReads reads) => BackwardReads = reads;

    /// <summary>Input or output: whichever the derivative is told from.</summary>
    public sealed override BackwardReads BackwardReads { get; }

    /// <inheritdoc/>
    public sealed override OutputMemory OutputMemory => OutputMemory.MayReplaceInput;

    /// <inheritdoc/>
    public sealed override bool IsActivation => true;

    /// <inheritdoc/>
    public sealed override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public sealed override Division DivisionAt(LayerSite site) => Division.Anywhere;

    /// <inheritdoc/>
    public sealed override Shape OutputShape(Shape input) => input;

    private protected static void Map<V, F>(F function, in Pass<T> pass) where V : unmanaged, IVector<V, T> where F : struct, IElementFunction<T> =>
        ElementMap.Forward<V, T, F>(function, pass.Input, pass.Output);

    private protected void MapBack<V, F>(F function, in Pass<T> pass) where V : unmanaged, IVector<V, T> where F : struct, IElementFunction<T>
    {
        if (pass.GradInput.IsEmpty) return;
        ElementMap.Backward<V, T, F>(function, BackwardReads == BackwardReads.Input ? pass.Input : pass.Output, pass.GradOutput, pass.GradInput);
    }
}
