using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>A layer from two functions, as the lesson's <c>Lambda</c>, with the backward pass written out. It may have parameters.</summary>
/// <remarks>
/// <code>
/// var gain = new Parameter&lt;float&gt;("gain", new Tensor&lt;float&gt;(new Shape(1), [1]));
/// var layer = new Lambda&lt;float&gt;("Gain", [gain],
///     (x, p) => x.Clone().Scale(p.Values(gain).Span[0]),
///     (x, dy, p) =>
///     {
///         if (p.Wants(gain)) p.Gradient(gain).Span[0] += x.Dot(dy);
///         return dy.Clone().Scale(p.Values(gain).Span[0]);
///     });
/// </code>
/// </remarks>
public sealed class Lambda<T> : LearnedTensorLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Func<Tensor<T>, ParameterTensors<T>, Tensor<T>> _forward;
    private readonly Func<Tensor<T>, Tensor<T>, ParameterTensors<T>, Tensor<T>> _backward;
    private readonly Func<Shape, Shape>? _outputShape;
    private readonly Tensor<T>[] _first;

    /// <summary>Makes a layer without parameters.</summary>
    /// <param name="name">What summaries and errors call it.</param>
    /// <param name="forward">From input [N, ...] to output [N, ...].</param>
    /// <param name="backward">From input [N, ...] and the output's gradient to the input's gradient.</param>
    /// <param name="outputShape">The shape of one image's output for one image's input;
    /// without it <paramref name="forward"/> is tried on one image of zeros.</param>
    public Lambda(string name, Func<Tensor<T>, Tensor<T>> forward, Func<Tensor<T>, Tensor<T>, Tensor<T>> backward, Func<Shape, Shape>? outputShape =
        null)
        : this(name, [], (input, _) => forward(input), (input, gradOutput, _) => backward(input, gradOutput), outputShape)
    {
    }

    /// <summary>Makes a layer that learns.</summary>
    /// <param name="name">What summaries and errors call it.</param>
    /// <param name="parameters">What it learns, with the values that <see cref="Initialize"/> gives them again.</param>
    /// <param name="forward">From input [N, ...] and the parameters to output [N, ...].</param>
    /// <param name="backward">From input [N, ...], the output's gradient and the parameters to the input's gradient; adds to
    /// <see cref="ParameterTensors{T}.Gradient"/> of those that are wanted.</param>
    /// <param name="outputShape">The shape of one image's output for one image's input;
    /// without it <paramref name="forward"/> is tried on one image of zeros.</param>
    public Lambda(string name, IReadOnlyList<Parameter<T>> parameters, Func<Tensor<T>, ParameterTensors<T>, Tensor<T>> forward,
        Func<Tensor<T>, Tensor<T>, ParameterTensors<T>, Tensor<T>> backward, Func<Shape, Shape>? outputShape = null)
    {
        (TypeName, Parameters, _forward, _backward, _outputShape) = (name, [.. parameters], forward, backward, outputShape);
        _first = [.. parameters.Select(parameter => parameter.Value.Clone())];
    }

    /// <inheritdoc/>
    public override string TypeName { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Input;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => _outputShape is null
        ? _forward(new Tensor<T>(input.Prepend(1)), new ParameterTensors<T>(Parameters, default)).Shape.Tail()
        : _outputShape(input);

    /// <summary>Gives the parameters the values with which they came.</summary>
    public override void Initialize(Initialization initialization, RandomGenerator random)
    {
        for (int i = 0; i < _first.Length; i++) _first[i].Span.CopyTo(Parameters[i].Value.Span);
    }

    /// <inheritdoc/>
    public override Tensor<T> Forward(Tensor<T> input, ParameterTensors<T> parameters) => _forward(input, parameters);

    /// <inheritdoc/>
    public override Tensor<T> Backward(Tensor<T> input, Tensor<T> output, Tensor<T> gradOutput, ParameterTensors<T> parameters) =>
        _backward(input, gradOutput, parameters);
}
