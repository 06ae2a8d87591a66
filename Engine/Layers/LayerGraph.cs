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

    /// <summary>Everything that leads from the inputs to the outputs.</summary>
    /// <exception cref="InvalidOperationException">An output depends on an input that is not in the list.</exception>
    public LayerGraph(IReadOnlyList<Value<T>> inputs, IReadOnlyList<Value<T>> outputs)
    {
        InputCount = inputs.Count;
        var numbers = new Dictionary<Value<T>, int>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < inputs.Count; i++) numbers.Add(inputs[i], i);
        foreach (Value<T> output in outputs) Visit(output);
        Outputs = [.. outputs.Select(output => numbers[output])];

        // Depth first, with a stack of its own: networks are deep. A value comes after what it reads.
        void Visit(Value<T> end)
        {
            var stack = new Stack<(Value<T> Value, bool IsReady)>([(end, false)]);
            while (stack.TryPop(out var top))
            {
                if (numbers.ContainsKey(top.Value)) continue;
                if (top.Value.Layer is not { } layer)
                {
                    ShapeGuard.WrongOrder("Model", $"an output depends on a value '{top.Value.Path}' that is not among the model's inputs. Name it as one.");
                    throw null!;
                }
                if (!top.IsReady)
                {
                    stack.Push((top.Value, true));
                    for (int i = top.Value.Inputs.Length - 1; i >= 0; i--) stack.Push((top.Value.Inputs[i], false));
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
            int[] reads = _inputs[i];
            shapes[InputCount + i] = reads.Length == 1 ? _layers[i].OutputShape(shapes[reads[0]]) : _layers[i].OutputShapeFor([.. reads.Select(v => shapes[v])]);
        }
        return shapes;
    }
}
