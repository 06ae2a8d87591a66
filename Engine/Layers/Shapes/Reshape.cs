using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Reads the same numbers with another shape; the lesson's first layer, from 784 numbers to 1x28x28.</summary>
/// <remarks>Shapes are of one image, without the batch. Nothing is computed; in lanes nothing is copied.</remarks>
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
    /// <remarks>Channels-last the numbers change their order: channel by channel, as PyTorch's.</remarks>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => layout == Layout.Lanes || (inputs[0].Rank == 1 ? _shape.Rank is 1 or 3
        : inputs[0].Rank == 3 && _shape.Rank == 1);

    /// <inheritdoc/>
    public override bool IsCheap => true;

    /// <inheritdoc/>
    public override double Cost(LayerSite site, int vector) => site.Numbers * 0.3;

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => ChannelOrder.Reshape(pass.InputShape, pass.OutputShape, pass.Images, pass.Input, pass.Output);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        if (!pass.GradInput.IsEmpty) ChannelOrder.Reshape(pass.OutputShape, pass.InputShape, pass.Images, pass.GradOutput, pass.GradInput);
    }
}
