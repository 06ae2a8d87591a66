using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>x, cut off below and above: the shape of <see cref="Tanh{T}"/> without an exponential.</summary>
/// <remarks>Any shape. The gradient is that of the output between the two ends, and 0 at and beyond them, as in PyTorch; <see cref="Clamp{T}"/> lets
/// it pass at the ends.</remarks>
public sealed class Hardtanh<T> : ActivationLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Function _function;

    /// <summary>With PyTorch's defaults.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An end is not finite, or the upper one not above the lower.</exception>
    public Hardtanh(double minValue = -1, double maxValue = 1)
        : base(BackwardReads.Output)
    {
        ShapeGuard.Finite(TypeName, minValue, double.MinValue);
        ShapeGuard.Above(TypeName, maxValue, minValue);
        (MinValue, MaxValue, _function) = (minValue, maxValue, new(T.CreateTruncating(minValue), T.CreateTruncating(maxValue)));
    }

    /// <summary>The smallest output.</summary>
    public double MinValue { get; }

    /// <summary>The largest output.</summary>
    public double MaxValue { get; }

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Map<V, Function>(_function, pass);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass) => MapBack<V, Function>(_function, pass);

    private readonly struct Function(T least, T most) : IElementFunction<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x) where V : unmanaged, IVector<V, T> => V.Min(V.Max(x, V.Splat(least)), V.Splat(most));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V y) where V : unmanaged, IVector<V, T> =>
            V.Select(V.GreaterThan(y, V.Splat(least)), V.Select(V.GreaterThan(V.Splat(most), y), V.Splat(T.One), default), default);
    }
}
