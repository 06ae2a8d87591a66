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
        public bool Adds;                                                    // to what the target has
    }

    /// <summary>The kernel for a tile of so many rows.</summary>
    private static void Multiply<V, T>(int count, in Rows<T> rows) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        switch (count)
        {
            case 8: Sum<Twice<Twice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>, V, T>(rows); break;
            case 7: Sum<Both<Twice<Twice<Weighted<V, T>, V, T>, V, T>, Thrice<Weighted<V, T>, V, T>, V, T>, V, T>(rows); break;
            case 6: Sum<Thrice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>(rows); break;
            case 5: Sum<Both<Thrice<Weighted<V, T>, V, T>, Twice<Weighted<V, T>, V, T>, V, T>, V, T>(rows); break;
            case 4: Sum<Twice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>(rows); break;
            case 3: Sum<Thrice<Weighted<V, T>, V, T>, V, T>(rows); break;
            case 2: Sum<Twice<Weighted<V, T>, V, T>, V, T>(rows); break;
            default: Sum<Weighted<V, T>, V, T>(rows); break;
        }
    }

    /// <summary>m[row, ·] = sum over d of v[row, d] · u[d, ·]; or that is added to what m has.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]                        // inlined into its caller it would lose its registers
    private static void Sum<R, V, T>(in Rows<T> rows)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* v = rows.Source, u = rows.Weights, next = rows.Next;
        nint step = rows.SourceStep, share = rows.Share;
        R sums = default;
        for (T* end = u + rows.Depth * V.Count; u < end; u += V.Count, v++, next += share)
        {
            if (Sse.IsSupported) Sse.Prefetch1(next);
            sums.Add(v, step, V.Load(u));
        }
        if (rows.Adds) sums.Resume(rows.Target, rows.TargetStep);
        sums.Write(rows.Target, rows.TargetStep, 0);
    }
}
