using System.Numerics;

namespace Scratch.Layers;

/// <summary>Single layers in the order in which they run, and what each one reads: a model with its modules taken apart.</summary>
/// <remarks>Value 0 is the model's input and value i + 1 the output of layer i. In a row each layer reads the value before it; a shortcut reads an
/// earlier one, and a <see cref="JoinLayer{T}"/> reads two.</remarks>
internal sealed class LayerGraph<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>There is no such value.</summary>
    public const int None = -1;

    private readonly List<Layer<T>> _layers = [];
    private readonly List<int> _inputs = [], _seconds = [];

    /// <summary>In the order in which they run.</summary>
    public IReadOnlyList<Layer<T>> Layers => _layers;

    /// <summary>Whether some layer does not just read the value before it.</summary>
    public bool Branches { get; private set; }

    /// <summary>Layers in a row.</summary>
    public static LayerGraph<T> Row(IReadOnlyList<Layer<T>> layers)
    {
        var graph = new LayerGraph<T>();
        foreach (Layer<T> layer in layers) graph.Add(layer, graph._layers.Count);
        return graph;
    }

    /// <summary>The value that layer i reads.</summary>
    public int InputOf(int i) => _inputs[i];

    /// <summary>The second value that layer i reads, or <see cref="None"/>.</summary>
    public int SecondOf(int i) => _seconds[i];

    /// <summary>Puts a layer after all others; returns its output.</summary>
    public int Add(Layer<T> layer, int input, int second = None)
    {
        Branches |= input != _layers.Count || second != None;
        _layers.Add(layer);
        _inputs.Add(input);
        _seconds.Add(second);
        return _layers.Count;
    }
}
