namespace Scratch.Kernels;

/// <summary>How rows are cut into tiles whose sums fit into registers: as <see cref="Conv2dChannels.TileRows"/> says, found once for many
/// products.</summary>
/// <param name="Whole">Tiles of the largest size.</param>
/// <param name="Rows">Of each of these.</param>
/// <param name="Rest">Rows of the one behind them, or 0.</param>
/// <param name="Last">Rows of the last one, or 0.</param>
internal readonly record struct TileSizes(int Whole, int Rows, int Rest, int Last)
{
    /// <summary>All of them.</summary>
    public int Count => Whole + (Rest > 0 ? 1 : 0) + (Last > 0 ? 1 : 0);

    /// <summary>For so many rows.</summary>
    public static TileSizes Of(int rows)
    {
        int size = Conv2dChannels.TileRows(rows), whole = 0;
        for (; rows > 0 && Conv2dChannels.TileRows(rows) == size; rows -= size) whole++;
        int rest = Conv2dChannels.TileRows(rows);
        return new(whole, size, rest, rows - rest);
    }
}
