using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>How many numbers of a block fall into each bin.</summary>
/// <remarks>
/// The fast way works in two steps. First every number becomes a byte: its bin, or none. Then, for eight bins at a time, a table turns each of these
/// bytes into a byte with one bit set, that of its bin, and the bits are added up where they stand: binary counters whose digits lie in eight
/// vectors, the ones in the first, the twos in the second. One full adder per bit vector counts as many numbers for eight bins as there are bytes in
/// a vector.
/// </remarks>
internal static unsafe class BinCounter
{
    /// <summary>Pixels of one call, at most: then no counter of eight digits overflows.</summary>
    public const int MostPixels = 252;

    private const int BinsAtOnce = 56, Group = 8, AtOnce = 8, Digits = 8;
    private const uint None = 63, LeastNormal = 0x00800000;

    /// <summary>Adds to counts, by the definition.</summary>
    /// <param name="values">[pixels, lanes].</param>
    /// <param name="images">Filled lanes.</param>
    /// <param name="axis">The bins.</param>
    /// <param name="counts">[bins], added to.</param>
    /// <returns>How many lie above all bins.</returns>
    public static int CountNaive<T>(ReadOnlySpan<T> values, int images, BinAxis axis, Span<int> counts) where T : unmanaged, INumber<T>
    {
        int above = 0;
        T high = axis.Edge<T>(axis.Bins);
        for (int i = 0; i < values.Length; i += Lanes.Count)
        {
            foreach (T x in values.Slice(i, images))
            {
                if (axis.Of(x) is >= 0 and var bin) counts[bin]++;
                else if (x > high) above++;
            }
        }
        return above;
    }

