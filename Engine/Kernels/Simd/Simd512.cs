using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels.Simd;

/// <summary>512 bits: 16 floats or 8 doubles, where the processor has them (AVX-512).</summary>
internal unsafe struct Simd512<T>(Vector512<T> value) : IVector<Simd512<T>, T> where T : unmanaged, INumber<T>
{
    private Vector512<T> _value = value;

    public static int Count => Vector512<T>.Count;

    [MethodImpl(AggressiveInlining)]
    public static Simd512<T> Load(T* from) => new(Vector512.Load(from));

    [MethodImpl(AggressiveInlining)]
    public static void Store(Simd512<T> vector, T* to) => vector._value.Store(to);

    [MethodImpl(AggressiveInlining)]
    public static Simd512<T> Splat(T number) => new(Vector512.Create(number));

    [MethodImpl(AggressiveInlining)]
    public static Simd512<T> MultiplyAdd(Simd512<T> a, Simd512<T> b, Simd512<T> c) => new(typeof(T) == typeof(float)
        ? Vector512.MultiplyAddEstimate(a._value.AsSingle(), b._value.AsSingle(), c._value.AsSingle()).As<float, T>()
        : Vector512.MultiplyAddEstimate(a._value.AsDouble(), b._value.AsDouble(), c._value.AsDouble()).As<double, T>());

    [MethodImpl(AggressiveInlining)]
    public static void AddProduct(ref Simd512<T> sum, Simd512<T> a, Simd512<T> b) => sum._value = typeof(T) == typeof(float)
        ? Vector512.MultiplyAddEstimate(a._value.AsSingle(), b._value.AsSingle(), sum._value.AsSingle()).As<float, T>()
        : Vector512.MultiplyAddEstimate(a._value.AsDouble(), b._value.AsDouble(), sum._value.AsDouble()).As<double, T>();

    [MethodImpl(AggressiveInlining)]
    public static void AddProduct(ref Simd512<T> sum, T* a, Simd512<T> b) => sum._value = typeof(T) == typeof(float)
        ? Vector512.MultiplyAddEstimate(Vector512.Load((float*)a), b._value.AsSingle(), sum._value.AsSingle()).As<float, T>()
        : Vector512.MultiplyAddEstimate(Vector512.Load((double*)a), b._value.AsDouble(), sum._value.AsDouble()).As<double, T>();

    [MethodImpl(AggressiveInlining)]
    public static Simd512<T> Max(Simd512<T> a, Simd512<T> b) => new(Vector512.Max(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static Simd512<T> Min(Simd512<T> a, Simd512<T> b) => new(Vector512.Min(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static Simd512<T> Larger(Simd512<T> a, Simd512<T> b)
    {
        if (!Avx512F.IsSupported) return new(Vector512.ConditionalSelect(Vector512.GreaterThan(a._value, b._value), a._value, b._value));
        return new(typeof(T) == typeof(float) ? Avx512F.Max(a._value.AsSingle(), b._value.AsSingle()).As<float, T>()
            : Avx512F.Max(a._value.AsDouble(), b._value.AsDouble()).As<double, T>());
    }

    [MethodImpl(AggressiveInlining)]
    public static Simd512<T> Smaller(Simd512<T> a, Simd512<T> b)
    {
        if (!Avx512F.IsSupported) return new(Vector512.ConditionalSelect(Vector512.LessThan(a._value, b._value), a._value, b._value));
        return new(typeof(T) == typeof(float) ? Avx512F.Min(a._value.AsSingle(), b._value.AsSingle()).As<float, T>()
            : Avx512F.Min(a._value.AsDouble(), b._value.AsDouble()).As<double, T>());
    }

    [MethodImpl(AggressiveInlining)]
    public static Simd512<T> Exp(Simd512<T> a) => new(typeof(T) == typeof(float)
        ? Vector512.Exp(a._value.AsSingle()).As<float, T>()
        : Vector512.Exp(a._value.AsDouble()).As<double, T>());

    [MethodImpl(AggressiveInlining)]
    public static Simd512<T> Log(Simd512<T> a) => new(typeof(T) == typeof(float)
        ? Vector512.Log(a._value.AsSingle()).As<float, T>()
        : Vector512.Log(a._value.AsDouble()).As<double, T>());

    [MethodImpl(AggressiveInlining)]
    public static Simd512<T> Sqrt(Simd512<T> a) => new(Vector512.Sqrt(a._value));

    [MethodImpl(AggressiveInlining)]
    public static Simd512<T> GreaterThan(Simd512<T> a, Simd512<T> b) => new(Vector512.GreaterThan(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static Simd512<T> Equal(Simd512<T> a, Simd512<T> b) => new(Vector512.Equals(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static Simd512<T> Select(Simd512<T> mask, Simd512<T> yes, Simd512<T> no) =>
        new(Vector512.ConditionalSelect(mask._value, yes._value, no._value));

    [MethodImpl(AggressiveInlining)]
    public static T Sum(Simd512<T> a) => Simd256<T>.Sum(a.Half());

    [MethodImpl(AggressiveInlining)]
    public static void AddSums(Simd512<T> a, Simd512<T> b, Simd512<T> c, Simd512<T> d, T* to, nint stride)
    {
        if (typeof(T) == typeof(float) && Avx512F.IsSupported)
        {
            Vector512<float> sums = SumFours(a._value.AsSingle(), b._value.AsSingle(), c._value.AsSingle(), d._value.AsSingle());
            Vector256<float> half = sums.GetLower() + sums.GetUpper();
            Transposition.Add(half.GetLower() + half.GetUpper(), (float*)to, stride);
        }
        else Simd256<T>.AddSums(a.Half(), b.Half(), c.Half(), d.Half(), to, stride);
    }

    [MethodImpl(AggressiveInlining)]
    public static Simd512<T> operator +(Simd512<T> a, Simd512<T> b) => new(a._value + b._value);

    [MethodImpl(AggressiveInlining)]
    public static Simd512<T> operator -(Simd512<T> a, Simd512<T> b) => new(a._value - b._value);

    [MethodImpl(AggressiveInlining)]
    public static Simd512<T> operator *(Simd512<T> a, Simd512<T> b) => new(a._value * b._value);

    [MethodImpl(AggressiveInlining)]
    public static Simd512<T> operator /(Simd512<T> a, Simd512<T> b) => new(a._value / b._value);

    /// <summary>In each 128 bits the sums of the four vectors there: a 4x4 transposition that adds on the way.</summary>
    [MethodImpl(AggressiveInlining)]
    private static Vector512<float> SumFours(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        Vector512<double> ab = (Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b)).AsDouble();
        Vector512<double> cd = (Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d)).AsDouble();
        return Avx512F.UnpackLow(ab, cd).AsSingle() + Avx512F.UnpackHigh(ab, cd).AsSingle();
    }

    /// <summary>The upper half added to the lower one.</summary>
    [MethodImpl(AggressiveInlining)]
    private Simd256<T> Half() => new(_value.GetLower() + _value.GetUpper());
}
