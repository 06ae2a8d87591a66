using System.Numerics;
using System.Runtime.CompilerServices;

namespace Scratch.Tensors;

/// <summary>Numbers that training changes, with their gradient.</summary>
/// <remarks>
/// A layer makes its parameters on its own; when the layer joins a model, they move into the model's one <see cref="ParameterVector{T}"/>, values and
/// all, and <see cref="Value"/> and <see cref="Gradient"/> become views of it. So ask for them anew rather than keep them.
/// </remarks>
public sealed class Parameter<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // none before the first use, so that a model's numbers are never there twice
    private Tensor<T>? _value, _gradient;
    private bool _isLent;

    /// <summary>With its first values.</summary>
    /// <param name="name">As PyTorch calls it within its layer: <c>weight</c>, <c>bias</c>.</param>
    /// <param name="value">The first values; the shape stays.</param>
    [OverloadResolutionPriority(1)]                                          // new(name, new(...)) is a tensor
    public Parameter(string name, Tensor<T> value) => (Name, Shape, _value) = (name, value.Shape, value);

    /// <summary>Of zeros, until its layer is initialised. Takes no memory before somebody looks or a model has a place for it.</summary>
    /// <param name="name">As PyTorch calls it within its layer: <c>weight</c>, <c>bias</c>.</param>
    /// <param name="shape">The shape.</param>
    public Parameter(string name, Shape shape) => (Name, Shape) = (name, shape);

    /// <summary>Its name within its layer; in a model the layer's place comes before it, as in <c>0.weight</c>.</summary>
    public string Name { get; }

    /// <summary>The sizes, of the numbers as of the gradient.</summary>
    public Shape Shape { get; }

    /// <summary>The numbers.</summary>
    public Tensor<T> Value => Vector is null or { IsOpen: true } && _value is { } value ? value : Look();

    /// <summary>The gradient of the loss by <see cref="Value"/>, of the same shape:
    /// what the backward passes since the last clearing added up to.</summary>
    public Tensor<T> Gradient => _gradient ??= new(Shape);

    /// <summary>Whether optimisers leave it alone (PyTorch's <c>requires_grad = False</c>). Its gradient is computed all the same.</summary>
    public bool Frozen { get; set; }

    /// <summary>The vector it lives in; none before its layer joins a model.</summary>
    internal ParameterVector<T>? Vector { get; private set; }

    /// <summary>Its first number's place in <see cref="Vector"/>.</summary>
    internal int Offset { get; private set; }

    /// <summary>Whether all numbers are zero. Does not look at what nobody has touched yet.</summary>
    internal bool IsAllZero => (_value is null && Vector is null) || Value.MaxMagnitude() == T.Zero;

    /// <summary>Whether it has numbers, or would have to be lent some.</summary>
    internal bool HasValue => _value is not null;

    /// <summary>For example <c>weight [8, 1, 5, 5]</c>.</summary>
    public override string ToString() => $"{Name} {Shape}";

    internal void MoveTo(ParameterVector<T> vector, int offset)
    {
        Vector?.Start();                                                     // its values come along
        Tensor<T> gradients = View(vector.Gradients, offset);
        _gradient?.Span.CopyTo(gradients.Span);
        (_gradient, Vector, Offset) = (gradients, vector, offset);
    }

    /// <summary>Gives the values their place among those of all parameters.</summary>
    internal void MoveInto(Tensor<T> all)
    {
        Tensor<T> values = View(all, Offset);
        _value?.Span.CopyTo(values.Span);
        (_value, _isLent) = (values, false);
    }

    /// <summary>Shows other numbers as its own, until <see cref="TakeBack"/>.</summary>
    internal void Lend(Tensor<T> memory, int offset) => (_value, _isLent) = (View(memory, offset), true);

    /// <summary>After <see cref="Lend"/>, unless it has got its own meanwhile.</summary>
    internal void TakeBack() => (_value, _isLent) = (_isLent ? null : _value, false);

    private Tensor<T> Look()
    {
        if (Vector is null) return _value ??= new(Shape);
        Vector.Start();
        return _value!;
    }

    private Tensor<T> View(Tensor<T> vector, int offset) => vector.Slice(offset, Shape.Length).Reshape(Shape.Sizes);
}
