namespace Scratch.Kernels;

/// <summary>How rows are cut into tiles whose sums fit into registers: as <see cref="Conv2dChannels.TileRows"/> says, found once for many
/// products, and for what they are expected to cost.</summary>
/// <param name="Whole">Tiles of the largest size.</param>
/// <param name="Rows">Of each of these.</param>
/// <param name="Rest">Rows of the one behind them, or 0.</param>
/// <param name="Last">Rows of the last one, or 0.</param>
internal readonly record struct TileSizes(int Whole, int Rows, int Rest, int Last)
{
    private const int Full = 4;                                              // rows from which on the multipliers do not wait

    /// <summary>All of them.</summary>
    public int Count => Whole + (Rest > 0 ? 1 : 0) + (Last > 0 ? 1 : 0);

    /// <summary>What they cost, by the row: a tile of fewer than four keeps the multipliers waiting, as if it had four.</summary>
    public int Cost => Whole * Math.Max(Full, Rows) + (Rest > 0 ? Math.Max(Full, Rest) : 0) + (Last > 0 ? Math.Max(Full, Last) : 0);

    /// <summary>For so many rows.</summary>
    public static TileSizes Of(int rows)
    {
        int size = Conv2dChannels.TileRows(rows), whole = 0;
        for (; rows > 0 && Conv2dChannels.TileRows(rows) == size; rows -= size) whole++;
        int rest = Conv2dChannels.TileRows(rows);
        return new(whole, size, rest, rows - rest);
    }
}
