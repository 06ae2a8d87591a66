using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dWinograd
{
    /// <summary>The kernel for a tile of so many rows.</summary>
    private static void Multiply<V, T>(int rows, nint depth, T* v, nint vStep, T* u, T* next, nint share, bool adds, T* m, nint mStep)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        switch (rows)
        {
            case 8: Sum<Twice<Twice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>, V, T>(depth, v, vStep, u, next, share, adds, m, mStep); break;
            case 7: Sum<Both<Twice<Twice<Weighted<V, T>, V, T>, V, T>, Thrice<Weighted<V, T>, V, T>, V, T>, V, T>(depth, v, vStep, u, next, share, adds, m,
                mStep); break;
            case 6: Sum<Thrice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>(depth, v, vStep, u, next, share, adds, m, mStep); break;
            case 5: Sum<Both<Thrice<Weighted<V, T>, V, T>, Twice<Weighted<V, T>, V, T>, V, T>, V, T>(depth, v, vStep, u, next, share, adds, m, mStep); break;
            case 4: Sum<Twice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>(depth, v, vStep, u, next, share, adds, m, mStep); break;
            case 3: Sum<Thrice<Weighted<V, T>, V, T>, V, T>(depth, v, vStep, u, next, share, adds, m, mStep); break;
            case 2: Sum<Twice<Weighted<V, T>, V, T>, V, T>(depth, v, vStep, u, next, share, adds, m, mStep); break;
            default: Sum<Weighted<V, T>, V, T>(depth, v, vStep, u, next, share, adds, m, mStep); break;
        }
    }

    /// <summary>m[row, ·] = sum over d of v[row, d] · u[d, ·]; or that is added to what m has.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]                        // inlined into its caller it would lose its registers
    private static void Sum<R, V, T>(nint depth, T* v, nint vStep, T* u, T* next, nint share, bool adds, T* m, nint mStep)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        R sums = default;
        for (T* end = u + depth * V.Count; u < end; u += V.Count, v++, next += share)
        {
            if (Sse.IsSupported) Sse.Prefetch1(next);
            sums.Add(v, vStep, V.Load(u));
        }
        if (adds) sums.Resume(m, mStep);
        sums.Write(m, mStep, 0);
    }
}
