using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Sends what comes in through several branches, and lays their channels one after the other.</summary>
/// <remarks>Each branch keeps height and width alike; parameters are named by the branch's number. Source: Szegedy et al., "Going deeper with
/// convolutions", 2014. A branch of no layers (an empty Sequential) passes its input on, as in Huang et al., "Densely connected convolutional
/// networks", 2016.</remarks>
public sealed class Concat<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Concatenate<T> _join = new();

    /// <summary>Branches side by side.</summary>
    /// <exception cref="ArgumentException">There are fewer than two.</exception>
    public Concat(params IReadOnlyList<Module<T>> branches)
    {
        if (branches.Count < 2) throw new ArgumentException($"Concat: {branches.Count} branches, must be at least 2.", nameof(branches));
        Children = branches;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Module<T>> Children { get; }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => _join.OutputShapeFor([.. Children.Select(branch => branch.OutputShape(input))]);

    /// <inheritdoc/>
    protected override Value<T> Wire(Value<T> input)
    {
        Value<T>[] ends = [.. Children.Select(branch => branch.Connect(input))];
        _join.Path = Below(Path, "concat");
        return _join.Connect(ends);
    }
}
