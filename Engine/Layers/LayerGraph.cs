using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Single layers in the order in which they run, and what each one reads: a model with its modules taken apart.</summary>
/// <remarks>Values are numbered: first the model's inputs, then the output of each layer. One layer may stand in several places.</remarks>
internal sealed class LayerGraph<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<Layer<T>> _layers = [];
    private readonly List<int[]> _inputs = [];
    private readonly List<string> _paths = [];
    private readonly string[] _names;

    /// <summary>Everything that leads from the inputs to the outputs.</summary>
    /// <exception cref="InvalidOperationException">An output depends on an input that is not in the list.</exception>
    public LayerGraph(IReadOnlyList<Value<T>> inputs, IReadOnlyList<Value<T>> outputs)
    {
        InputCount = inputs.Count;
        _names = [.. inputs.Select((input, i) => inputs.Take(i).Any(other => other.Path == input.Path) ? $"{input.Path}{i}" : input.Path)];
        var numbers = new Dictionary<Value<T>, int>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < inputs.Count; i++) numbers.Add(inputs[i], i);
        foreach (Value<T> output in outputs) Visit(output);
        Outputs = [.. outputs.Select(output => numbers[output])];

        // Depth first, with a stack of its own: networks are deep. A value comes after what it reads.
        void Visit(Value<T> end)
        {
            var stack = new Stack<(Value<T> Value, Layer<T>? Reader, bool IsReady)>([(end, null, false)]);
            while (stack.TryPop(out var top))
            {
                if (numbers.ContainsKey(top.Value)) continue;
                if (top.Value.Layer is not { } layer)
                {
                    ShapeGuard.WrongOrder("Model",
                        $"{(top.Reader is { } reader ? $"{reader.Who} reads a value" : "an output is a value")} '{top.Value.Path}' that is not "
                        + $"among the model's {InputCount} inputs, nor made of them. Name it as an input, or connect values of this model only.");
                    throw null!;
                }
                if (top.Value.Inputs.Length == 0) ShapeGuard.WrongOrder(layer.Who, "no value is connected to it. Give Connect what it is to read.");
                if (!top.IsReady)
                {
                    stack.Push((top.Value, top.Reader, true));
                    for (int i = top.Value.Inputs.Length - 1; i >= 0; i--) stack.Push((top.Value.Inputs[i], layer, false));
                    continue;
                }
                numbers.Add(top.Value, InputCount + _layers.Count);
                _paths.Add(top.Value.Path.Length > 0 ? top.Value.Path : $"{_layers.Count}");
                if (layer.Path.Length == 0) layer.Path = _paths[^1];
                _layers.Add(layer);
                _inputs.Add([.. top.Value.Inputs.Select(input => numbers[input])]);
            }
        }
    }

    /// <summary>How many inputs the model has.</summary>
    public int InputCount { get; }

    /// <summary>What the model's input i is called; with its number where another before it has the name.</summary>
    public string NameOf(int i) => _names[i];

    /// <summary>The values that the model gives.</summary>
    public int[] Outputs { get; }

    /// <summary>In the order in which they run.</summary>
    public IReadOnlyList<Layer<T>> Layers => _layers;

    /// <summary>Where layer i stands, as its parameters are named.</summary>
    public string PathOf(int i) => _paths[i];

    /// <summary>The values that layer i reads.</summary>
    public int[] InputsOf(int i) => _inputs[i];

    /// <summary>The first value that layer i reads.</summary>
    public int InputOf(int i) => _inputs[i][0];

    /// <summary>The value that layer i makes.</summary>
    public int OutputOf(int i) => InputCount + i;

    /// <summary>Layers in a row.</summary>
    public static LayerGraph<T> Row(IReadOnlyList<Layer<T>> layers)
    {
        Value<T> input = new(), value = input;
        foreach (Layer<T> layer in layers) value = layer.Connect(value);
        return new([input], [value]);
    }

    /// <summary>The shape of one image of every value.</summary>
    /// <exception cref="ShapeMismatchException">A layer does not take what comes to it.</exception>
    public Shape[] Shapes(params ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != InputCount)
            ShapeGuard.Mismatch("Model", $"it has {InputCount} inputs, {inputs.Length} were given.", new Shape(InputCount), new Shape(inputs.Length));
        var shapes = new Shape[InputCount + _layers.Count];
        inputs.CopyTo(shapes);
        for (int i = 0; i < _layers.Count; i++)
        {
            shapes[InputCount + i] = _layers[i].OutputShapeFor([.. _inputs[i].Select(value => shapes[value])]);
        }
        return shapes;
    }
}
