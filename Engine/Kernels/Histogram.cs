using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>How many numbers of a block fall into each bin.</summary>
internal static unsafe class Histogram
{
    /// <summary>Pixels of one call, at most: the fast counters are bytes.</summary>
    public const int MostPixels = 252;

    private const int BinsAtOnce = 40, Full = 15;                            // of five vectors of eight counters of four bits, which are full at 15
    private const uint Nibbles = 0x0F0F0F0F, LeastNormal = 0x00800000;

    /// <summary>Adds to counts, by the definition.</summary>
    /// <param name="values">[pixels, lanes].</param>
    /// <param name="images">Filled lanes.</param>
    /// <param name="axis">The bins.</param>
    /// <param name="counts">[bins], added to.</param>
    public static void CountNaive<T>(ReadOnlySpan<T> values, int images, BinAxis axis, Span<int> counts) where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < values.Length; i += Lanes.Count)
            foreach (T x in values.Slice(i, images))
                if (axis.Of(x) is >= 0 and var bin) counts[bin]++;
    }

    /// <summary>The same for finite numbers, up to <see cref="MostPixels"/> pixels of them.</summary>
    /// <returns>Whether there may be a subnormal number among them.</returns>
    public static bool Count<V, T>(ReadOnlySpan<T> values, int images, BinAxis axis, Span<int> counts)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(values.Length <= MostPixels * Lanes.Count && values.Length % Lanes.Count == 0 && counts.Length == axis.Bins);
        if (typeof(T) != typeof(float) || axis.Bins > 1 << 20 || !Count256.IsSupported)    // 4 · bins is to be a whole number in float
        {
            CountNaive(values, images, axis, counts);
            return true;
        }
        bool someTiny;
        float highest;
        fixed (T* x = values)
            someTiny = Count512.IsSupported && sizeof(V) == sizeof(Count512)
                ? CountFloats<Count512>((float*)x, values.Length, images, axis, counts, out highest)
                : CountFloats<Count256>((float*)x, values.Length, images, axis, counts, out highest);
        if (highest > (float)axis.High)                                      // what lies above was taken for the last bin's
            counts[^1] -= (int)(values.Length / Lanes.Count * images - new NearZero(axis.High, 0, Magnitude: false).CountNear<V, T>(values, images));
        return someTiny;
    }

    private static bool CountFloats<C>(float* x, int length, int images, BinAxis axis, Span<int> counts, out float highest)
        where C : unmanaged, ICountVector<C>
    {
        byte* bytes = stackalloc byte[2 * BinsAtOnce / 8 * sizeof(C)];
        int most = MostPixels / (Lanes.Count / C.Count) * Lanes.Count;       // a byte counts every column of lanes
        bool someTiny = false;
        highest = float.NegativeInfinity;
        for (int from = 0; from < length; from += most)
        {
            for (int bin = 0; bin < axis.Bins; bin += BinsAtOnce)
            {
                new Span<byte>(bytes, 2 * BinsAtOnce / 8 * sizeof(C)).Clear();
                someTiny |= CountStrip<C>(x + from, Math.Min(most, length - from), images, axis, bin, bytes, ref highest);
                AddBytes<C>(bytes, counts[bin..Math.Min(bin + BinsAtOnce, axis.Bins)]);
            }
        }
        return someTiny;
    }

    // A lane of a holds eight counters of four bits, one for each of the bins first to first + 7; b to e alike for the bins that follow. Adding
    // 1 << 4 · bin counts, and 1 << anything else adds nothing. Before they are full they are added to bytes: [five vectors, even and odd bins].
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static bool CountStrip<C>(float* values, int length, int images, BinAxis axis, int first, byte* bytes, ref float highest)
        where C : unmanaged, ICountVector<C>
    {
        C shift = C.Splat(0f - (float)axis.Low), scale = C.Splat(4 * (float)axis.Scale), most = C.Splat((float)(4 * axis.Bins - 1));
        C toA = C.Splat(4 * (uint)first), toB = C.Splat(4 * (uint)first + 32), toC = C.Splat(4 * (uint)first + 64);
        C toD = C.Splat(4 * (uint)first + 96), toE = C.Splat(4 * (uint)first + 128), one = C.Splat(1u);
        C tiniest = C.Splat(uint.MaxValue), largest = C.Splat(float.NegativeInfinity);
        float* end = values + length;
        for (int n = 0; n < images; n += C.Count)
        {
            C lanes = C.First(images - n);
            for (float* x = values + n; x < end;)
            {
                float* full = x + Full * Lanes.Count < end ? x + Full * Lanes.Count : end;
                C a = default, b = default, c = default, d = default, e = default;
                for (; x < full; x += Lanes.Count)
                {
                    C v = C.Load(x);
                    C place = C.Places(v, shift, scale, most);
                    largest = C.MaxFloat(v, largest);
                    tiniest = C.Min(tiniest, v + v - one);                   // without the sign; zero becomes the largest
                    a += C.OneAt(place - toA);
                    b += C.OneAt(place - toB);
                    c += C.OneAt(place - toC);
                    d += C.OneAt(place - toD);
                    e += C.OneAt(place - toE);
                }
                AddNibbles(a & lanes, bytes);
                AddNibbles(b & lanes, bytes + 2 * sizeof(C));
                AddNibbles(c & lanes, bytes + 4 * sizeof(C));
                AddNibbles(d & lanes, bytes + 6 * sizeof(C));
                AddNibbles(e & lanes, bytes + 8 * sizeof(C));
            }
        }
        uint least = uint.MaxValue;
        (C high, C low) = (largest, tiniest);                                // copies: what has an address does not stay in a register
        for (int n = 0; n < C.Count; n++)
        {
            highest = Math.Max(highest, ((float*)&high)[n]);
            least = Math.Min(least, ((uint*)&low)[n]);
        }
        return least < 2 * LeastNormal - 1;
    }

    [MethodImpl(AggressiveInlining)]
    private static void AddNibbles<C>(C counters, byte* bytes) where C : unmanaged, ICountVector<C>
    {
        C low = C.Splat(Nibbles);
        C.Store(C.Load(bytes) + (counters & low), bytes);
        C.Store(C.Load(bytes + sizeof(C)) + ((counters >>> 4) & low), bytes + sizeof(C));
    }

    // Two counters at a time: all lanes' bytes together stay below 1 << 16.
    private static void AddBytes<C>(byte* bytes, Span<int> counts) where C : unmanaged, ICountVector<C>
    {
        C pairs = C.Splat(0x00FF00FFu);
        for (int vector = 0; vector < 2 * BinsAtOnce / 8; vector++)
        {
            C counters = C.Load(bytes + vector * sizeof(C));
            uint even = C.Sum(counters & pairs), odd = C.Sum((counters >>> 8) & pairs);
            ReadOnlySpan<uint> four = [even & ushort.MaxValue, odd & ushort.MaxValue, even >> 16, odd >> 16];
            int bin = vector / 2 * 8 + vector % 2;
            for (int i = 0; i < four.Length && bin < counts.Length; i++, bin += 2) counts[bin] += (int)four[i];
        }
    }
}
