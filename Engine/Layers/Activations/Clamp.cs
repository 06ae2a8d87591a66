using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Layers;

/// <summary>x, but never below one number or above another, as PyTorch's <c>clamp</c>.</summary>
/// <remarks>Any shape. The gradient passes where x lies between the two or on one of them, and is 0 beyond; <see cref="Hardtanh{T}"/> stops it at the
/// ends, too.</remarks>
public sealed class Clamp<T> : ActivationLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Function _function;

    /// <summary>With one limit or both.</summary>
    /// <param name="min">The smallest output; none by default.</param>
    /// <param name="max">The largest output; none by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is not a number, or the upper one is below the lower.</exception>
    public Clamp(double min = double.NegativeInfinity, double max = double.PositiveInfinity)
        : base(BackwardReads.Input)
    {
        if (double.IsNaN(min)) throw new ArgumentOutOfRangeException(nameof(min), min, $"{TypeName}: min is {min}, must be a number.");
        if (!(max >= min)) throw new ArgumentOutOfRangeException(nameof(max), max,
            $"{TypeName}: max is {max}, must be at least {min}, which min is.");
        (Min, Max, _function) = (min, max, new(T.CreateTruncating(min), T.CreateTruncating(max)));
    }

    /// <summary>The smallest output.</summary>
    public double Min { get; }

    /// <summary>The largest output.</summary>
    public double Max { get; }

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Map<V, Function>(_function, pass);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass) => MapBack<V, Function>(_function, pass);

    private readonly struct Function(T least, T most) : IElementFunction<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x) where V : unmanaged, IVector<V, T> => V.Min(V.Max(x, V.Splat(least)), V.Splat(most));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x) where V : unmanaged, IVector<V, T> =>
            V.Select(V.GreaterThan(V.Splat(least), x), default, V.Select(V.GreaterThan(x, V.Splat(most)), default, V.Splat(T.One)));
    }
}
