using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Reads the same numbers with another shape; the lesson's first layer, from 784 numbers to 1x28x28.</summary>
/// <remarks>Shapes are of one image, without the batch. Nothing is computed or copied.</remarks>
public sealed class Reshape<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Shape _shape;

    /// <summary>Every image becomes <paramref name="sizes"/>, for example 1, 28, 28.</summary>
    public Reshape(params ReadOnlySpan<int> sizes) => _shape = new(sizes);

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Nothing;

    /// <inheritdoc/>
    public override OutputMemory OutputMemory => OutputMemory.IsInput;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        if (input.Length != _shape.Length)
            ShapeGuard.Mismatch(Who, $"an image of {input} has {input.Length} numbers, {_shape} takes {_shape.Length}.", _shape, input);
        return _shape;
    }

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
    }

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
    }
}
