using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels.Simd;

/// <summary>16 patterns, 512 bits (AVX-512 with VBMI).</summary>
internal readonly unsafe struct Count512(Vector512<uint> value) : ICountVector<Count512>
{
    private readonly Vector512<uint> _value = value;

    public static bool IsSupported => Avx512BW.IsSupported && Avx512Vbmi.IsSupported;

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
    public static Count512 From(int lane) => new(Vector512.GreaterThanOrEqual(Vector512<int>.Indices, Vector512.Create(lane)).AsUInt32());

    [MethodImpl(AggressiveInlining)]
    public static Count512 Places(Count512 x, Count512 shift, Count512 scale, Count512 most)
    {
        Vector512<float> distance = x._value.AsSingle() + shift._value.AsSingle();
        Vector512<int> place = Avx512F.ConvertToVector512Int32WithTruncation(Avx512F.Min(distance * scale._value.AsSingle(), most._value.AsSingle()));
        return new((place | distance.AsInt32() >> 31).AsUInt32());
    }

    // Index 0 stands in where there is no place, so every index lies in the table. True is -1.
    [MethodImpl(AggressiveInlining)]
    public static Count512 Raise(Count512 places, Count512 x, float* above)
    {
        Vector512<int> index = Avx512F.Max(places._value.AsInt32(), default);
        Vector512<float> limit = Vector512.Create(Avx2.GatherVector256(above, index.GetLower(), sizeof(float)), Avx2.GatherVector256(above,
            index.GetUpper(), sizeof(float)));
        return new((places._value.AsInt32() - Vector512.GreaterThanOrEqual(x._value.AsSingle(), limit).AsInt32()).AsUInt32());
    }

    [MethodImpl(AggressiveInlining)]
    public static Count512 Bytes(Count512 a, Count512 b, Count512 c, Count512 d) => new(Avx512BW.PackSignedSaturate(
        Avx512BW.PackSignedSaturate(a._value.AsInt32(), b._value.AsInt32()), Avx512BW.PackSignedSaturate(c._value.AsInt32(),
            d._value.AsInt32())).AsUInt32());

    [MethodImpl(AggressiveInlining)]
    public static Count512 Table(int group)
    {
        Vector512<byte> places = Vector512<byte>.Indices, bits = Vector512.Create(0x8040201008040201).AsByte();
        return new(Vector512.ConditionalSelect(Vector512.Equals(places & Vector512.Create((byte)0xF8), Vector512.Create((byte)(8 * group))), bits,
            default).AsUInt32());
    }

    public static Count512 TableOrigin(int group) => default;

    // The instruction looks at six bits: all set is 63, of a group that nobody asks for.
    [MethodImpl(AggressiveInlining)]
    public static Count512 OneHot(Count512 places, Count512 table, Count512 origin) =>
        new(Avx512Vbmi.PermuteVar64x8(table._value.AsByte(), places._value.AsByte()).AsUInt32());

    [MethodImpl(AggressiveInlining)]
    public static Count512 Odd(Count512 a, Count512 b, Count512 c) => new(Avx512F.TernaryLogic(a._value, b._value, c._value, 0x96));

    [MethodImpl(AggressiveInlining)]
    public static Count512 Majority(Count512 a, Count512 b, Count512 c) => new(Avx512F.TernaryLogic(a._value, b._value, c._value, 0xE8));

    [MethodImpl(AggressiveInlining)]
    public static Count512 Min(Count512 a, Count512 b) => new(Vector512.Min(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static ulong SumBytes(Count512 a) => Vector512.Sum(Avx512BW.SumAbsoluteDifferences(a._value.AsByte(), default).AsUInt64());

    [MethodImpl(AggressiveInlining)]
    public static Count512 operator +(Count512 a, Count512 b) => new(a._value + b._value);

    [MethodImpl(AggressiveInlining)]
    public static Count512 operator -(Count512 a, Count512 b) => new(a._value - b._value);

    [MethodImpl(AggressiveInlining)]
    public static Count512 operator &(Count512 a, Count512 b) => new(a._value & b._value);

    [MethodImpl(AggressiveInlining)]
    public static Count512 operator |(Count512 a, Count512 b) => new(a._value | b._value);

    [MethodImpl(AggressiveInlining)]
    public static Count512 operator ^(Count512 a, Count512 b) => new(a._value ^ b._value);

    [MethodImpl(AggressiveInlining)]
    public static Count512 operator <<(Count512 a, int bits) => new(a._value << bits);

    [MethodImpl(AggressiveInlining)]
    public static Count512 operator >>>(Count512 a, int bits) => new(a._value >>> bits);
}
