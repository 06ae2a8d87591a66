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
    public static Count256 From(int lane) => new(Vector256.GreaterThanOrEqual(Vector256<int>.Indices, Vector256.Create(lane)).AsUInt32());

    [MethodImpl(AggressiveInlining)]
    public static Count256 Places(Count256 x, Count256 shift, Count256 scale, Count256 most)
    {
        Vector256<float> distance = x._value.AsSingle() + shift._value.AsSingle();
        Vector256<int> place = Avx.ConvertToVector256Int32WithTruncation(Avx.Min(distance * scale._value.AsSingle(), most._value.AsSingle()));
        return new((place | distance.AsInt32() >> 31).AsUInt32());
    }

    // Index 0 stands in where there is no place, so every index lies in the table. True is -1.
    [MethodImpl(AggressiveInlining)]
    public static Count256 Raise(Count256 places, Count256 x, float* above)
    {
        Vector256<float> limit = Avx2.GatherVector256(above, Avx2.Max(places._value.AsInt32(), default), sizeof(float));
        return new((places._value.AsInt32() - Avx.CompareGreaterThanOrEqual(x._value.AsSingle(), limit).AsInt32()).AsUInt32());
    }

    [MethodImpl(AggressiveInlining)]
    public static Count256 Bytes(Count256 a, Count256 b, Count256 c, Count256 d) => new(Avx2.PackSignedSaturate(
        Avx2.PackSignedSaturate(a._value.AsInt32(), b._value.AsInt32()), Avx2.PackSignedSaturate(c._value.AsInt32(), d._value.AsInt32())).AsUInt32());

    public static Count256 Table(int group) =>
        new(Vector256.Create(group % 2 == 0 ? Vector128.Create(0x8040201008040201, 0) : Vector128.Create(0, 0x8040201008040201)).AsUInt32());

    public static Count256 TableOrigin(int group) => new(Vector256.Create((byte)(group / 2 * 16)).AsUInt32());

    // The instruction looks at four bits and gives nothing where the highest of all is set: outside the 16 places of the table it becomes so.
    [MethodImpl(AggressiveInlining)]
    public static Count256 OneHot(Count256 places, Count256 table, Count256 origin) => new(Avx2.Shuffle(
        table._value.AsByte(), Avx2.AddSaturate(places._value.AsByte() - origin._value.AsByte(), Vector256.Create((byte)0x70))).AsUInt32());

    [MethodImpl(AggressiveInlining)]
    public static Count256 Odd(Count256 a, Count256 b, Count256 c) => new(a._value ^ b._value ^ c._value);

    [MethodImpl(AggressiveInlining)]
    public static Count256 Majority(Count256 a, Count256 b, Count256 c) => new((a._value & b._value) | ((a._value ^ b._value) & c._value));

    [MethodImpl(AggressiveInlining)]
    public static Count256 Min(Count256 a, Count256 b) => new(Vector256.Min(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static ulong SumBytes(Count256 a) => Vector256.Sum(Avx2.SumAbsoluteDifferences(a._value.AsByte(), default).AsUInt64());

    [MethodImpl(AggressiveInlining)]
    public static Count256 operator +(Count256 a, Count256 b) => new(a._value + b._value);

    [MethodImpl(AggressiveInlining)]
    public static Count256 operator -(Count256 a, Count256 b) => new(a._value - b._value);

    [MethodImpl(AggressiveInlining)]
    public static Count256 operator &(Count256 a, Count256 b) => new(a._value & b._value);

    [MethodImpl(AggressiveInlining)]
    public static Count256 operator |(Count256 a, Count256 b) => new(a._value | b._value);

    [MethodImpl(AggressiveInlining)]
    public static Count256 operator ^(Count256 a, Count256 b) => new(a._value ^ b._value);

    [MethodImpl(AggressiveInlining)]
    public static Count256 operator <<(Count256 a, int bits) => new(a._value << bits);

    [MethodImpl(AggressiveInlining)]
    public static Count256 operator >>>(Count256 a, int bits) => new(a._value >>> bits);
}
