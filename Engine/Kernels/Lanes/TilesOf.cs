using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Work for a tile that has as many rows as there happen to be.</summary>
internal interface ITileJob<X, T> where X : unmanaged where T : unmanaged
{
    /// <summary>Does it in tiles R.</summary>
    void With<R>() where R : unmanaged, ITile<R, X, T>;
}

/// <summary>Tiles of one to sixteen rows, of which L is one: each a type of its own, for which the compiler makes a kernel of its own.</summary>
internal static class TilesOf<L, X, T> where L : unmanaged, ITile<L, X, T> where X : unmanaged where T : unmanaged
{
    /// <summary>Does a job in a tile of so many rows.</summary>
    [MethodImpl(AggressiveOptimization)]                                     // called for every tile: not worth a first, slow version
    public static void Do<J>(int rows, ref J job) where J : struct, ITileJob<X, T>
    {
        switch (rows)
        {
            case 16: job.With<Twice<Twice<Twice<Twice<L, X, T>, X, T>, X, T>, X, T>>(); break;
            case 15: job.With<Thrice<Both<Thrice<L, X, T>, Twice<L, X, T>, X, T>, X, T>>(); break;
            case 14: job.With<Twice<Both<Twice<Twice<L, X, T>, X, T>, Thrice<L, X, T>, X, T>, X, T>>(); break;
            case 13: job.With<Both<Both<Twice<Twice<L, X, T>, X, T>, Thrice<L, X, T>, X, T>, Thrice<Twice<L, X, T>, X, T>, X, T>>(); break;
            case 12: job.With<Thrice<Twice<Twice<L, X, T>, X, T>, X, T>>(); break;
            case 11: job.With<Both<Thrice<Twice<L, X, T>, X, T>, Both<Thrice<L, X, T>, Twice<L, X, T>, X, T>, X, T>>(); break;
            case 10: job.With<Twice<Both<Thrice<L, X, T>, Twice<L, X, T>, X, T>, X, T>>(); break;
            case 9: job.With<Thrice<Thrice<L, X, T>, X, T>>(); break;
            case 8: job.With<Twice<Twice<Twice<L, X, T>, X, T>, X, T>>(); break;
            case 7: job.With<Both<Twice<Twice<L, X, T>, X, T>, Thrice<L, X, T>, X, T>>(); break;
            case 6: job.With<Thrice<Twice<L, X, T>, X, T>>(); break;
            case 5: job.With<Both<Thrice<L, X, T>, Twice<L, X, T>, X, T>>(); break;
            case 4: job.With<Twice<Twice<L, X, T>, X, T>>(); break;
            case 3: job.With<Thrice<L, X, T>>(); break;
            case 2: job.With<Twice<L, X, T>>(); break;
            default: job.With<L>(); break;
        }
    }
}
