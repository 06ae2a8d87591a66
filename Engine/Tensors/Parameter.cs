using System.Numerics;

namespace Scratch.Tensors;

/// <summary>Numbers that training changes, with their gradient.</summary>
/// <remarks>
/// A layer makes its parameters on its own; when the layer joins a model, they move into the model's one <see cref="ParameterVector{T}"/>, values and
/// all, and <see cref="Value"/> and <see cref="Gradient"/> become views of it. So ask for them anew rather than keep them.
/// </remarks>
/// <param name="name">As PyTorch calls it within its layer: <c>weight</c>, <c>bias</c>.</param>
/// <param name="value">The first values; the shape stays.</param>
public sealed class Parameter<T>(string name, Tensor<T> value) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Tensor<T>? _gradient;

    /// <summary>Its name within its layer; in a model the layer's place comes before it, as in <c>0.weight</c>.</summary>
    public string Name => name;

    /// <summary>The numbers.</summary>
    public Tensor<T> Value { get; private set; } = value;

    /// <summary>The gradient of the loss by <see cref="Value"/>, of the same shape:
    /// what the backward passes since the last clearing added up to.</summary>
    public Tensor<T> Gradient => _gradient ??= new(Value.Shape);

    /// <summary>Whether optimisers leave it alone (PyTorch's <c>requires_grad = False</c>). Its gradient is computed all the same.</summary>
    public bool Frozen { get; set; }

    /// <summary>The vector it lives in; none before its layer joins a model.</summary>
    internal ParameterVector<T>? Vector { get; private set; }

    /// <summary>Its first number's place in <see cref="Vector"/>.</summary>
    internal int Offset { get; private set; }

    /// <summary>For example <c>weight [8, 1, 5, 5]</c>.</summary>
    public override string ToString() => $"{Name} {Value.Shape}";

    internal void MoveTo(ParameterVector<T> vector, int offset)
    {
        Tensor<T> values = View(vector.Values, offset), gradients = View(vector.Gradients, offset);
        Value.Span.CopyTo(values.Span);
        _gradient?.Span.CopyTo(gradients.Span);                              // before its first use there is none: nothing is touched for it
        (Value, _gradient, Vector, Offset) = (values, gradients, vector, offset);
    }

    private Tensor<T> View(Tensor<T> vector, int offset) => vector.Slice(offset, Value.Length).Reshape(Value.Shape.Sizes);
}
