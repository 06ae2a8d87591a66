using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels.Simd;

/// <summary>16 patterns, 512 bits (AVX-512).</summary>
internal readonly unsafe struct Count512(Vector512<uint> value) : ICountVector<Count512>
{
    private readonly Vector512<uint> _value = value;

    public static bool IsSupported => Avx512F.IsSupported;

    public static int Count => Vector512<uint>.Count;

    [MethodImpl(AggressiveInlining)]
    public static Count512 Load(void* from) => new(Vector512.Load((uint*)from));

    [MethodImpl(AggressiveInlining)]
    public static void Store(Count512 vector, void* to) => vector._value.Store((uint*)to);

    [MethodImpl(AggressiveInlining)]
    public static Count512 Splat(uint bits) => new(Vector512.Create(bits));

    [MethodImpl(AggressiveInlining)]
    public static Count512 Splat(float number) => new(Vector512.Create(number).AsUInt32());

    [MethodImpl(AggressiveInlining)]
    public static Count512 First(int lanes) => new(Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(lanes)).AsUInt32());

    [MethodImpl(AggressiveInlining)]
    public static Count512 Places(Count512 x, Count512 shift, Count512 scale, Count512 most)
    {
        Vector512<float> distance = x._value.AsSingle() + shift._value.AsSingle();
        Vector512<int> place = Avx512F.ConvertToVector512Int32WithTruncation(Avx512F.Min(distance * scale._value.AsSingle(), most._value.AsSingle()));
        return new((place & Vector512.Create(~3) | distance.AsInt32() >> 31).AsUInt32());
    }

    [MethodImpl(AggressiveInlining)]
    public static Count512 OneAt(Count512 place) => new(Avx512F.ShiftLeftLogicalVariable(Vector512<uint>.One, place._value));

    [MethodImpl(AggressiveInlining)]
    public static Count512 MaxFloat(Count512 a, Count512 b) => new(Avx512F.Max(a._value.AsSingle(), b._value.AsSingle()).AsUInt32());

    [MethodImpl(AggressiveInlining)]
    public static Count512 Min(Count512 a, Count512 b) => new(Vector512.Min(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static uint Sum(Count512 a) => Vector512.Sum(a._value);

    [MethodImpl(AggressiveInlining)]
    public static Count512 operator +(Count512 a, Count512 b) => new(a._value + b._value);

    [MethodImpl(AggressiveInlining)]
    public static Count512 operator -(Count512 a, Count512 b) => new(a._value - b._value);

    [MethodImpl(AggressiveInlining)]
    public static Count512 operator &(Count512 a, Count512 b) => new(a._value & b._value);

    [MethodImpl(AggressiveInlining)]
    public static Count512 operator >>>(Count512 a, int bits) => new(a._value >>> bits);
}
