namespace Scratch.Kernels;

/// <summary>The tiles of a batch of images, one after the other: row by row, image by image.</summary>
/// <param name="Outputs">Of a tile along an axis.</param>
/// <param name="Down">Tiles of a column of an image.</param>
/// <param name="Across">Tiles of a row.</param>
/// <param name="Images">How many images.</param>
/// <param name="LastRow">No tile begins below that row of outputs: the last ones then lie over those before, rather than hang over the image.</param>
/// <param name="LastColumn">The same for columns.</param>
internal readonly record struct WinogradGrid(int Outputs, int Down, int Across, int Images, int LastRow, int LastColumn)
{
    /// <summary>All tiles.</summary>
    public int Count => Down * Across * Images;

    /// <summary>Whether no tile hangs over: the images have frames.</summary>
    public bool IsFramed { get; private init; }

    /// <summary>Tiles with so many outputs along each axis; the last ones may hang over the image.</summary>
    public static WinogradGrid Of(int outputs, int height, int width, int images) =>
        new(outputs, TilesOf(outputs, height), TilesOf(outputs, width), images, height, width);

    /// <summary>As many tiles, but that the last ones end with the image, if it is as large as one tile.</summary>
    public static WinogradGrid Within(int outputs, int height, int width, int images) =>
        Of(outputs, height, width, images) with
        {
            LastRow = Math.Max(0, height - outputs), LastColumn = Math.Max(0, width - outputs), IsFramed = true,
        };

    /// <summary>The way through the tiles from one of them on.</summary>
    public WinogradWalk From(int tile)
    {
        int line = tile / Across;
        return new WinogradWalk(this, line / Down, line % Down, tile % Across);
    }

    private static int TilesOf(int outputs, int length) => (length + outputs - 1) / outputs;
}

/// <summary>A tile, and the way to those that follow: steps, for a division takes as long as a dozen of them.</summary>
internal struct WinogradWalk(WinogradGrid grid, int image, int down, int across)
{
    private int _down = down, _across = across;

    /// <summary>The image it is of.</summary>
    public int Image { get; private set; } = image;

    /// <summary>Its first row of outputs.</summary>
    public readonly int Row => Math.Min(_down * grid.Outputs, grid.LastRow);

    /// <summary>Its first column.</summary>
    public readonly int Column => Math.Min(_across * grid.Outputs, grid.LastColumn);

    /// <summary>How many of its rows belong to the tiles above.</summary>
    public readonly int RowsBefore => _down * grid.Outputs - Row;

    /// <summary>How many of its columns belong to the tile before.</summary>
    public readonly int ColumnsBefore => _across * grid.Outputs - Column;

    /// <summary>On to the next tile.</summary>
    public void Step()
    {
        if (++_across < grid.Across) return;
        _across = 0;
        if (++_down < grid.Down) return;
        _down = 0;
        Image++;
    }
}
