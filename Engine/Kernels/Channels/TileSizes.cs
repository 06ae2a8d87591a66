using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>How rows are cut into tiles whose sums fit into registers: found once for many products, and for what they are expected to
/// cost.</summary>
/// <param name="Whole">Tiles of the largest size.</param>
/// <param name="Rows">Of each of these.</param>
/// <param name="Rest">Rows of the one behind them, or 0.</param>
/// <param name="Last">Rows of the last one, or 0.</param>
/// <param name="Full">Rows from which on the multipliers do not wait.</param>
internal readonly record struct TileSizes(int Whole, int Rows, int Rest, int Last, int Full)
{
    /// <summary>Rows of the largest tile there is, of one vector.</summary>
    public const int Most = 16;

    private const int UnderWay = 8;                                          // sums that the multipliers work on at once

    /// <summary>All of them.</summary>
    public int Count => Whole + (Rest > 0 ? 1 : 0) + (Last > 0 ? 1 : 0);

    /// <summary>What they cost, by the row: a small tile keeps the multipliers waiting, as if it were a full one.</summary>
    public int Cost => Whole * Math.Max(Full, Rows) + (Rest > 0 ? Math.Max(Full, Rest) : 0) + (Last > 0 ? Math.Max(Full, Last) : 0);

    /// <summary>For so many rows of two vectors each, or of one.</summary>
    public static TileSizes Of(int rows, int vectors = 2)
    {
        int size = First(rows, vectors), whole = 0;
        for (; rows > 0 && First(rows, vectors) == size; rows -= size) whole++;
        int rest = First(rows, vectors);
        return new(whole, size, rest, rows - rest, IsTall(vectors) ? UnderWay : UnderWay / 2);
    }

    /// <summary>Rows of the first tile: eight, whose weights come from the second cache in time, and no tile of fewer than four if it can be helped.
    /// Of one vector, where there are registers for them, twice as many; fewer than eight keep the multipliers waiting.</summary>
    public static int First(int left, int vectors = 2)
    {
        if (IsTall(vectors)) return left switch { >= 2 * Most => Most, > Most => (left + 1) / 2, _ => left };
        if (!Processor.HasManyRegisters) return left switch { 7 or 8 => 4, 9 => 5, 10 => 6, >= 6 => 6, _ => left };
        return left switch { 9 => 5, 10 => 6, 11 => 7, >= 8 => 8, _ => left };
    }

    private static bool IsTall(int vectors) => vectors == 1 && Processor.HasManyRegisters;
}
