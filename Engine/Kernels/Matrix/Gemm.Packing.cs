using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Operands into panels, so that a tile reads both one after the other.</summary>
internal static unsafe partial class Gemm
{
    /// <summary>Rows of A from <paramref name="top"/> to <paramref name="bottom"/>, all terms of the step: packed[panel][p][mr].</summary>
    internal static void PackRows<V, T>(GemmJob<V, T> job, int top, int bottom) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (int i = top; i < bottom; i += job.Plan.TileRows)
        {
            int rows = Math.Min(job.Plan.TileRows, bottom - i);
            Pack<Pair<V, T>, T>(
                job.A + i * job.ARowStride, job.ARowStride, job.AColumnStride, rows, job.Depth, GemmPlan.TileHeight(rows), job.PackedA
                    + (nint)i * job.Depth);
        }
    }

    /// <summary>to[p, i] = from[i·stride + p·pStride] for i below the count, and zero from there to the width.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Pack<V, T>(T* from, nint stride, nint pStride, int count, int kc, int width, T* to)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        if (count < width) new Span<T>(to, kc * width).Clear();
        if (stride == 1 && count == V.Count)
            for (int p = 0; p < kc; p++, from += pStride, to += width) V.Store(V.Load(from), to);
        else if (stride == 1)
            for (int p = 0; p < kc; p++, from += pStride, to += width) new ReadOnlySpan<T>(from, count).CopyTo(new(to, width));
        else PackTurned(from, stride, pStride, count, kc, width, to);
    }

    // Where terms are neighbours, in tiles of four by four. Four rows at a time, to their end: the processor foresees four streams, not twelve. It
    // does not foresee the next four if rows go on beyond these terms: they are fetched meanwhile.
    private static void PackTurned<T>(T* from, nint stride, nint pStride, int count, int kc, int width, T* to) where T : unmanaged
    {
        const int Line = 16;                                                 // numbers
        int done = 0;
        bool isFar = stride > kc;
        for (bool inTiles = pStride == 1 && sizeof(T) == sizeof(float) && Transposition.IsAccelerated; inTiles && done + 4 <= count; done += 4)
        {
            T* rows = from + done * stride, panel = to + done;
            int p = 0;
            for (; p + 4 <= kc; p += 4)
            {
                if (isFar && p % Line == 0) CacheLines.Fetch(rows + 4 * stride + p, 4, stride, Line);
                Transposition.FourByFour((float*)(rows + p), stride, (float*)(panel + p * width), width);
            }
            for (; p < kc; p++)
                for (int i = 0; i < 4; i++) panel[p * width + i] = rows[i * stride + p];
        }
        for (int p = 0; done < count && p < kc; p++)
            for (int i = done; i < count; i++) to[p * width + i] = from[i * stride + p * pStride];
    }
}
