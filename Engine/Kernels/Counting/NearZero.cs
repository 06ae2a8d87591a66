using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Which numbers are near zero, of which: x up to Limit of all, or with Magnitude |x| below Limit of those with |x| up to High.</summary>
internal readonly record struct NearZero(double Limit, double High, bool Magnitude)
{
    public bool IsNear<T>(T x) where T : unmanaged, INumber<T> => Magnitude ? T.Abs(x) < T.CreateTruncating(Limit) : x <= T.CreateTruncating(Limit);

    public bool IsSeen<T>(T x) where T : unmanaged, INumber<T> => !Magnitude || T.Abs(x) <= T.CreateTruncating(High);

    /// <summary>How many numbers of the filled lanes of [pixels, lanes] are near.</summary>
    public long CountNear<V, T>(ReadOnlySpan<T> values, int images) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        Magnitude ? Count<V, T, Below>(values, images, Limit) : Count<V, T, UpTo>(values, images, Limit);

    /// <summary>Of how many.</summary>
    public long CountSeen<V, T>(ReadOnlySpan<T> values, int images) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        Magnitude ? Count<V, T, WithinMagnitude>(values, images, High) : values.Length / Lanes.Count * images;

    private interface IComparison
    {
        static abstract V Mask<V, T>(V x, V limit, V one, V zero) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>;
    }

    private readonly struct Below : IComparison
    {
        [MethodImpl(AggressiveInlining)]
        public static V Mask<V, T>(V x, V limit, V one, V zero) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
            V.Select(V.GreaterThan(limit, V.Max(x, zero - x)), one, zero);
    }

    private readonly struct UpTo : IComparison
    {
        [MethodImpl(AggressiveInlining)]
        public static V Mask<V, T>(V x, V limit, V one, V zero) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
            V.Select(V.GreaterThan(limit, x), one, V.Select(V.Equal(x, limit), one, zero));
    }

    private readonly struct WithinMagnitude : IComparison
    {
        [MethodImpl(AggressiveInlining)]
        public static V Mask<V, T>(V x, V limit, V one, V zero) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
            UpTo.Mask<V, T>(V.Max(x, zero - x), limit, one, zero);
    }

    // Counts as sums of ones, lane by lane: exact, for a strip is short.
    private static unsafe long Count<V, T, C>(ReadOnlySpan<T> values, int images, double limit)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where C : struct, IComparison
    {
        T* sums = stackalloc T[Lanes.Count];
        fixed (T* x = values) CountLanes<V, T, C>(x, values.Length, T.CreateTruncating(limit), sums);
        long count = 0;
        for (int n = 0; n < images; n++) count += long.CreateTruncating(sums[n]);
        return count;
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static unsafe void CountLanes<V, T, C>(T* from, int length, T limit, T* sums)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where C : struct, IComparison
    {
        V border = V.Splat(limit), one = V.Splat(T.One), zero = default;
        for (int n = 0; n < Lanes.Count; n += V.Count)
        {
            V sum = default;
            for (T* x = from + n, end = from + length; x < end; x += Lanes.Count) sum += C.Mask<V, T>(V.Load(x), border, one, zero);
            V.Store(sum, sums + n);
        }
    }
}
