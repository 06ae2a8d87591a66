using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>The course's rectifier: leaks, is shifted down so that its outputs can have mean 0, and may be cut off above.</summary>
/// <remarks>
/// Any shape. y = min((x where it is positive, else leak · x) - sub, maxValue). The gradient is 1 or leak times the
/// output's, 0 where y was cut off. Source: fast.ai 2019, lesson 10, 06_cuda_cnn_hooks_init, <c>GeneralRelu(leak, sub, maxv)</c>.
/// </remarks>
public sealed class GeneralRelu<T> : ActivationLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Function _function;

    /// <summary>A plain rectifier unless told more.</summary>
    /// <param name="leak">What negative values are multiplied by.</param>
    /// <param name="sub">What is subtracted afterwards.</param>
    /// <param name="maxValue">The largest output; no limit by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">leak or sub is negative or not finite, or maxValue is not a number.</exception>
    public GeneralRelu(double leak = 0, double sub = 0, double maxValue = double.PositiveInfinity)
        : base(BackwardReads.Input)
    {
        ShapeGuard.Finite<T>(TypeName, leak, 0);
        ShapeGuard.Finite<T>(TypeName, sub, 0);
        if (!double.IsPositiveInfinity(maxValue)) ShapeGuard.Finite<T>(TypeName, maxValue, double.MinValue);
        (Leak, Sub, MaxValue) = (leak, sub, maxValue);
        _function = new(T.CreateTruncating(leak), T.CreateTruncating(sub), T.CreateTruncating(maxValue));
    }

    /// <summary>What negative values are multiplied by.</summary>
    public double Leak { get; }

    /// <summary>What is subtracted.</summary>
    public double Sub { get; }

    /// <summary>The largest output.</summary>
    public double MaxValue { get; }

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Map<V, Function>(_function, pass);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass) => MapBack<V, Function>(_function, pass);

    private readonly struct Function(T leak, T sub, T most) : IElementFunction<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x) where V : unmanaged, IVector<V, T> => V.Min(Unbounded(x), V.Splat(most));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x) where V : unmanaged, IVector<V, T>
        {
            V side = V.Select(V.GreaterThan(x, default), V.Splat(T.One), V.Splat(leak));
            return V.Select(V.GreaterThan(Unbounded(x), V.Splat(most)), default, side);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private V Unbounded<V>(V x) where V : unmanaged, IVector<V, T> =>
            V.Select(V.GreaterThan(x, default), x, V.Splat(leak) * x) - V.Splat(sub);
    }
}
