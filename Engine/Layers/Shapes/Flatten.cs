using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Reads every image as one row of numbers: [C, H, W] becomes [C·H·W].</summary>
/// <remarks>Channels first, then rows, then columns, as PyTorch's. Nothing is computed; in lanes nothing is copied.</remarks>
public sealed class Flatten<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Nothing;

    /// <inheritdoc/>
    public override OutputMemory OutputMemory => OutputMemory.IsInput;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => new(input.Length);

    /// <inheritdoc/>
    /// <remarks>Channels-last the numbers change their order: channel by channel, as PyTorch's.</remarks>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => layout == Layout.Lanes || inputs[0].Rank is 1 or 3;

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
