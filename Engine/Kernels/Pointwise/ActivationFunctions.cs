using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>A function of one number as an activation that kernels apply while they write.</summary>
/// <remarks>Its Slope is told from what the function's own layer keeps: from the output for those whose
/// <see cref="Activation{T}.GradientFromOutput"/> holds, else from the input.</remarks>
internal readonly struct Mapped<F, T> : IActivation<T> where F : struct, IActivationFunction<T> where T : unmanaged
{
    [MethodImpl(AggressiveInlining)]
    public V Of<V>(V x) where V : unmanaged, IVector<V, T> => default(F).Value(x);

    [MethodImpl(AggressiveInlining)]
    public V Gradient<V>(V x, V gradOutput) where V : unmanaged, IVector<V, T> =>
        gradOutput * default(F).Slope(F.SlopeFromOutput ? default(F).Value(x) : x);

    [MethodImpl(AggressiveInlining)]
    public V GradientFromOutput<V>(V y, V gradOutput) where V : unmanaged, IVector<V, T> => gradOutput * default(F).Slope(y);
}

/// <summary>A function that kernels know by its <see cref="ActivationKind"/>.</summary>
internal interface IActivationFunction<T> : IElementFunction<T> where T : unmanaged
{
    /// <summary>Whether the slope is told from the output, not from the input.</summary>
    static abstract bool SlopeFromOutput { get; }
}

/// <summary>1 / (1 + exp(-x)).</summary>
internal readonly struct SigmoidFunction<T> : IActivationFunction<T> where T : unmanaged, INumber<T>
{
    public static bool SlopeFromOutput => true;

    [MethodImpl(AggressiveInlining)]
    public V Value<V>(V x) where V : unmanaged, IVector<V, T> => VectorMath.Sigmoid<V, T>(x);

    [MethodImpl(AggressiveInlining)]
    public V Slope<V>(V y) where V : unmanaged, IVector<V, T> => y * (V.Splat(T.One) - y);
}

/// <summary>The hyperbolic tangent.</summary>
internal readonly struct TanhFunction<T> : IActivationFunction<T> where T : unmanaged, INumber<T>
{
    public static bool SlopeFromOutput => true;

    [MethodImpl(AggressiveInlining)]
    public V Value<V>(V x) where V : unmanaged, IVector<V, T> => VectorMath.Tanh<V, T>(x);

    [MethodImpl(AggressiveInlining)]
    public V Slope<V>(V y) where V : unmanaged, IVector<V, T> => V.Splat(T.One) - y * y;
}

/// <summary>x · sigmoid(x). With s = sigmoid(x) the derivative is s · (1 + x · (1 - s)).</summary>
internal readonly struct SiluFunction<T> : IActivationFunction<T> where T : unmanaged, INumber<T>
{
    public static bool SlopeFromOutput => false;

    [MethodImpl(AggressiveInlining)]
    public V Value<V>(V x) where V : unmanaged, IVector<V, T> => x * VectorMath.Sigmoid<V, T>(x);

    [MethodImpl(AggressiveInlining)]
    public V Slope<V>(V x) where V : unmanaged, IVector<V, T>
    {
        V one = V.Splat(T.One), s = VectorMath.Sigmoid<V, T>(x);
        return s * V.MultiplyAdd(x, one - s, one);
    }
}

/// <summary>x · relu6(x + 3) / 6. The derivative is 0 below -3, 1 above 3, and x/3 + 1/2 from one to the other.</summary>
internal readonly struct HardswishFunction<T> : IActivationFunction<T> where T : unmanaged, INumber<T>
{
    public static bool SlopeFromOutput => false;

    [MethodImpl(AggressiveInlining)]
    public V Value<V>(V x) where V : unmanaged, IVector<V, T>
    {
        V six = V.Splat(T.CreateTruncating(6));
        return x * V.Min(V.Max(x + V.Splat(T.CreateTruncating(3)), default), six) / six;
    }

    [MethodImpl(AggressiveInlining)]
    public V Slope<V>(V x) where V : unmanaged, IVector<V, T>
    {
        V three = V.Splat(T.CreateTruncating(3)), one = V.Splat(T.One);
        V between = x / three + V.Splat(T.CreateTruncating(0.5));
        return V.Select(V.GreaterThan(x, three), one, V.Select(V.GreaterThan(default(V) - three, x), default, between));
    }
}

/// <summary>x · Φ(x) with Φ(x) = erfc(-x/sqrt(2)) / 2; the derivative is Φ(x) + x · exp(-x²/2)/sqrt(2π).</summary>
internal readonly struct GeluFunction<T> : IActivationFunction<T> where T : unmanaged, INumber<T>
{
    private const double RootHalf = 0.70710678118654752440, InverseRootTwoPi = 0.39894228040143267794;

    public static bool SlopeFromOutput => false;

    [MethodImpl(AggressiveInlining)]
    public V Value<V>(V x) where V : unmanaged, IVector<V, T> => x * Below(x);

    [MethodImpl(AggressiveInlining)]
    public V Slope<V>(V x) where V : unmanaged, IVector<V, T>
    {
        V density = V.Exp(Number<V>(-0.5) * x * x) * Number<V>(InverseRootTwoPi);
        return V.MultiplyAdd(x, density, Below(x));
    }

    [MethodImpl(AggressiveInlining)]
    private static V Below<V>(V x) where V : unmanaged, IVector<V, T> => Number<V>(0.5) * VectorMath.Erfc<V, T>(x * Number<V>(-RootHalf));

    [MethodImpl(AggressiveInlining)]
    private static V Number<V>(double number) where V : unmanaged, IVector<V, T> => V.Splat(T.CreateTruncating(number));
}

/// <summary>The same with Φ(x) = (1 + tanh(u)) / 2 = sigmoid(2u), u = sqrt(2/π) · (x + 0.044715 · x³).</summary>
internal readonly struct GeluTanhFunction<T> : IActivationFunction<T> where T : unmanaged, INumber<T>
{
    // 2u = Linear · x + Cubic · x³. Beyond ±Most the sigmoid is 0 or 1 in every precision, and the cube would overflow.
    private const double Linear = 1.59576912160573071176, Cubic = Linear * 0.044715, Most = 30;

    public static bool SlopeFromOutput => false;

    [MethodImpl(AggressiveInlining)]
    public V Value<V>(V x) where V : unmanaged, IVector<V, T> => x * Below(Bounded(x));

    [MethodImpl(AggressiveInlining)]
    public V Slope<V>(V x) where V : unmanaged, IVector<V, T>
    {
        V one = V.Splat(T.One), bounded = Bounded(x), s = Below(bounded);
        V inner = V.MultiplyAdd(Number<V>(3 * Cubic) * bounded, bounded, Number<V>(Linear));
        return s * V.MultiplyAdd(bounded * (one - s), inner, one);
    }

    [MethodImpl(AggressiveInlining)]
    private static V Bounded<V>(V x) where V : unmanaged, IVector<V, T> => V.Max(V.Min(x, Number<V>(Most)), Number<V>(-Most));

    [MethodImpl(AggressiveInlining)]
    private static V Below<V>(V x) where V : unmanaged, IVector<V, T> =>
        VectorMath.Sigmoid<V, T>(x * V.MultiplyAdd(Number<V>(Cubic) * x, x, Number<V>(Linear)));

    [MethodImpl(AggressiveInlining)]
    private static V Number<V>(double number) where V : unmanaged, IVector<V, T> => V.Splat(T.CreateTruncating(number));
}
