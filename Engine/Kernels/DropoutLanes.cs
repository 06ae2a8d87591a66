using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Sets some numbers of a block to zero by chance, and makes up for it in the others.</summary>
/// <remarks>
/// Whether the number at a place is kept follows from a key and the place alone: no generator moves on, so any thread may ask at any time, and the way
/// back finds the same choice without its having been kept. It is the same for every vector width and precision. The hash is two rounds of
/// lowbias32 (Wellons, "Prospecting for hash functions", 2018), one for each half of the key.
/// </remarks>
internal static unsafe class DropoutLanes
{
    /// <summary>output = input · 1/(1 - p), or 0 with probability p; one choice for each image and each <paramref name="repeat"/> of its numbers in a row.</summary>
    /// <param name="key">Of this layer, block and step.</param>
    /// <param name="p">From 0 to 1.</param>
    /// <param name="repeat">1, or H·W to choose whole channels.</param>
    /// <param name="input">[count, lanes].</param>
    /// <param name="output">Like the input, overwritten; may be the same memory.</param>
    public static void Apply<V, T>(ulong key, double p, int repeat, ReadOnlySpan<T> input, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length == output.Length && input.Length % (Lanes.Count * repeat) == 0 && p is >= 0 and <= 1);
        uint limit = (uint)Math.Min(p * (1L << 32), uint.MaxValue);
        T scale = p == 1 ? T.Zero : T.CreateTruncating(1 / (1 - p));
        T* kept = stackalloc T[Lanes.Count];
        fixed (T* x = input, y = output)
            for (int i = 0, row = 0; i < input.Length; i += repeat * Lanes.Count, row++)
            {
                Choose(key, row, limit, scale, kept);
                Multiply<Pair<V, T>, T>(x + i, kept, y + i, repeat * Lanes.Count);
            }
    }

    /// <summary>kept[lane] = scale, or 0 where the hash of this row and lane is below the limit.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Choose<T>(ulong key, int row, uint limit, T scale, T* kept) where T : unmanaged, INumber<T>
    {
        uint* hashes = stackalloc uint[Lanes.Count];
        for (int n = 0; n < Lanes.Count; n++) hashes[n] = (uint)(row * Lanes.Count + n);
        Vector<uint> first = new((uint)key), second = new((uint)(key >> 32)), least = new(limit);
        for (int n = 0; n < Lanes.Count; n += Vector<uint>.Count)
        {
            Vector<uint> hash = Scatter(Scatter(Vector.Load(hashes + n) ^ first) ^ second);
            if (typeof(T) == typeof(float))
                Vector.ConditionalSelect(Vector.AsVectorSingle(Vector.GreaterThanOrEqual(hash, least)), new Vector<float>((float)(object)scale), Vector<float>.Zero).Store((float*)kept + n);
            else hash.Store(hashes + n);
        }
        if (typeof(T) == typeof(float)) return;
        for (int n = 0; n < Lanes.Count; n++) kept[n] = hashes[n] >= limit ? scale : T.Zero;
    }

    [MethodImpl(AggressiveInlining)]
    private static Vector<uint> Scatter(Vector<uint> x)
    {
        x = (x ^ (x >>> 16)) * 0x7FEB352D;
        x = (x ^ (x >>> 15)) * 0x846CA68B;
        return x ^ (x >>> 16);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Multiply<V, T>(T* x, T* kept, T* y, int length) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (int n = 0; n < Lanes.Count; n += V.Count)
        {
            V factor = V.Load(kept + n);
            for (int i = n; i < length; i += Lanes.Count) V.Store(V.Load(x + i) * factor, y + i);
        }
    }
}
