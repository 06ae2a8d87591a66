using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>x where it is positive, else alpha · (exp(x) - 1): a rectifier whose negative side comes to rest at -alpha.</summary>
/// <remarks>
/// Any shape. The derivative is 1, or y + alpha where x is not positive; at 0 it is alpha, as in PyTorch.
/// Source: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential linear units", 2015.
/// </remarks>
public sealed class Elu<T> : ActivationLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ExponentialUnit<T> _function;

    /// <summary>With PyTorch's default.</summary>
    /// <param name="alpha">How far down it goes. Not negative: the derivative is told from the output's sign.</param>
    /// <exception cref="ArgumentOutOfRangeException">alpha is negative or not finite.</exception>
    public Elu(double alpha = 1)
        : base(BackwardReads.Output)
    {
        ShapeGuard.Finite(TypeName, alpha, 0);
        (Alpha, _function) = (alpha, new(T.CreateTruncating(alpha), T.One));
    }

    /// <summary>How far down it goes.</summary>
    public double Alpha { get; }

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Map<V, ExponentialUnit<T>>(_function, pass);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass) => MapBack<V, ExponentialUnit<T>>(_function, pass);
}

/// <summary>scale · x where x is positive, else depth · (exp(x) - 1); the derivative from the value.</summary>
internal readonly struct ExponentialUnit<T>(T depth, T scale) : IElementFunction<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : unmanaged, IVector<V, T> =>
        V.Select(V.GreaterThan(x, default), V.Splat(scale) * x, V.Splat(depth) * VectorMath.ExpM1<V, T>(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V y) where V : unmanaged, IVector<V, T> =>
        V.Select(V.GreaterThan(y, default), V.Splat(scale), y + V.Splat(depth));
}
