using System.Numerics;
using Scratch.Kernels;

namespace Scratch.Layers;

/// <summary>How <see cref="Gelu{T}"/> computes the normal distribution.</summary>
public enum GeluApproximation
{
    /// <summary>As it is, by the error function.</summary>
    None,

    /// <summary>By the hyperbolic tangent of a cubic: about 1e-3 off, and cheaper.</summary>
    Tanh,
}

/// <summary>x · Φ(x), where Φ is the share of the standard normal distribution that lies below x.</summary>
/// <remarks>
/// Any shape. Φ(x) = erfc(-x/sqrt(2)) / 2; the derivative is Φ(x) + x · exp(-x²/2)/sqrt(2π). Approximated, Φ(x) = (1 + tanh(u)) / 2 = sigmoid(2u)
/// with u = sqrt(2/π) · (x + 0.044715 · x³). Source: Hendrycks and Gimpel, "Gaussian error linear units", 2016.
/// </remarks>
/// <param name="approximation">How to compute Φ.</param>
public sealed class Gelu<T>(GeluApproximation approximation = GeluApproximation.None) : ActivationLayer<T>(BackwardReads.Input)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How Φ is computed.</summary>
    public GeluApproximation Approximation => approximation;

    internal override Activation<T> Activation => new(approximation == GeluApproximation.None ? ActivationKind.Gelu : ActivationKind.GeluTanh);

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        if (approximation == GeluApproximation.None) Map<V, GeluFunction<T>>(default, pass);
        else Map<V, GeluTanhFunction<T>>(default, pass);
    }

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        if (approximation == GeluApproximation.None) MapBack<V, GeluFunction<T>>(default, pass);
        else MapBack<V, GeluTanhFunction<T>>(default, pass);
    }
}
