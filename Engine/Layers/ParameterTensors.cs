using System.Numerics;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Layers;

/// <summary>A layer's parameters as one pass of a <see cref="LearnedTensorLayer{T}"/> sees them: their numbers, and on the way back their
/// gradients.</summary>
public sealed class ParameterTensors<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IReadOnlyList<Parameter<T>> _parameters;
    private readonly Tensor<T>[] _values;
    private readonly Tensor<T>?[] _gradients;

    internal ParameterTensors(IReadOnlyList<Parameter<T>> parameters, in Pass<T> pass)
    {
        (_parameters, _values, _gradients) = (parameters, new Tensor<T>[parameters.Count], new Tensor<T>?[parameters.Count]);
        for (int i = 0; i < parameters.Count; i++)
        {
            _values[i] = new(parameters[i].Shape, pass.Values(parameters[i]));
            if (pass.Wants(parameters[i])) _gradients[i] = new(parameters[i].Shape);
        }
    }

    /// <summary>The numbers that hold in this pass: a <c>Predictor</c> has copies of its own.</summary>
    /// <exception cref="InvalidOperationException">It is not one of the layer's <see cref="Module{T}.Parameters"/>.</exception>
    public Tensor<T> Values(Parameter<T> parameter) => _values[IndexOf(parameter)];

    /// <summary>Where the gradient is added up, of the parameter's shape: zeros at first. Forward has none.</summary>
    /// <exception cref="InvalidOperationException">It is not one of the layer's parameters, or nobody <see cref="Wants"/> its gradient.</exception>
    public Tensor<T> Gradient(Parameter<T> parameter)
    {
        if (_gradients[IndexOf(parameter)] is { } gradient) return gradient;
        ShapeGuard.WrongOrder($"parameter '{parameter.Name}'",
            "nobody wants its gradient: it is frozen, or this is the way forward. Ask Wants first.");
        throw null!;
    }

    /// <summary>Whether somebody needs the gradient of a parameter: not if it is frozen.</summary>
    public bool Wants(Parameter<T> parameter) => _gradients[IndexOf(parameter)] is not null;

    /// <summary>Adds what was found to the parameters' gradients.</summary>
    internal void AddTo(in Pass<T> pass)
    {
        for (int i = 0; i < _parameters.Count; i++)
        {
            if (_gradients[i] is not { } gradient) continue;
            Span<T> sum = pass.Gradient(_parameters[i]);
            TensorPrimitives.Add<T>(sum, gradient.Span, sum);
        }
    }

    private int IndexOf(Parameter<T> parameter)
    {
        for (int i = 0; i < _parameters.Count; i++)
            if (_parameters[i] == parameter) return i;
        ShapeGuard.WrongOrder($"parameter '{parameter.Name}'", $"it is not one of the layer's {_parameters.Count} Parameters. Name it among them.");
        throw null!;
    }
}
