using System.Numerics;
using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels.Simd;

/// <summary>Functions of every number of a vector that no processor has an instruction for.</summary>
/// <remarks>
/// Rational approximations of the Cephes library (Moshier, "Methods and programs for mathematical functions", 1989: tanh.c, ndtr.c), good to
/// double. In double a few units in the last place everywhere, float alike. NaN stays NaN, the sign of zero is kept, large numbers saturate.
/// </remarks>
public static class VectorMath
{
    private const double TailEnd = 28;                                       // exp(-28²) is 0 in double

    /// <summary>Each without its sign.</summary>
    [MethodImpl(AggressiveInlining)]
    public static V Abs<V, T>(V x) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> => V.Max(x, default(V) - x);

    /// <summary>1 / (1 + exp(-x)).</summary>
    [MethodImpl(AggressiveInlining)]
    public static V Sigmoid<V, T>(V x) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V one = V.Splat(T.One);
        return one / (one + V.Exp(default(V) - x));
    }

    /// <summary>The hyperbolic tangent.</summary>
    [MethodImpl(AggressiveInlining)]
    public static V Tanh<V, T>(V x) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V size = Abs<V, T>(x), z = x * x, one = V.Splat(T.One);
        V p = V.MultiplyAdd(Number<V, T>(-9.64399179425052238628E-1), z, Number<V, T>(-9.92877231001918586564E1));
        p = V.MultiplyAdd(p, z, Number<V, T>(-1.61468768441708447952E3));
        V q = z + Number<V, T>(1.12811678491632931402E2);
        q = V.MultiplyAdd(q, z, Number<V, T>(2.23548839060100448583E3));
        q = V.MultiplyAdd(q, z, Number<V, T>(4.84406305325125486048E3));
        V small = x * V.MultiplyAdd(z, p / q, one);
        V large = one - Number<V, T>(2) / (V.Exp(size + size) + one);
        return V.Select(V.GreaterThan(size, Number<V, T>(0.625)), WithSign<V, T>(large, x), small);
    }

    /// <summary>exp(x) - 1, without the cancellation near 0: with t = tanh(x/2) it is 2t / (1 - t).</summary>
    [MethodImpl(AggressiveInlining)]
    public static V ExpM1<V, T>(V x) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V one = V.Splat(T.One), t = Tanh<V, T>(x * Number<V, T>(0.5));
        return V.Select(V.GreaterThan(Abs<V, T>(x), one), V.Exp(x) - one, (t + t) / (one - t));
    }

    /// <summary>log(1 + x), without the cancellation near 0, for x not below 0: the logarithm of what 1 + x is rounded to, times how far that is
    /// off.</summary>
    [MethodImpl(AggressiveInlining)]
    public static V Log1P<V, T>(V x) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V one = V.Splat(T.One), sum = one + x, isOne = V.Equal(sum, one);
        return V.Select(isOne, x, V.Log(sum) * (x / V.Select(isOne, one, sum - one)));
    }

    /// <summary>The error function: 2/sqrt(pi) times the integral of exp(-t²) from 0 to x.</summary>
    [MethodImpl(AggressiveInlining)]
    public static V Erf<V, T>(V x) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V size = Abs<V, T>(x), one = V.Splat(T.One);
        return V.Select(V.GreaterThan(size, one), WithSign<V, T>(one - ErfTail<V, T>(size), x), ErfNear<V, T>(x));
    }

    /// <summary>1 - erf(x), without the cancellation where x is large. From 8 on, where it is below 1e-29, it is right to 1e-9 of itself.</summary>
    [MethodImpl(AggressiveInlining)]
    public static V Erfc<V, T>(V x) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V size = Abs<V, T>(x), one = V.Splat(T.One), tail = ErfTail<V, T>(size);
        V far = V.Select(V.GreaterThan(x, default), tail, Number<V, T>(2) - tail);
        return V.Select(V.GreaterThan(size, one), far, one - ErfNear<V, T>(x));
    }

    // erf for |x| at most 1.
    [MethodImpl(AggressiveInlining)]
    private static V ErfNear<V, T>(V x) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V z = x * x;
        V p = V.MultiplyAdd(Number<V, T>(9.60497373987051638749E0), z, Number<V, T>(9.00260197203842689217E1));
        p = V.MultiplyAdd(p, z, Number<V, T>(2.23200534594684319226E3));
        p = V.MultiplyAdd(p, z, Number<V, T>(7.00332514112805075473E3));
        p = V.MultiplyAdd(p, z, Number<V, T>(5.55923013010394962768E4));
        V q = z + Number<V, T>(3.35617141647503099647E1);
        q = V.MultiplyAdd(q, z, Number<V, T>(5.21357949780152679795E2));
        q = V.MultiplyAdd(q, z, Number<V, T>(4.59432382970980127987E3));
        q = V.MultiplyAdd(q, z, Number<V, T>(2.26290000613890934246E4));
        q = V.MultiplyAdd(q, z, Number<V, T>(4.92673942608635921086E4));
        return x * (p / q);
    }

    // erfc for x at least 1: exp(-x²) times a ratio.
    [MethodImpl(AggressiveInlining)]
    private static V ErfTail<V, T>(V size) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V x = V.Min(size, Number<V, T>(TailEnd));
        V p = V.MultiplyAdd(Number<V, T>(2.46196981473530512524E-10), x, Number<V, T>(5.64189564831068821977E-1));
        p = V.MultiplyAdd(p, x, Number<V, T>(7.46321056442269912687E0));
        p = V.MultiplyAdd(p, x, Number<V, T>(4.86371970985681366614E1));
        p = V.MultiplyAdd(p, x, Number<V, T>(1.96520832956077098242E2));
        p = V.MultiplyAdd(p, x, Number<V, T>(5.26445194995477358631E2));
        p = V.MultiplyAdd(p, x, Number<V, T>(9.34528527171957607540E2));
        p = V.MultiplyAdd(p, x, Number<V, T>(1.02755188689515710272E3));
        p = V.MultiplyAdd(p, x, Number<V, T>(5.57535335369399327526E2));
        V q = x + Number<V, T>(1.32281951154744992508E1);
        q = V.MultiplyAdd(q, x, Number<V, T>(8.67072140885989742329E1));
        q = V.MultiplyAdd(q, x, Number<V, T>(3.54937778887819891062E2));
        q = V.MultiplyAdd(q, x, Number<V, T>(9.75708501743205489753E2));
        q = V.MultiplyAdd(q, x, Number<V, T>(1.82390916687909736289E3));
        q = V.MultiplyAdd(q, x, Number<V, T>(2.24633760818710981792E3));
        q = V.MultiplyAdd(q, x, Number<V, T>(1.65666309194161350182E3));
        q = V.MultiplyAdd(q, x, Number<V, T>(5.57535340817727675546E2));
        return V.Exp(default(V) - x * x) * (p / q);
    }

    [MethodImpl(AggressiveInlining)]
    private static V WithSign<V, T>(V size, V x) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        V.Select(V.GreaterThan(x, default), size, default(V) - size);

    [MethodImpl(AggressiveInlining)]
    private static V Number<V, T>(double number) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        V.Splat(T.CreateTruncating(number));
}
