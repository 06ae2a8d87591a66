using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Kernels;

/// <summary>Sets some numbers of a block to zero by chance, and makes up for it in the others.</summary>
/// <remarks>
/// Whether the number at a place is kept follows from a key and the place alone: no generator moves on, so any thread may ask at any time, and the
/// way back finds the same choice without its having been kept. It is the same for every vector width and precision. The hash is two rounds of
/// lowbias32 (Wellons, "Prospecting for hash functions", 2018), one for each half of the key.
/// </remarks>
internal static unsafe class DropoutLanes
{
    // chosen at a time: what was just stored is slow to load as a longer vector
    private const int Rows = 16;

    /// <summary>output = input · 1/(1 - p), or 0 with probability p; one choice for each image and each <paramref name="repeat"/> of its numbers in a
    /// row.</summary>
    /// <param name="key">Of this layer, block and step.</param>
    /// <param name="p">From 0 to 1.</param>
    /// <param name="repeat">1, or H·W to choose whole channels.</param>
    /// <param name="input">[count, lanes].</param>
    /// <param name="output">Like the input, overwritten; may be the same memory.</param>
    /// <param name="firstRow">How many choices for each image come before, of a piece of a block.</param>
    public static void Apply<V, T>(ulong key, double p, int repeat, ReadOnlySpan<T> input, Span<T> output, int firstRow = 0)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length == output.Length && input.Length % (Lanes.Count * repeat) == 0 && p is >= 0 and <= 1);
        var (limit, scale) = Terms<T>(p);
        T* kept = stackalloc T[Rows * Lanes.Count];
        int rowLength = repeat * Lanes.Count;
        fixed (T* x = input, y = output)
            for (int row = 0, i = 0; i < input.Length; row += Rows, i += Rows * rowLength)
            {
                int rows = Math.Min(Rows, (input.Length - i) / rowLength);
                Choose(key, (firstRow + row) * Lanes.Count, 1, rows * Lanes.Count, limit, scale, kept);
                Multiply<Pair<V, T>, T>(x + i, kept, y + i, rows, rowLength);
            }
    }

    /// <summary>The same channels-last, one choice for each image and channel: that which a block in lanes gets, too.</summary>
    /// <param name="key">Of this layer, block and step.</param>
    /// <param name="p">From 0 to 1.</param>
    /// <param name="extent">Some images: [images, pixels, channels].</param>
    /// <param name="firstImage">The first one's number in its block.</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>].</param>
    /// <param name="input">As the extent says.</param>
    /// <param name="output">Like the input, overwritten; may be the same memory.</param>
    public static void ApplyToChannels<T>(ulong key, double p, PixelExtent extent, int firstImage, Span<T> scratch, ReadOnlySpan<T> input,
        Span<T> output)
        where T : unmanaged, INumber<T>
    {
        var (limit, scale) = Terms<T>(p);
        Debug.Assert(scratch.Length >= ScratchLength(extent.Pitch));
        fixed (T* kept = scratch)
            for (int image = 0, at = 0; image < extent.Planes; image++)
            {
                Choose(key, firstImage + image, Lanes.Count, extent.Pitch, limit, scale, kept);
                for (int pixel = 0; pixel < extent.Pixels; pixel++, at += extent.Pitch)
                    TensorPrimitives.Multiply(input.Slice(at, extent.Pitch), scratch[..extent.Pitch], output.Slice(at, extent.Pitch));
            }
    }

    /// <summary>Numbers to borrow for <see cref="ApplyToChannels"/>.</summary>
    public static int ScratchLength(int channels) => Lanes.RoundUp(channels);

    private static (uint Limit, T Scale) Terms<T>(double p) where T : unmanaged, INumber<T> =>
        ((uint)Math.Min(p * (1L << 32), uint.MaxValue), p == 1 ? T.Zero : T.CreateTruncating(1 / (1 - p)));

    /// <summary>kept[i] = scale, or 0 where the hash of place first + i · step is below the limit. Written in whole vectors.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Choose<T>(ulong key, int first, int step, int count, uint limit, T scale, T* kept) where T : unmanaged, INumber<T>
    {
        Vector<uint> low = new((uint)key), high = new((uint)(key >> 32)), least = new(limit);
        uint* hashes = stackalloc uint[Vector<uint>.Count];
        for (int n = 0; n < count; n += Vector<uint>.Count)
        {
            Vector<uint> hash = Scatter(Scatter((Vector<uint>.Indices * (uint)step + new Vector<uint>((uint)(first + n * step))) ^ low) ^ high);
            if (typeof(T) == typeof(float))
            {
                Vector<float> isKept = Vector.AsVectorSingle(Vector.GreaterThanOrEqual(hash, least));
                Vector.ConditionalSelect(isKept, new Vector<float>((float)(object)scale), Vector<float>.Zero).Store((float*)kept + n);
                continue;
            }
            hash.Store(hashes);
            for (int i = 0; i < Vector<uint>.Count; i++) kept[n + i] = hashes[i] >= limit ? scale : T.Zero;
        }
    }

    [MethodImpl(AggressiveInlining)]
    private static Vector<uint> Scatter(Vector<uint> x)
    {
        x = (x ^ (x >>> 16)) * 0x7FEB352D;
        x = (x ^ (x >>> 15)) * 0x846CA68B;
        return x ^ (x >>> 16);
    }

    // y = x · kept, every choice for a whole row.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Multiply<V, T>(T* x, T* kept, T* y, int rows, int rowLength)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (int row = 0; row < rows; row++, x += rowLength, y += rowLength, kept += Lanes.Count)
            for (int n = 0; n < Lanes.Count; n += V.Count)
            {
                V factor = V.Load(kept + n);
                for (int i = n; i < rowLength; i += Lanes.Count) V.Store(V.Load(x + i) * factor, y + i);
            }
    }
}
