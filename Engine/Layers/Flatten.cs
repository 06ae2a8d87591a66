using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Reads every image as one row of numbers: [C, H, W] becomes [C·H·W].</summary>
/// <remarks>Channels first, then rows, then columns, as PyTorch's. Nothing is computed or copied.</remarks>
public sealed class Flatten<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Nothing;

    /// <inheritdoc/>
    public override OutputMemory OutputMemory => OutputMemory.IsInput;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => new(input.Length);

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
    }

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
    }
}
