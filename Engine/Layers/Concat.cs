using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Sends what comes in through several branches, and lays their channels one after the other.</summary>
/// <remarks>Each branch keeps height and width alike; parameters are named by the branch's number. Source: Szegedy et al., "Going deeper with
/// convolutions", 2014. A branch of no layers (an empty Sequential) passes its input on, as in Huang et al., "Densely connected convolutional networks", 2016.</remarks>
public sealed class Concat<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Concatenate<T>[] _joins;

    /// <summary>Branches side by side.</summary>
    /// <exception cref="ArgumentException">There are fewer than two.</exception>
    public Concat(params IReadOnlyList<Module<T>> branches)
    {
        if (branches.Count < 2) throw new ArgumentException($"Concat: {branches.Count} branches, must be at least 2.", nameof(branches));
        Children = branches;
        _joins = [.. Enumerable.Range(1, branches.Count - 1).Select(_ => new Concatenate<T>())];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Module<T>> Children { get; }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        Shape shape = Children[0].OutputShape(input);
        for (int i = 1; i < Children.Count; i++) shape = _joins[i - 1].OutputShape(shape, Children[i].OutputShape(input));
        return shape;
    }

    internal override int Unroll(LayerGraph<T> graph, int from, string path)
    {
        Path = path;
        int joined = Children[0].Unroll(graph, from, Below(path, "0"));
        for (int i = 1; i < Children.Count; i++)
        {
            int end = Children[i].Unroll(graph, from, Below(path, $"{i}"));
            _joins[i - 1].Path = Below(path, $"concat{i}");
            joined = graph.Add(_joins[i - 1], joined, end);
        }
        return joined;
    }
}
