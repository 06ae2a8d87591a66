namespace Scratch.Kernels;

/// <summary>The tiles of a batch of images, one after the other: row by row, image by image.</summary>
/// <param name="Down">Tiles of a column of an image.</param>
/// <param name="Across">Tiles of a row.</param>
/// <param name="Images">How many images.</param>
internal readonly record struct WinogradGrid(int Down, int Across, int Images)
{
    /// <summary>All tiles.</summary>
    public int Count => Down * Across * Images;

    /// <summary>Tiles with so many outputs along each axis; the last ones may hang over the image.</summary>
    public static WinogradGrid Of(int outputs, int height, int width, int images) =>
        new((height + outputs - 1) / outputs, (width + outputs - 1) / outputs, images);

    /// <summary>Where a tile lies.</summary>
    public (int Image, int Row, int Column) At(int tile)
    {
        int line = tile / Across;
        return (line / Down, line % Down, tile % Across);
    }
}
