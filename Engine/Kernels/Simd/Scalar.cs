using System.Numerics;
using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels.Simd;

/// <summary>A vector of one number: what is left where a row is not a whole number of vectors runs through the same code.</summary>
internal readonly unsafe struct Scalar<T>(T value) : IVector<Scalar<T>, T> where T : unmanaged, INumber<T>
{
    private readonly T _value = value;

    public static int Count => 1;

    [MethodImpl(AggressiveInlining)]
    public static Scalar<T> Load(T* from) => new(*from);

    [MethodImpl(AggressiveInlining)]
    public static void Store(Scalar<T> vector, T* to) => *to = vector._value;

    [MethodImpl(AggressiveInlining)]
    public static Scalar<T> Splat(T number) => new(number);

    [MethodImpl(AggressiveInlining)]
    public static Scalar<T> MultiplyAdd(Scalar<T> a, Scalar<T> b, Scalar<T> c) => new(typeof(T) == typeof(float)
        ? (T)(object)float.MultiplyAddEstimate((float)(object)a._value, (float)(object)b._value, (float)(object)c._value)
        : (T)(object)double.MultiplyAddEstimate((double)(object)a._value, (double)(object)b._value, (double)(object)c._value));

    [MethodImpl(AggressiveInlining)]
    public static void AddProduct(ref Scalar<T> sum, Scalar<T> a, Scalar<T> b) => sum = MultiplyAdd(a, b, sum);

    [MethodImpl(AggressiveInlining)]
    public static void AddProduct(ref Scalar<T> sum, T* a, Scalar<T> b) => sum = MultiplyAdd(Load(a), b, sum);

    [MethodImpl(AggressiveInlining)]
    public static Scalar<T> Max(Scalar<T> a, Scalar<T> b) => new(T.Max(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static Scalar<T> Larger(Scalar<T> a, Scalar<T> b) => a._value > b._value ? a : b;

    [MethodImpl(AggressiveInlining)]
    public static Scalar<T> Smaller(Scalar<T> a, Scalar<T> b) => a._value < b._value ? a : b;

    [MethodImpl(AggressiveInlining)]
    public static Scalar<T> Min(Scalar<T> a, Scalar<T> b) => new(T.Min(a._value, b._value));

    public static Scalar<T> Exp(Scalar<T> a) => new(T.CreateTruncating(Math.Exp(double.CreateTruncating(a._value))));

    public static Scalar<T> Log(Scalar<T> a) => new(T.CreateTruncating(Math.Log(double.CreateTruncating(a._value))));

    public static Scalar<T> Sqrt(Scalar<T> a) => new(T.CreateTruncating(Math.Sqrt(double.CreateTruncating(a._value))));

    [MethodImpl(AggressiveInlining)]
    public static Scalar<T> GreaterThan(Scalar<T> a, Scalar<T> b) => new(a._value > b._value ? T.One : T.Zero);

    [MethodImpl(AggressiveInlining)]
    public static Scalar<T> Equal(Scalar<T> a, Scalar<T> b) => new(a._value == b._value ? T.One : T.Zero);

    [MethodImpl(AggressiveInlining)]
    public static Scalar<T> Select(Scalar<T> mask, Scalar<T> yes, Scalar<T> no) => mask._value != T.Zero ? yes : no;

    [MethodImpl(AggressiveInlining)]
    public static T Sum(Scalar<T> a) => a._value;

    [MethodImpl(AggressiveInlining)]
    public static Scalar<T> operator +(Scalar<T> a, Scalar<T> b) => new(a._value + b._value);

    [MethodImpl(AggressiveInlining)]
    public static Scalar<T> operator -(Scalar<T> a, Scalar<T> b) => new(a._value - b._value);

    [MethodImpl(AggressiveInlining)]
    public static Scalar<T> operator *(Scalar<T> a, Scalar<T> b) => new(a._value * b._value);

    [MethodImpl(AggressiveInlining)]
    public static Scalar<T> operator /(Scalar<T> a, Scalar<T> b) => new(a._value / b._value);

    public static void AddSums(Scalar<T> a, Scalar<T> b, Scalar<T> c, Scalar<T> d, T* to, nint stride)
    {
        *to += a._value;
        to[stride] += b._value;
        to[2 * stride] += c._value;
        to[3 * stride] += d._value;
    }
}
