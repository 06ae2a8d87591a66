using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dWinograd
{
    /// <summary>Some rows of V by a panel of U: what is read and written, and what the cache is to have next.</summary>
    private struct Rows<T> where T : unmanaged
    {
        public T* Source, Weights, Next, Target;
        public nint Depth, SourceStep, TargetStep, Share;                    // terms; from row to row; numbers of Next to fetch with each term
        public int Tiles;                                                    // that follow each other, all of as many rows
        public bool Adds;                                                    // to what the target has
    }

    /// <summary>All rows: tiles as large as registers allow, then what is left, in one or two.</summary>
    private static void Multiply<V, T>(TileSizes sizes, ref Rows<T> rows) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        fixed (Rows<T>* all = &rows)
        {
            var job = new RowsJob<V, T> { Rows = all };
            rows.Tiles = sizes.Whole;
            if (sizes.Whole > 0) TilesOf<Weighted<V, T>, V, T>.Do(sizes.Rows, ref job);
            rows.Tiles = 1;
            if (sizes.Rest > 0) TilesOf<Weighted<V, T>, V, T>.Do(sizes.Rest, ref job);
            if (sizes.Last > 0) TilesOf<Weighted<V, T>, V, T>.Do(sizes.Last, ref job);
        }
    }

    private struct RowsJob<V, T> : ITileJob<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public Rows<T>* Rows;

        public readonly void With<R>() where R : unmanaged, ITile<R, V, T> => Sum<R, V, T>(ref *Rows);
    }

    /// <summary>m[row, ·] = sum over d of v[row, d] · u[d, ·]; or that is added to what m has.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]                        // inlined into its caller it would lose its registers
    private static void Sum<R, V, T>(ref Rows<T> rows)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        nint depth = rows.Depth, step = rows.SourceStep, down = rows.TargetStep, share = rows.Share;
        T* from = rows.Source, to = rows.Target, weights = rows.Weights, next = rows.Next;
        bool adds = rows.Adds, fetchesTwo = share > Alignment / sizeof(T);
        for (int tile = rows.Tiles; tile > 0; tile--, from += R.Rows * step, to += R.Rows * down)
        {
            T* v = from;
            R sums = default;
            for (T* u = weights, end = weights + depth * V.Count; u < end; u += V.Count, v++, next += share)
            {
                if (Sse.IsSupported)
                {
                    Sse.Prefetch0(next);
                    if (fetchesTwo) Sse.Prefetch0(next + Alignment / sizeof(T));
                }
                sums.Add(v, step, V.Load(u));
            }
            if (adds) sums.Resume(to, down);
            sums.Write(to, down, 0);
        }
        rows.Source = from;                                                  // where the next kernel goes on
        rows.Target = to;
        rows.Next = next;
    }
}
