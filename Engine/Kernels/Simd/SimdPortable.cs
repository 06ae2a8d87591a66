using System.Numerics;
using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels.Simd;

/// <summary>Whatever <see cref="Vector{T}"/> is on this processor: correct everywhere, at least one number, at most 64 bytes.</summary>
internal readonly unsafe struct SimdPortable<T>(Vector<T> value) : IVector<SimdPortable<T>, T> where T : unmanaged, INumber<T>
{
    private readonly Vector<T> _value = value;

    public static int Count => Vector<T>.Count;

    [MethodImpl(AggressiveInlining)]
    public static SimdPortable<T> Load(T* from) => new(Vector.Load(from));

    [MethodImpl(AggressiveInlining)]
    public static void Store(SimdPortable<T> vector, T* to) => vector._value.Store(to);

    [MethodImpl(AggressiveInlining)]
    public static SimdPortable<T> Splat(T number) => new(Vector.Create(number));

    // Where nothing is fused the estimate is this very sum; but an interpreter, as in WebAssembly, goes through it number by number.
    [MethodImpl(AggressiveInlining)]
    public static SimdPortable<T> MultiplyAdd(SimdPortable<T> a, SimdPortable<T> b, SimdPortable<T> c) => !Processor.HasFusedMultiplyAdd
        ? new(a._value * b._value + c._value)
        : new(typeof(T) == typeof(float)
            ? Vector.MultiplyAddEstimate(a._value.As<T, float>(), b._value.As<T, float>(), c._value.As<T, float>()).As<float, T>()
            : Vector.MultiplyAddEstimate(a._value.As<T, double>(), b._value.As<T, double>(), c._value.As<T, double>()).As<double, T>());

    [MethodImpl(AggressiveInlining)]
    public static void AddProduct(ref SimdPortable<T> sum, SimdPortable<T> a, SimdPortable<T> b) => sum = MultiplyAdd(a, b, sum);

    [MethodImpl(AggressiveInlining)]
    public static void AddProduct(ref SimdPortable<T> sum, T* a, SimdPortable<T> b) => sum = MultiplyAdd(Load(a), b, sum);

    [MethodImpl(AggressiveInlining)]
    public static SimdPortable<T> Max(SimdPortable<T> a, SimdPortable<T> b) => new(Vector.Max(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static SimdPortable<T> Min(SimdPortable<T> a, SimdPortable<T> b) => new(Vector.Min(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static SimdPortable<T> Larger(SimdPortable<T> a, SimdPortable<T> b) =>
        new(Vector.ConditionalSelect(Vector.GreaterThan(a._value, b._value), a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static SimdPortable<T> Smaller(SimdPortable<T> a, SimdPortable<T> b) =>
        new(Vector.ConditionalSelect(Vector.LessThan(a._value, b._value), a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static SimdPortable<T> Exp(SimdPortable<T> a) => new(typeof(T) == typeof(float)
        ? Vector.Exp(a._value.As<T, float>()).As<float, T>()
        : Vector.Exp(a._value.As<T, double>()).As<double, T>());

    [MethodImpl(AggressiveInlining)]
    public static SimdPortable<T> Log(SimdPortable<T> a) => new(typeof(T) == typeof(float)
        ? Vector.Log(a._value.As<T, float>()).As<float, T>()
        : Vector.Log(a._value.As<T, double>()).As<double, T>());

    [MethodImpl(AggressiveInlining)]
    public static SimdPortable<T> Sqrt(SimdPortable<T> a) => new(Vector.SquareRoot(a._value));

    [MethodImpl(AggressiveInlining)]
    public static SimdPortable<T> GreaterThan(SimdPortable<T> a, SimdPortable<T> b) => new(Vector.GreaterThan(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static SimdPortable<T> Equal(SimdPortable<T> a, SimdPortable<T> b) => new(Vector.Equals(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static SimdPortable<T> Select(SimdPortable<T> mask, SimdPortable<T> yes, SimdPortable<T> no) =>
        new(Vector.ConditionalSelect(mask._value, yes._value, no._value));

    [MethodImpl(AggressiveInlining)]
    public static T Sum(SimdPortable<T> a) => Vector.Sum(a._value);

    [MethodImpl(AggressiveInlining)]
    public static void AddSums(SimdPortable<T> a, SimdPortable<T> b, SimdPortable<T> c, SimdPortable<T> d, T* to, nint stride)
    {
        to[0] += Sum(a);
        to[stride] += Sum(b);
        to[2 * stride] += Sum(c);
        to[3 * stride] += Sum(d);
    }

    [MethodImpl(AggressiveInlining)]
    public static SimdPortable<T> operator +(SimdPortable<T> a, SimdPortable<T> b) => new(a._value + b._value);

    [MethodImpl(AggressiveInlining)]
    public static SimdPortable<T> operator -(SimdPortable<T> a, SimdPortable<T> b) => new(a._value - b._value);

    [MethodImpl(AggressiveInlining)]
    public static SimdPortable<T> operator *(SimdPortable<T> a, SimdPortable<T> b) => new(a._value * b._value);

    [MethodImpl(AggressiveInlining)]
    public static SimdPortable<T> operator /(SimdPortable<T> a, SimdPortable<T> b) => new(a._value / b._value);
}
