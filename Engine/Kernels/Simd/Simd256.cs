using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels.Simd;

/// <summary>256 bits: 8 floats or 4 doubles (AVX2).</summary>
internal unsafe struct Simd256<T>(Vector256<T> value) : IVector<Simd256<T>, T> where T : unmanaged, INumber<T>
{
    private Vector256<T> _value = value;

    public static int Count => Vector256<T>.Count;

    [MethodImpl(AggressiveInlining)]
    public static Simd256<T> Load(T* from) => new(Vector256.Load(from));

    [MethodImpl(AggressiveInlining)]
    public static void Store(Simd256<T> vector, T* to) => vector._value.Store(to);

    [MethodImpl(AggressiveInlining)]
    public static Simd256<T> Splat(T number) => new(Vector256.Create(number));

    [MethodImpl(AggressiveInlining)]
    public static Simd256<T> MultiplyAdd(Simd256<T> a, Simd256<T> b, Simd256<T> c) => new(typeof(T) == typeof(float)
        ? Vector256.MultiplyAddEstimate(a._value.AsSingle(), b._value.AsSingle(), c._value.AsSingle()).As<float, T>()
        : Vector256.MultiplyAddEstimate(a._value.AsDouble(), b._value.AsDouble(), c._value.AsDouble()).As<double, T>());

    [MethodImpl(AggressiveInlining)]
    public static void AddProduct(ref Simd256<T> sum, Simd256<T> a, Simd256<T> b) => sum._value = typeof(T) == typeof(float)
        ? Vector256.MultiplyAddEstimate(a._value.AsSingle(), b._value.AsSingle(), sum._value.AsSingle()).As<float, T>()
        : Vector256.MultiplyAddEstimate(a._value.AsDouble(), b._value.AsDouble(), sum._value.AsDouble()).As<double, T>();

    [MethodImpl(AggressiveInlining)]
    public static void AddProduct(ref Simd256<T> sum, T* a, Simd256<T> b) => sum._value = typeof(T) == typeof(float)
        ? Vector256.MultiplyAddEstimate(Vector256.Load((float*)a), b._value.AsSingle(), sum._value.AsSingle()).As<float, T>()
        : Vector256.MultiplyAddEstimate(Vector256.Load((double*)a), b._value.AsDouble(), sum._value.AsDouble()).As<double, T>();

    [MethodImpl(AggressiveInlining)]
    public static Simd256<T> Max(Simd256<T> a, Simd256<T> b) => new(Vector256.Max(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static Simd256<T> Min(Simd256<T> a, Simd256<T> b) => new(Vector256.Min(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static Simd256<T> Larger(Simd256<T> a, Simd256<T> b)
    {
        if (!Avx.IsSupported) return new(Vector256.ConditionalSelect(Vector256.GreaterThan(a._value, b._value), a._value, b._value));
        return new(typeof(T) == typeof(float) ? Avx.Max(a._value.AsSingle(), b._value.AsSingle()).As<float, T>()
            : Avx.Max(a._value.AsDouble(), b._value.AsDouble()).As<double, T>());
    }

    [MethodImpl(AggressiveInlining)]
    public static Simd256<T> Smaller(Simd256<T> a, Simd256<T> b)
    {
        if (!Avx.IsSupported) return new(Vector256.ConditionalSelect(Vector256.LessThan(a._value, b._value), a._value, b._value));
        return new(typeof(T) == typeof(float) ? Avx.Min(a._value.AsSingle(), b._value.AsSingle()).As<float, T>()
            : Avx.Min(a._value.AsDouble(), b._value.AsDouble()).As<double, T>());
    }

    [MethodImpl(AggressiveInlining)]
    public static Simd256<T> Exp(Simd256<T> a) => new(typeof(T) == typeof(float)
        ? Vector256.Exp(a._value.AsSingle()).As<float, T>()
        : Vector256.Exp(a._value.AsDouble()).As<double, T>());

    [MethodImpl(AggressiveInlining)]
    public static Simd256<T> Log(Simd256<T> a) => new(typeof(T) == typeof(float)
        ? Vector256.Log(a._value.AsSingle()).As<float, T>()
        : Vector256.Log(a._value.AsDouble()).As<double, T>());

    [MethodImpl(AggressiveInlining)]
    public static Simd256<T> Sqrt(Simd256<T> a) => new(Vector256.Sqrt(a._value));

    [MethodImpl(AggressiveInlining)]
    public static Simd256<T> GreaterThan(Simd256<T> a, Simd256<T> b) => new(Vector256.GreaterThan(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static Simd256<T> Equal(Simd256<T> a, Simd256<T> b) => new(Vector256.Equals(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static Simd256<T> Select(Simd256<T> mask, Simd256<T> yes, Simd256<T> no) =>
        new(Vector256.ConditionalSelect(mask._value, yes._value, no._value));

    [MethodImpl(AggressiveInlining)]
    public static T Sum(Simd256<T> a) => Vector128.Sum(a._value.GetLower() + a._value.GetUpper());

    [MethodImpl(AggressiveInlining)]
    public static void AddSums(Simd256<T> a, Simd256<T> b, Simd256<T> c, Simd256<T> d, T* to, nint stride)
    {
        if (typeof(T) == typeof(float) && Transposition.IsAccelerated)
        {
            Transposition.Add(SumFour(a.Half(), b.Half(), c.Half(), d.Half()), (float*)to, stride);
            return;
        }
        to[0] += Sum(a);
        to[stride] += Sum(b);
        to[2 * stride] += Sum(c);
        to[3 * stride] += Sum(d);
    }

    [MethodImpl(AggressiveInlining)]
    public static Simd256<T> operator +(Simd256<T> a, Simd256<T> b) => new(a._value + b._value);

    [MethodImpl(AggressiveInlining)]
    public static Simd256<T> operator -(Simd256<T> a, Simd256<T> b) => new(a._value - b._value);

    [MethodImpl(AggressiveInlining)]
    public static Simd256<T> operator *(Simd256<T> a, Simd256<T> b) => new(a._value * b._value);

    [MethodImpl(AggressiveInlining)]
    public static Simd256<T> operator /(Simd256<T> a, Simd256<T> b) => new(a._value / b._value);

    [MethodImpl(AggressiveInlining)]
    private Vector128<float> Half() => _value.GetLower().AsSingle() + _value.GetUpper().AsSingle();

    /// <summary>The four sums of four vectors of four: a 4x4 transposition that adds on the way.</summary>
    [MethodImpl(AggressiveInlining)]
    private static Vector128<float> SumFour(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    {
        Vector128<double> ab = (Transposition.Low(a, b) + Transposition.High(a, b)).AsDouble();
        Vector128<double> cd = (Transposition.Low(c, d) + Transposition.High(c, d)).AsDouble();
        return Transposition.Low(ab, cd).AsSingle() + Transposition.High(ab, cd).AsSingle();
    }
}
