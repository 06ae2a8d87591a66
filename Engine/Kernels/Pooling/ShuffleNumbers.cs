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
    /// <param name="from">Small or large images.</param>
    /// <param name="to">The other ones, overwritten.</param>
    public static void Squares<T>(int r, PixelExtent large, int width, bool isLanes, bool back, ReadOnlySpan<T> from, Span<T> to) where T : unmanaged
    {
        int run = isLanes ? Lanes.Count : 1, channels = isLanes ? large.Planes : large.Pitch, images = isLanes ? 1 : large.Planes, pixels =
            large.Pixels / (r * r);
        Debug.Assert(from.Length >= large.Planes * large.Pixels * large.Pitch && to.Length >= large.Planes * large.Pixels * large.Pitch);
        for (int n = 0; n < images; n++)
            for (int c = 0; c < channels; c++)
                for (int square = 0; square < r * r; square++)
                {
                    int channel = c * r * r + square, corner = square / r * width * r + square % r;
                    for (int p = 0; p < pixels; p++)
                    {
                        int pixel = p / width * r * width * r + p % width * r + corner;
                        int small = isLanes ? (channel * pixels + p) * run : (n * pixels + p) * channels * r * r + channel;
                        int big = isLanes ? (c * large.Pixels + pixel) * run : (n * large.Pixels + pixel) * channels + c;
                        if (back) from.Slice(big, run).CopyTo(to[small..]);
                        else from.Slice(small, run).CopyTo(to[big..]);
                    }
                }
    }

    /// <summary>The channels as a table of so many rows, read column by column: <c>output[k·rows + j] = input[j·(C / rows) + k]</c>, each so many
    /// numbers long.</summary>
    /// <param name="rows">It divides the channels.</param>
    /// <param name="channels">How many.</param>
    /// <param name="run">Numbers of a channel that lie together: a plane in lanes, one channels-last.</param>
    /// <param name="from">[any, C, run].</param>
    /// <param name="to">[any, C, run], overwritten.</param>
    public static void Channels<T>(int rows, int channels, int run, ReadOnlySpan<T> from, Span<T> to) where T : unmanaged
    {
        int columns = channels / rows;
        Debug.Assert(rows * columns == channels && from.Length % (channels * run) == 0 && to.Length == from.Length);
        for (int start = 0; start < from.Length; start += channels * run)
            for (int k = 0, c = 0; k < columns; k++)
                for (int j = 0; j < rows; j++, c++)
                    from.Slice(start + (j * columns + k) * run, run).CopyTo(to[(start + c * run)..]);
    }
}
