using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Adds what comes in to what a body makes of it: the body learns only the difference, and the gradient has a way round it.</summary>
/// <remarks>
/// output = body(input) + shortcut(input); without a shortcut the input itself, whose shape the body must then keep. Mostly a ReLU follows.
/// Parameters are named <c>body.…</c> and <c>shortcut.…</c>. Source: He et al., "Deep residual learning for image recognition", 2015.
/// </remarks>
/// <param name="body">The long way.</param>
/// <param name="shortcut">The short one, such as a 1x1 convolution where the shape changes; or none.</param>
public sealed class Residual<T>(Module<T> body, Module<T>? shortcut = null) : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Add<T> _add = new();

    /// <inheritdoc/>
    public override IReadOnlyList<Module<T>> Children { get; } = shortcut is null ? [body] : [body, shortcut];

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => _add.OutputShape(body.OutputShape(input), shortcut?.OutputShape(input) ?? input);

    internal override int Unroll(LayerGraph<T> graph, int from, string path)
    {
        Path = path;
        int end = body.Unroll(graph, from, Below(path, "body")), second = shortcut?.Unroll(graph, from, Below(path, "shortcut")) ?? from;
        _add.Path = Below(path, "add");
        return graph.Add(_add, end, second);
    }
}
