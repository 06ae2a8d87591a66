using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>A part of a model: a single <see cref="Layer{T}"/>, or something made of other modules.</summary>
/// <remarks>
/// To make one of one's own, take its parts in with <see cref="Add"/> and say in <see cref="Wire(Value{T})"/> how a value goes through them:
/// <code>
/// sealed class SqueezeExcite : Module&lt;float&gt;
/// {
///     private readonly Conv2d&lt;float&gt; _fc1, _fc2;
///
///     public SqueezeExcite(int channels, int squeezed)
///     {
///         _fc1 = Add("fc1", new Conv2d&lt;float&gt;(channels, squeezed, 1));
///         _fc2 = Add("fc2", new Conv2d&lt;float&gt;(squeezed, channels, 1));
///     }
///
///     protected override Value&lt;float&gt; Wire(Value&lt;float&gt; x) =>
/// x * new Sigmoid&lt;float&gt;().Connect(_fc2.Connect(new Relu&lt;float&gt;().Connect(_fc1.Connect(new
/// AdaptiveAvgPool2d&lt;float&gt;(1).Connect(x)))));
/// }
/// </code>
/// </remarks>
public abstract class Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<Module<T>> _children = [];
    private readonly List<string> _names = [];

    /// <summary>Its own parameters, without those of its children; none by default.</summary>
    public virtual IReadOnlyList<Parameter<T>> Parameters => [];

    /// <summary>Its own state that is not trained, without its children's; none by default.</summary>
    public virtual IReadOnlyList<StateBuffer<T>> Buffers => [];

    /// <summary>The modules it is made of, in order; none for a layer. Those that <see cref="Add"/> took in, by default.</summary>
    public virtual IReadOnlyList<Module<T>> Children => _children;

    /// <summary>What it is called, for example <c>Conv2d</c>.</summary>
    public virtual string TypeName
    {
        get
        {
            string name = GetType().Name;
            return name.IndexOf('`', StringComparison.Ordinal) is > 0 and int tick ? name[..tick] : name;
        }
    }

    /// <summary>Its place in the model it joined last, as PyTorch's <c>state_dict</c> writes it: <c>2</c>, or <c>1.0</c> inside another module. Set
    /// it for a module that is connected value by value; all others get theirs from the module that they are part of.</summary>
    public string Path { get; set; } = "";

    /// <summary>Who speaks in an error message: <c>Conv2d '2'</c>.</summary>
    protected internal string Who => Path.Length == 0 ? TypeName : $"{TypeName} '{Path}'";

    /// <summary>The shape of one image's output for one image's input, without the batch: [C, H, W] or [features].</summary>
    /// <exception cref="ShapeMismatchException">The input does not fit this module.</exception>
    public virtual Shape OutputShape(Shape input)
    {
        var value = new Value<T>();
        return new LayerGraph<T>([value], [Connect(value)]).Shapes(input)[^1];
    }

    /// <summary>Its type, its place, and what it learns: <c>Conv2d '0': weight [8, 1, 5, 5], bias [8]</c>.</summary>
    public override string ToString() => Parameters.Count == 0 ? Who : $"{Who}: {string.Join(", ", Parameters)}";

    /// <summary>Gives the module's own parameters their first values. Does nothing by default: a layer may have set them as it was made.</summary>
    /// <param name="initialization">How weights start; layers to which it does not apply start as PyTorch starts them.</param>
    /// <param name="random">Where random numbers come from, in the order of the parameters.</param>
    public virtual void Initialize(Initialization initialization, RandomGenerator random)
    {
    }

    /// <summary>Puts it behind some values.</summary>
    /// <returns>What it makes of them.</returns>
    public Value<T> Connect(params ReadOnlySpan<Value<T>> inputs)
    {
        for (int i = 0; i < Children.Count; i++) Children[i].Path = Below(Path, ChildName(i));
        return Wire(inputs);
    }

    /// <summary>How a value goes through it: one child after the other, by default.</summary>
    protected virtual Value<T> Wire(Value<T> input)
    {
        foreach (Module<T> child in Children) input = child.Connect(input);
        return input;
    }

    /// <summary>How several values go through it.</summary>
    /// <exception cref="InvalidOperationException">It takes one.</exception>
    protected virtual Value<T> Wire(ReadOnlySpan<Value<T>> inputs)
    {
        if (inputs.Length != 1) ShapeGuard.WrongOrder(Who, $"it takes one value, {inputs.Length} were connected.");
        return Wire(inputs[0]);
    }

    /// <summary>What child i is called: its number, unless it was taken in by a name.</summary>
    protected virtual string ChildName(int i) => i < _names.Count ? _names[i] : $"{i}";

    /// <summary>Takes a part in, under the name by which PyTorch's <c>state_dict</c> knows it.</summary>
    /// <returns>The part.</returns>
    protected TModule Add<TModule>(string name, TModule child) where TModule : Module<T>
    {
        _children.Add(child);
        _names.Add(name);
        return child;
    }

    /// <summary>The path of a child.</summary>
    private protected static string Below(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
