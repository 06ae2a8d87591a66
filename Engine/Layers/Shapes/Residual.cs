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
    public override Shape OutputShape(Shape input) => _add.OutputShapeFor([body.OutputShape(input), shortcut?.OutputShape(input) ?? input]);

    /// <inheritdoc/>
    protected override string ChildName(int i) => i == 0 ? "body" : "shortcut";

    /// <inheritdoc/>
    protected override Value<T> Wire(Value<T> input)
    {
        Value<T> end = body.Connect(input), second = shortcut?.Connect(input) ?? input;
        _add.Path = Below(Path, "add");
        return _add.Connect(end, second);
    }
}
