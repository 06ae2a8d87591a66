using System.Numerics;

namespace Scratch.Layers;

/// <summary>The exponential linear unit scaled so that deep stacks of it keep mean 0 and variance 1: scale · x where x is positive, else scale ·
/// alpha · (exp(x) - 1).</summary>
/// <remarks>
/// Any shape; alpha = 1.6733 and scale = 1.0507. Weights should start with <see cref="Nonlinearity.Selu"/>'s gain.
/// Source: Klambauer et al., "Self-normalizing neural networks", 2017.
/// </remarks>
public sealed class Selu<T>() : ActivationLayer<T>(BackwardReads.Output) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double Alpha = 1.6732632423543772848170429916717, Scale = 1.0507009873554804934193349852946;

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Map<V, ExponentialUnit<T>>(Function, pass);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass) => MapBack<V, ExponentialUnit<T>>(Function, pass);

    private static ExponentialUnit<T> Function => new(T.CreateTruncating(Alpha * Scale), T.CreateTruncating(Scale));
}
