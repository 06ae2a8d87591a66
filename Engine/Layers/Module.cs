using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>A part of a model: a single <see cref="Layer{T}"/>, or something made of other modules.</summary>
public abstract class Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Its own parameters, without those of its children; none by default.</summary>
    public virtual IReadOnlyList<Parameter<T>> Parameters => [];

    /// <summary>Its own state that is not trained, without its children's; none by default.</summary>
    public virtual IReadOnlyList<StateBuffer<T>> Buffers => [];

    /// <summary>The modules it is made of, in order; none for a layer.</summary>
    public virtual IReadOnlyList<Module<T>> Children => [];

    /// <summary>What it is called, for example <c>Conv2d</c>.</summary>
    public virtual string TypeName
    {
        get
        {
            string name = GetType().Name;
            return name.IndexOf('`', StringComparison.Ordinal) is > 0 and int tick ? name[..tick] : name;
        }
    }

    /// <summary>Its place in the model it joined last, as PyTorch's <c>state_dict</c>
    /// writes it: <c>2</c>, or <c>1.0</c> inside another module.</summary>
    public string Path { get; internal set; } = "";

    /// <summary>Who speaks in an error message: <c>Conv2d '2'</c>.</summary>
    protected internal string Who => Path.Length == 0 ? TypeName : $"{TypeName} '{Path}'";

    /// <summary>The shape of one image's output for one image's input, without the batch: [C, H, W] or [features].</summary>
    /// <exception cref="ShapeMismatchException">The input does not fit this module.</exception>
    public abstract Shape OutputShape(Shape input);

    /// <summary>Its type, its place, and what it learns: <c>Conv2d '0': weight [8, 1, 5, 5], bias [8]</c>.</summary>
    public override string ToString() => Parameters.Count == 0 ? Who : $"{Who}: {string.Join(", ", Parameters)}";

    /// <summary>Gives the module's own parameters their first values. Does nothing by default: a layer may have set them as it was made.</summary>
    /// <param name="initialization">How weights start; layers to which it does not apply start as PyTorch starts them.</param>
    /// <param name="random">Where random numbers come from, in the order of the parameters.</param>
    public virtual void Initialize(Initialization initialization, RandomGenerator random)
    {
    }

    /// <summary>Puts its layers into a graph, and says to each of them where it stands.</summary>
    /// <param name="graph">Added to.</param>
    /// <param name="from">The value it reads.</param>
    /// <param name="path">Its own place.</param>
    /// <returns>The value it gives.</returns>
    internal virtual int Unroll(LayerGraph<T> graph, int from, string path)
    {
        Path = path;
        for (int i = 0; i < Children.Count; i++) from = Children[i].Unroll(graph, from, Below(path, $"{i}"));
        return from;
    }

    /// <summary>The path of a child.</summary>
    private protected static string Below(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
