using System.Numerics;

namespace Scratch.Layers;

/// <summary>What stands for a value while a model is wired: an input of the model, or what a layer makes of other values.</summary>
/// <remarks>
/// Nothing is computed: connecting layers only notes who reads what. From the values at its end a model finds everything that leads to them.
/// <code>
/// var x = new Value&lt;float&gt;();
/// var y = conv2.Connect(relu.Connect(conv1.Connect(x))) + x;               // a shortcut
/// var model = new Model&lt;float&gt;(x, y);
/// </code>
/// </remarks>
public sealed class Value<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>An input of a model.</summary>
    /// <param name="name">What a plan calls it.</param>
    public Value(string name = "input") => (Path, Inputs) = (name, []);

    internal Value(Layer<T> layer, string path, Value<T>[] inputs) => (Layer, Path, Inputs) = (layer, path, inputs);

    /// <summary>The place of the layer that makes it, or the name of an input.</summary>
    public string Path { get; }

    /// <summary>Who makes it; none for an input of the model.</summary>
    internal Layer<T>? Layer { get; }

    /// <summary>What that one reads.</summary>
    internal Value<T>[] Inputs { get; }

    /// <summary>The channels of all of them, one after the other.</summary>
    public static Value<T> Concat(params ReadOnlySpan<Value<T>> values) => new Concatenate<T>().Connect(values);

    /// <summary>Number by number; or where one has a number a channel, [C], [C, 1, 1], that for every pixel.</summary>
    public static Value<T> operator +(Value<T> a, Value<T> b) => new Add<T>().Connect(a, b);

    /// <summary>Number by number; or where one has a number a channel, [C], [C, 1, 1], that for every pixel.</summary>
    public static Value<T> operator *(Value<T> a, Value<T> b) => new Multiply<T>().Connect(a, b);

    /// <summary>Number by number; or where one has a number a channel, [C], [C, 1, 1], that for every pixel.</summary>
    public static Value<T> operator -(Value<T> a, Value<T> b) => new Subtract<T>().Connect(a, b);
}
