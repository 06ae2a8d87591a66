using System.Diagnostics;

namespace Scratch.Kernels;

/// <summary>Moves numbers to other channels and pixels without changing them.</summary>
internal static class ShuffleNumbers
{
    /// <summary>Every pixel of r·r channels becomes a square of r by r pixels of one: <c>output[c, h·r + i, w·r + j] = input[c·r·r + i·r + j, h,
    /// w]</c>.</summary>
    /// <param name="r">Side of a square.</param>
    /// <param name="large">How the large images lie, one channel to r·r of the small: [planes, H·r·W·r, pitch].</param>
    /// <param name="width">W, columns of the small images.</param>
    /// <param name="isLanes">Whether planes are channels, and pixels <see cref="Lanes.Count"/> images; else planes are images, and pixels all
    /// channels.</param>
    /// <param name="back">Whether numbers go from the large images to the small ones.</param>
    /// <param name="top">The first row of the large images to go through.</param>
    /// <param name="bottom">The row after the last.</param>
    /// <param name="from">Small or large images.</param>
    /// <param name="to">The other ones, overwritten.</param>
    public static void Squares<T>(int r, PixelExtent large, int width, bool isLanes, bool back, int top, int bottom, ReadOnlySpan<T> from, Span<T> to)
        where T : unmanaged
    {
        int pixels = large.Pixels / (r * r), own = isLanes ? 1 : large.Pitch;                 // channels of a plane
        Debug.Assert(from.Length >= large.Planes * large.Pixels * large.Pitch && to.Length >= large.Planes * large.Pixels * large.Pitch);
        for (int plane = 0; plane < large.Planes; plane++)
            for (int row = top; row < bottom; row++)
                for (int column = 0; column < width * r; column++)
                {
                    int square = row % r * r + column % r, pixel = row / r * width + column / r;
                    int big = (plane * large.Pixels + row * width * r + column) * large.Pitch;
                    int small = isLanes ? ((plane * r * r + square) * pixels + pixel) * large.Pitch : (plane * pixels + pixel) * own * r * r + square;
                    if (isLanes) (back ? from.Slice(big, large.Pitch) : from.Slice(small, large.Pitch)).CopyTo(to[(back ? small : big)..]);
                    else if (back)
                        for (int c = 0; c < own; c++) to[small + c * r * r] = from[big + c];
                    else
                        for (int c = 0; c < own; c++) to[big + c] = from[small + c * r * r];
                }
    }

    /// <summary>The channels of every pixel as a table of so many rows, read column by column: <c>output[k·rows + j] = input[j·(C / rows) +
    /// k]</c>.</summary>
    /// <param name="rows">It divides the channels.</param>
    /// <param name="channels">How many.</param>
    /// <param name="from">[pixels, C].</param>
    /// <param name="to">[pixels, C], overwritten.</param>
    public static void Channels<T>(int rows, int channels, ReadOnlySpan<T> from, Span<T> to) where T : unmanaged
    {
        int columns = channels / rows;
        Debug.Assert(rows * columns == channels && from.Length % channels == 0 && to.Length == from.Length);
        for (int start = 0; start < from.Length; start += channels)
            for (int k = 0, c = start; k < columns; k++)
                for (int j = start + k; j < start + channels; j += columns, c++) to[c] = from[j];
    }

    /// <summary>The same where each channel is a plane.</summary>
    /// <param name="rows">It divides the channels.</param>
    /// <param name="channels">How many.</param>
    /// <param name="from">[C, plane].</param>
    /// <param name="to">[C, plane], overwritten.</param>
    /// <param name="plane">Numbers of a plane.</param>
    /// <param name="first">Of these the first to move.</param>
    /// <param name="count">How many.</param>
    public static void Channels<T>(int rows, int channels, ReadOnlySpan<T> from, Span<T> to, int plane, int first, int count) where T : unmanaged
    {
        int columns = channels / rows;
        Debug.Assert(rows * columns == channels && from.Length == channels * plane && to.Length == from.Length && first + count <= plane);
        for (int k = 0, c = 0; k < columns; k++)
            for (int j = 0; j < rows; j++, c++) from.Slice((j * columns + k) * plane + first, count).CopyTo(to[(c * plane + first)..]);
    }
}
