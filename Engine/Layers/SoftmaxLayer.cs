using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>What <see cref="Softmax{T}"/> and <see cref="LogSoftmax{T}"/> share: the axis.</summary>
public abstract class SoftmaxLayer<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool _logarithm;

    private protected SoftmaxLayer(int dim, bool logarithm)
    {
        if (dim == 0) throw new ArgumentOutOfRangeException(nameof(dim), dim, $"{TypeName}: dim is 0, which is the batch. The channels are dim 1.");
        (Dim, _logarithm) = (dim, logarithm);
    }

    /// <summary>The axis, the batch counted as 0; negative from the end.</summary>
    public int Dim { get; }

    /// <inheritdoc/>
    public sealed override BackwardReads BackwardReads => BackwardReads.Output;

    /// <inheritdoc/>
    public sealed override Shape OutputShape(Shape input)
    {
        if (Axis(input) < 0 || Axis(input) >= input.Rank)
            ShapeGuard.Mismatch(Who, $"dim {Dim} is not an axis of input {input.Prepend(0)}, where 0 stands for the batch.", new Shape(new int[Math.Abs(Dim)]), input);
        return input;
    }

    /// <inheritdoc/>
    public sealed override void Forward<V>(in Pass<T> pass) =>
        SoftmaxLanes.Forward<V, T>(Classes(pass), Inner(pass), _logarithm, pass.Input, pass.Output);

    /// <inheritdoc/>
    public sealed override void Backward<V>(in Pass<T> pass)
    {
        if (!pass.GradInput.IsEmpty)
            SoftmaxLanes.Backward<V, T>(Classes(pass), Inner(pass), _logarithm, pass.Output, pass.GradOutput, pass.GradInput);
    }

    private int Axis(Shape image) => Dim > 0 ? Dim - 1 : image.Rank + Dim;

    private int Classes(in Pass<T> pass) => pass.InputShape[Axis(pass.InputShape)];

    private int Inner(in Pass<T> pass)
    {
        int inner = 1;
        foreach (int size in pass.InputShape.Sizes[(Axis(pass.InputShape) + 1)..]) inner *= size;
        return inner;
    }
}
