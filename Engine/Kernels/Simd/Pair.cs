using System.Numerics;
using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels.Simd;

/// <summary>Two vectors are a vector twice as long: two independent chains of additions, and one weight fetched for both.</summary>
internal unsafe struct Pair<V, T>(V first, V second) : IVector<Pair<V, T>, T>
    where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
{
    private V _first = first, _second = second;

    public static int Count => 2 * V.Count;

    [MethodImpl(AggressiveInlining)]
    public static Pair<V, T> Load(T* from) => new(V.Load(from), V.Load(from + V.Count));

    [MethodImpl(AggressiveInlining)]
    public static void Store(Pair<V, T> vector, T* to)
    {
        V.Store(vector._first, to);
        V.Store(vector._second, to + V.Count);
    }

    [MethodImpl(AggressiveInlining)]
    public static Pair<V, T> Splat(T number)
    {
        V both = V.Splat(number);                                            // fetched once: a second fetch costs 16 % of a kernel
        return new(both, both);
    }

    [MethodImpl(AggressiveInlining)]
    public static Pair<V, T> MultiplyAdd(Pair<V, T> a, Pair<V, T> b, Pair<V, T> c) =>
        new(V.MultiplyAdd(a._first, b._first, c._first), V.MultiplyAdd(a._second, b._second, c._second));

    [MethodImpl(AggressiveInlining)]
    public static void AddProduct(ref Pair<V, T> sum, Pair<V, T> a, Pair<V, T> b)
    {
        V.AddProduct(ref sum._first, a._first, b._first);
        V.AddProduct(ref sum._second, a._second, b._second);
    }

    [MethodImpl(AggressiveInlining)]
    public static void AddProduct(ref Pair<V, T> sum, T* a, Pair<V, T> b)
    {
        V.AddProduct(ref sum._first, a, b._first);
        V.AddProduct(ref sum._second, a + V.Count, b._second);
    }

    [MethodImpl(AggressiveInlining)]
    public static Pair<V, T> Max(Pair<V, T> a, Pair<V, T> b) => new(V.Max(a._first, b._first), V.Max(a._second, b._second));

    [MethodImpl(AggressiveInlining)]
    public static Pair<V, T> Min(Pair<V, T> a, Pair<V, T> b) => new(V.Min(a._first, b._first), V.Min(a._second, b._second));

    [MethodImpl(AggressiveInlining)]
    public static Pair<V, T> Larger(Pair<V, T> a, Pair<V, T> b) => new(V.Larger(a._first, b._first), V.Larger(a._second, b._second));

    [MethodImpl(AggressiveInlining)]
    public static Pair<V, T> Smaller(Pair<V, T> a, Pair<V, T> b) => new(V.Smaller(a._first, b._first), V.Smaller(a._second, b._second));

    [MethodImpl(AggressiveInlining)]
    public static Pair<V, T> Exp(Pair<V, T> a) => new(V.Exp(a._first), V.Exp(a._second));

    [MethodImpl(AggressiveInlining)]
    public static Pair<V, T> Log(Pair<V, T> a) => new(V.Log(a._first), V.Log(a._second));

    [MethodImpl(AggressiveInlining)]
    public static Pair<V, T> Sqrt(Pair<V, T> a) => new(V.Sqrt(a._first), V.Sqrt(a._second));

    [MethodImpl(AggressiveInlining)]
    public static Pair<V, T> GreaterThan(Pair<V, T> a, Pair<V, T> b) => new(V.GreaterThan(a._first, b._first), V.GreaterThan(a._second, b._second));

    [MethodImpl(AggressiveInlining)]
    public static Pair<V, T> Equal(Pair<V, T> a, Pair<V, T> b) => new(V.Equal(a._first, b._first), V.Equal(a._second, b._second));

    [MethodImpl(AggressiveInlining)]
    public static Pair<V, T> Select(Pair<V, T> mask, Pair<V, T> yes, Pair<V, T> no) =>
        new(V.Select(mask._first, yes._first, no._first), V.Select(mask._second, yes._second, no._second));

    [MethodImpl(AggressiveInlining)]
    public static T Sum(Pair<V, T> a) => V.Sum(a._first + a._second);

    [MethodImpl(AggressiveInlining)]
    public static void AddSums(Pair<V, T> a, Pair<V, T> b, Pair<V, T> c, Pair<V, T> d, T* to, nint stride) =>
        V.AddSums(a._first + a._second, b._first + b._second, c._first + c._second, d._first + d._second, to, stride);

    [MethodImpl(AggressiveInlining)]
    public static Pair<V, T> operator +(Pair<V, T> a, Pair<V, T> b) => new(a._first + b._first, a._second + b._second);

    [MethodImpl(AggressiveInlining)]
    public static Pair<V, T> operator -(Pair<V, T> a, Pair<V, T> b) => new(a._first - b._first, a._second - b._second);

    [MethodImpl(AggressiveInlining)]
    public static Pair<V, T> operator *(Pair<V, T> a, Pair<V, T> b) => new(a._first * b._first, a._second * b._second);

    [MethodImpl(AggressiveInlining)]
    public static Pair<V, T> operator /(Pair<V, T> a, Pair<V, T> b) => new(a._first / b._first, a._second / b._second);
}
