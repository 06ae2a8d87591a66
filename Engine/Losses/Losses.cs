using System.Numerics;

namespace Scratch.Losses;

/// <summary>A loss for each output of a model, and what each counts.</summary>
/// <param name="losses">In the order of the outputs.</param>
public sealed class Losses<T>(params IReadOnlyList<(Loss<T> Loss, double Weight)> losses) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many.</summary>
    public int Count => losses.Count;

    /// <summary>That of output i.</summary>
    public (Loss<T> Loss, double Weight) this[int i] => losses[i];

    /// <summary>One loss for a model of one output.</summary>
    public static implicit operator Losses<T>(Loss<T> loss) => new((loss, 1));
}
