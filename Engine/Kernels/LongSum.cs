using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>A sum of any length that does not drift: kernels add up pieces of at most <see cref="LongSums.Piece"/> terms, and this the
/// pieces.</summary>
/// <remarks>
/// Where n equal numbers are added one by one in float, each addition may round the same way, and the error grows to n · 4e-8 of the sum. A piece
/// stays below 1e-5; what an addition of pieces rounds off is kept and goes into the next, whatever their number. A single piece keeps its bits.
/// Source: Kahan, "Further remarks on reducing truncation errors", 1965.
/// </remarks>
internal struct LongSum<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged
{
    private V _sum, _excess;                                                 // what the sum holds too much

    /// <summary>Goes on with a sum that lay in memory.</summary>
    public LongSum(V sum, V excess) => (_sum, _excess) = (sum, excess);

    /// <summary>The sum.</summary>
    public readonly V Value => _sum;

    /// <summary>What it holds too much.</summary>
    public readonly V Excess => _excess;

    /// <summary>Adds a piece.</summary>
    [MethodImpl(AggressiveInlining)]
    public void Add(V piece)
    {
        V exact = piece - _excess, next = _sum + exact, excess = next - _sum - exact;
        _excess = V.Select(V.Equal(excess, excess), excess, default);        // infinite minus infinite: an infinite sum stays infinite
        _sum = next;
    }
}

/// <summary>The same in memory, where many sums go on at a time.</summary>
internal static unsafe class LongSums
{
    /// <summary>The most terms of a piece, of each number of a vector.</summary>
    public const int Piece = 256;

    /// <summary>The most terms of a last piece: a few more rather than a short one after it.</summary>
    public const int LastPiece = Piece + Piece / 4;

    /// <summary>The most terms that are added up as pieces one after the other; beyond that the pieces are a long sum, too.</summary>
    public const int Most = 32 * Piece;

    /// <summary>The most terms that kernels with the channels last add up so; longer sums go through lanes.</summary>
    public const int MostChannelsLast = 1 << 16;

    /// <summary>How many pieces may be added to a number in memory before they go on to a long sum.</summary>
    public const int Pieces = 128;

    /// <summary>sums += pieces, and what that rounds off is kept in excess, which begins as zeros.</summary>
    /// <param name="pieces">[n].</param>
    /// <param name="excess">[n].</param>
    /// <param name="sums">[n].</param>
    public static void Add<V, T>(ReadOnlySpan<T> pieces, Span<T> excess, Span<T> sums)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(pieces.Length == sums.Length && excess.Length == sums.Length);
        fixed (T* from = pieces, over = excess, to = sums) Add<V, T>(from, over, to, sums.Length);
    }

    /// <summary>The same in memory that does not move.</summary>
    /// <param name="pieces">[length].</param>
    /// <param name="excess">[length].</param>
    /// <param name="sums">[length].</param>
    /// <param name="length">Any.</param>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    public static void Add<V, T>(T* pieces, T* excess, T* sums, nint length) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        nint i = 0;
        for (; i + V.Count <= length; i += V.Count)
        {
            V sum = V.Load(sums + i), exact = V.Load(pieces + i) - V.Load(excess + i), next = sum + exact, rest = next - sum - exact;
            V.Store(V.Select(V.Equal(rest, rest), rest, default), excess + i);
            V.Store(next, sums + i);
        }
        for (; i < length; i++)
        {
            T sum = sums[i], exact = pieces[i] - excess[i], next = sum + exact, rest = next - sum - exact;
            (sums[i], excess[i]) = (next, T.IsNaN(rest) ? T.Zero : rest);
        }
    }
}
