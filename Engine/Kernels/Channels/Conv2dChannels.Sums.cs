using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

// The innermost loops of convolution: the sums of a tile.
internal static unsafe partial class Conv2dChannels
{
    /// <summary>The sums of a tile, or of many of so many rows, one after the other.</summary>
    private struct SumsJob<V, T> : ITileJob<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public Tile<T>* Tile;
        public bool Few, IsRun;                                              // terms; whether there are many tiles

        public readonly void With<R>() where R : unmanaged, ITile<R, V, T>
        {
            if (IsRun) SumPlain<R, V, T>(*Tile);
            else if (Few) SumFew<R, V, T>(*Tile);
            else SumMany<R, V, T>(*Tile);
        }
    }

    /// <summary>What <see cref="SumFew"/> does, tile after tile, of windows whose taps are one run: with few terms, to begin each tile anew
    /// takes up to a seventh of the time.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumPlain<R, V, T>(in Tile<T> tiles)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        TapRun* tap = tiles.Tap;
        nint terms = tap->Taps * tiles.Depth, fromStep = tiles.SourceStep, toStep = tiles.SumStep;
        T* weights = tiles.Weights + tap->Element * tiles.Depth * V.Count, end = weights + terms * V.Count, bias = tiles.Bias;
        T* from = tiles.Source + tap->Source, to = tiles.Sums;
        for (int left = tiles.Rows; left > 0; left -= R.Rows, from += R.Rows * fromStep, to += R.Rows * toStep)
        {
            R sums = default;
            if (bias != null) sums.Add(bias + V.Count, 0, V.Load(bias));
            T* x = from;
            for (T* w = weights; w < end; w += V.Count, x++) sums.Add(x, fromStep, V.Load(w));
            sums.Clamp(V.Splat(tiles.Least), V.Splat(tiles.Most));
            sums.Write(to, toStep, 0);
        }
    }

    /// <summary>The sums of a tile: for every tap and every number d of its pixel, weights[tap, d, ·] · source[row, tap, d].</summary>
    /// <remarks>With no gap between the numbers of neighbouring pixels a run of taps is one loop. Long sums would drift: after a piece of terms the
    /// sums go to where they will lie, and begin anew.</remarks>
    [MethodImpl(AggressiveOptimization | NoInlining)]                        // inlined into its caller it would lose its registers
    private static void SumMany<R, V, T>(in Tile<T> tile)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* from = tile.Source, to = tile.Sums, weights = tile.Weights, bias = tile.Bias, next = tile.Next;
        nint depth = tile.Depth, gap = tile.Gap, fromStep = tile.SourceStep, toStep = tile.SumStep, share = tile.Share;
        R sums = default;
        if (bias != null) sums.Add(bias + V.Count, 0, V.Load(bias));
        bool resumes = tile.Adds && tile.IsDirect;
        nint room = LongSums.Piece * V.Count;
        TapRun* end = tile.End;
        for (TapRun* tap = tile.Tap; tap < end; tap++)
        {
            T* x = from + tap->Source, w = weights + tap->Element * depth * V.Count;
            nint parts = gap == 0 ? 1 : tap->Taps, length = (gap == 0 ? tap->Taps : 1) * depth * V.Count;
            for (; parts > 0; parts--, x += gap)
                for (T* last = w + length; w < last;)
                {
                    if (room == 0)
                    {
                        if (resumes) sums.Resume(to, toStep);
                        sums.Write(to, toStep, 0);
                        (sums, resumes, room) = (default, true, LongSums.Piece * V.Count);
                    }
                    T* stop = last - w > room ? w + room : last;
                    room -= (nint)(stop - w);
                    for (; w < stop; w += V.Count, x++, next += share)
                    {
                        CacheLines.FetchFar(next);
                        sums.Add(x, fromStep, V.Load(w));
                    }
                }
        }
        if (resumes) sums.Resume(to, toStep);
        sums.Write(to, toStep, 0);
    }

    /// <summary>The same for terms that are one piece, and at last what is below the least or above the most becomes that.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumFew<R, V, T>(in Tile<T> tile)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* from = tile.Source, to = tile.Sums, weights = tile.Weights, bias = tile.Bias, next = tile.Next;
        nint depth = tile.Depth, gap = tile.Gap, fromStep = tile.SourceStep, share = tile.Share;
        R sums = default;
        if (bias != null) sums.Add(bias + V.Count, 0, V.Load(bias));
        TapRun* end = tile.End;
        for (TapRun* tap = tile.Tap; tap < end; tap++)
        {
            T* x = from + tap->Source, w = weights + tap->Element * depth * V.Count;
            nint parts = gap == 0 ? 1 : tap->Taps, length = (gap == 0 ? tap->Taps : 1) * depth * V.Count;
            for (; parts > 0; parts--, x += gap)
                for (T* last = w + length; w < last; w += V.Count, x++, next += share)
                {
                    CacheLines.FetchFar(next);
                    sums.Add(x, fromStep, V.Load(w));
                }
        }
        sums.Clamp(V.Splat(tile.Least), V.Splat(tile.Most));
        sums.Write(to, tile.SumStep, 0);
    }
}