    /// <summary>The same for finite numbers, up to <see cref="MostPixels"/> pixels of them.</summary>
    /// <returns>How many lie above all bins, and whether there may be a subnormal number among them.</returns>
    public static (int Above, bool SomeTiny) Count<V, T>(ReadOnlySpan<T> values, int images, BinAxis axis, Span<int> counts)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(values.Length <= MostPixels * Lanes.Count && values.Length % Lanes.Count == 0 && counts.Length == axis.Bins);
        // a bin's number is to be a float
        if (typeof(T) != typeof(float) || axis.Bins > 1 << 20 || !Count256.IsSupported || axis.Floats is not { } floats)
            return (CountNaive(values, images, axis, counts), true);
        int last = counts[^1], above = 0;
        bool someTiny;
        fixed (T* x = values)
            someTiny = Count512.IsSupported && sizeof(V) == sizeof(Count512)
                ? CountFloats<Count512>((float*)x, values.Length, images, floats, counts)
                : CountFloats<Count256>((float*)x, values.Length, images, floats, counts);
        if (counts[^1] > last)                                               // what lies above was taken for the last bin's
            above = (int)(values.Length / Lanes.Count * images - new NearZero(axis.High, 0, Magnitude: false).CountNear<V, T>(values, images));
        counts[^1] -= above;
        return (above, someTiny);
    }

    [SkipLocalsInit]
    private static bool CountFloats<C>(float* x, int length, int images, FloatBins floats, Span<int> counts) where C : unmanaged, ICountVector<C>
    {
        byte* places = stackalloc byte[MostPixels * Lanes.Count + AtOnce * sizeof(C)], digits = stackalloc byte[Digits * sizeof(C)];
        bool someTiny = false;
        fixed (float* above = floats.Above)                                  // null where there is none
        {
            for (int first = 0; first < counts.Length; first += BinsAtOnce)
            {
                int bins = Math.Min(BinsAtOnce, counts.Length - first);
                someTiny |= Place<C>(x, length, images, floats.Low, floats.Scale, counts.Length, above, first, places, out byte* end);
                for (; (end - places) % (AtOnce * sizeof(C)) != 0; end += sizeof(C)) C.Store(C.Splat(uint.MaxValue), end);
                for (int bin = 0; bin < bins; bin += Group)
                {
                    CountGroup<C>(places, end, bin / Group, digits);
                    AddDigits<C>(digits, counts.Slice(first + bin, Math.Min(Group, bins - bin)));
                }
            }
        }
        return someTiny;
    }

    // A byte for each number, its bin less first; above all bins, or all bits set, where it counts for none. The order within a vector is any.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static bool Place<C>(float* from, int length, int images, float lowest, float perUnit, int bins, float* above, int first, byte* to,
        out byte* end)
        where C : unmanaged, ICountVector<C>
    {
        C shift = C.Splat(0f - lowest), scale = C.Splat(perUnit), most = C.Splat((float)(bins - 1));
        C origin = C.Splat((uint)first), none = C.Splat(None), one = C.Splat(1u), tiniest = C.Splat(uint.MaxValue);
        C emptyA = C.From(images), emptyB = C.From(images - C.Count), emptyC = C.From(images - 2 * C.Count % Lanes.Count);
        C emptyD = C.From(images - 3 * C.Count % Lanes.Count);
        bool someElsewhere = bins > BinsAtOnce;
        float* x = from, stop = from + length;
        for (; x < stop; x += 4 * C.Count, to += sizeof(C))
        {
            bool half = x + 2 * C.Count == stop;                             // one pixel is left, and fills half a vector of bytes
            float* y = half ? x : x + 2 * C.Count;
            C vA = C.Load(x), vB = C.Load(x + C.Count), vC = C.Load(y), vD = C.Load(y + C.Count);
            C a = C.Places(vA, shift, scale, most), b = C.Places(vB, shift, scale, most), c = C.Places(vC, shift, scale, most), d =
                C.Places(vD, shift, scale, most);
            if (above != null)
            {
                (a, b) = (C.Raise(a, vA, above), C.Raise(b, vB, above));
                (c, d) = (C.Raise(c, vC, above), C.Raise(d, vD, above));
            }
            (a, b, c, d) = (a | emptyA, b | emptyB, c | emptyC, d | emptyD);
            if (half) c = d = C.Splat(uint.MaxValue);
            if (someElsewhere)
            {
                a = C.Min(a - origin, none);
                b = C.Min(b - origin, none);
                c = C.Min(c - origin, none);
                d = C.Min(d - origin, none);
            }
            C.Store(C.Bytes(a, b, c, d), to);
            // without the sign; zero becomes the largest
            tiniest = C.Min(tiniest, C.Min(C.Min(vA + vA - one, vB + vB - one), C.Min(vC + vC - one, vD + vD - one)));
        }
        end = to;
        uint least = uint.MaxValue;
        C low = tiniest;                                                     // a copy: what has an address does not stay in a register
        for (int n = 0; n < C.Count; n++) least = Math.Min(least, ((uint*)&low)[n]);
        return least < 2 * LeastNormal - 1;
    }

    // digits[k] holds digit k of the counters: bit b of each byte belongs to bin 8 · group + b.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void CountGroup<C>(byte* places, byte* end, int group, byte* digits) where C : unmanaged, ICountVector<C>
    {
        C table = C.Table(group), origin = C.TableOrigin(group);
        C ones = default, twos = default, fours = default, eights = default, d16 = default, d32 = default, d64 = default, d128 = default;
        for (byte* p = places; p < end; p += AtOnce * sizeof(C))
        {
            C x = C.OneHot(C.Load(p), table, origin), y = C.OneHot(C.Load(p + sizeof(C)), table, origin);
            C twosA = C.Majority(ones, x, y);
            ones = C.Odd(ones, x, y);
            (x, y) = (C.OneHot(C.Load(p + 2 * sizeof(C)), table, origin), C.OneHot(C.Load(p + 3 * sizeof(C)), table, origin));
            C twosB = C.Majority(ones, x, y);
            ones = C.Odd(ones, x, y);
            C foursA = C.Majority(twos, twosA, twosB);
            twos = C.Odd(twos, twosA, twosB);
            (x, y) = (C.OneHot(C.Load(p + 4 * sizeof(C)), table, origin), C.OneHot(C.Load(p + 5 * sizeof(C)), table, origin));
            twosA = C.Majority(ones, x, y);
            ones = C.Odd(ones, x, y);
            (x, y) = (C.OneHot(C.Load(p + 6 * sizeof(C)), table, origin), C.OneHot(C.Load(p + 7 * sizeof(C)), table, origin));
            twosB = C.Majority(ones, x, y);
            ones = C.Odd(ones, x, y);
            C foursB = C.Majority(twos, twosA, twosB);
            twos = C.Odd(twos, twosA, twosB);
            C carry = C.Majority(fours, foursA, foursB);
            fours = C.Odd(fours, foursA, foursB);
            C next = eights & carry;
            eights ^= carry;
            carry = d16 & next;
            d16 ^= next;
            next = d32 & carry;
            d32 ^= carry;
            d128 ^= d64 & next;
            d64 ^= next;
        }
        C.Store(ones, digits);
        C.Store(twos, digits + sizeof(C));
        C.Store(fours, digits + 2 * sizeof(C));
        C.Store(eights, digits + 3 * sizeof(C));
        C.Store(d16, digits + 4 * sizeof(C));
        C.Store(d32, digits + 5 * sizeof(C));
        C.Store(d64, digits + 6 * sizeof(C));
        C.Store(d128, digits + 7 * sizeof(C));
    }

    // Seen as a matrix of 8x8 bits in each place of a byte, rows the digits and columns the bins, it is transposed: halves, quarters, single bits
    // change places. Then a byte of vector b is a counter of bin b.
    private static void AddDigits<C>(byte* digits, Span<int> counts) where C : unmanaged, ICountVector<C>
    {
        uint mask = 0x0F0F0F0F;
        for (int step = Digits / 2; step > 0; step /= 2, mask ^= mask << step)
        {
            C low = C.Splat(mask), high = C.Splat(~mask);
            for (int k = 0; k < Digits; k++)
            {
                if ((k & step) != 0) continue;
                byte* upper = digits + k * sizeof(C), lower = upper + step * sizeof(C);
                C a = C.Load(upper), b = C.Load(lower);
                C.Store((a & low) | ((b & low) << step), upper);
                C.Store(((a >>> step) & low) | (b & high), lower);
            }
        }
        for (int bin = 0; bin < counts.Length; bin++) counts[bin] += (int)C.SumBytes(C.Load(digits + bin * sizeof(C)));
    }
}
