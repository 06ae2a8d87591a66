using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels.Simd;

/// <summary>8 patterns, 256 bits (AVX2).</summary>
internal readonly unsafe struct Count256(Vector256<uint> value) : ICountVector<Count256>
{
    private readonly Vector256<uint> _value = value;

    public static bool IsSupported => Avx2.IsSupported;

    public static int Count => Vector256<uint>.Count;

    [MethodImpl(AggressiveInlining)]
    public static Count256 Load(void* from) => new(Vector256.Load((uint*)from));

    [MethodImpl(AggressiveInlining)]
    public static void Store(Count256 vector, void* to) => vector._value.Store((uint*)to);

    [MethodImpl(AggressiveInlining)]
    public static Count256 Splat(uint bits) => new(Vector256.Create(bits));

    [MethodImpl(AggressiveInlining)]
    public static Count256 Splat(float number) => new(Vector256.Create(number).AsUInt32());

    [MethodImpl(AggressiveInlining)]
    public static Count256 First(int lanes) => new(Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(lanes)).AsUInt32());

    [MethodImpl(AggressiveInlining)]
    public static Count256 Places(Count256 x, Count256 shift, Count256 scale, Count256 most)
    {
        Vector256<float> distance = x._value.AsSingle() + shift._value.AsSingle();
        Vector256<int> place = Avx.ConvertToVector256Int32WithTruncation(Avx.Min(distance * scale._value.AsSingle(), most._value.AsSingle()));
        return new((place & Vector256.Create(~3) | distance.AsInt32() >> 31).AsUInt32());
    }

    [MethodImpl(AggressiveInlining)]
    public static Count256 OneAt(Count256 place) => new(Avx2.ShiftLeftLogicalVariable(Vector256<uint>.One, place._value));

    [MethodImpl(AggressiveInlining)]
    public static Count256 MaxFloat(Count256 a, Count256 b) => new(Avx.Max(a._value.AsSingle(), b._value.AsSingle()).AsUInt32());

    [MethodImpl(AggressiveInlining)]
    public static Count256 Min(Count256 a, Count256 b) => new(Vector256.Min(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static uint Sum(Count256 a) => Vector256.Sum(a._value);

    [MethodImpl(AggressiveInlining)]
    public static Count256 operator +(Count256 a, Count256 b) => new(a._value + b._value);

    [MethodImpl(AggressiveInlining)]
    public static Count256 operator -(Count256 a, Count256 b) => new(a._value - b._value);

    [MethodImpl(AggressiveInlining)]
    public static Count256 operator &(Count256 a, Count256 b) => new(a._value & b._value);

    [MethodImpl(AggressiveInlining)]
    public static Count256 operator >>>(Count256 a, int bits) => new(a._value >>> bits);
}
