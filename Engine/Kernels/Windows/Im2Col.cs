using System.Numerics;

namespace Scratch.Kernels;

/// <summary>Lays what every window reads into a column of its own, so that convolution becomes one matrix product; and the way back.</summary>
/// <remarks>
/// One image [inC, H, W] becomes columns [inC·kH·kW, oH·oW], as PyTorch's <c>unfold</c>: row (c, kh, kw) holds, for every window position, the pixel
/// under that element. A 3x3 window over a 3x3 image with padding 0 is one column of nine. Each pixel appears up to kH·kW times: that is its cost.
/// </remarks>
internal static class Im2Col
{
    private const int Strip = 1024;                                          // pixels of a row whose long sums are taken at a time

    /// <summary>columns[(c, kh, kw), (oh, ow)] = the pixel of channel c under element (kh, kw) of window (oh, ow), or 0. Overwritten.</summary>
    public static void Unfold<T>(Conv2dGeometry g, ReadOnlySpan<T> image, Span<T> columns) where T : unmanaged, INumber<T>
    {
        int row = 0;
        for (int c = 0; c < g.InChannels; c++)
            for (int kh = 0; kh < g.Rows.Kernel; kh++)
                for (int kw = 0; kw < g.Columns.Kernel; kw++, row += g.OutputPlane)
                    for (int oh = 0; oh < g.Rows.Output; oh++)
                    {
                        Span<T> to = columns.Slice(row + oh * g.Columns.Output, g.Columns.Output);
                        int h = g.Rows.Source(oh, kh);
                        if (h < 0) to.Clear();
                        else UnfoldRow(g.Columns, kw, image.Slice((c * g.Rows.Input + h) * g.Columns.Input, g.Columns.Input), to);
                    }
    }

    /// <summary>The adjoint of <see cref="Unfold"/>: every column's numbers are added to the pixels they came from. image is added to.</summary>
    public static void Fold<T>(Conv2dGeometry g, ReadOnlySpan<T> columns, Span<T> image) where T : unmanaged, INumber<T>
    {
        if (g.KernelLength > LongSums.Piece)
        {
            FoldLarge(g, columns, image);
            return;
        }
        int row = 0;
        for (int c = 0; c < g.InChannels; c++)
            for (int kh = 0; kh < g.Rows.Kernel; kh++)
                for (int kw = 0; kw < g.Columns.Kernel; kw++, row += g.OutputPlane)
                    for (int oh = 0; oh < g.Rows.Output; oh++)
                    {
                        int h = g.Rows.Source(oh, kh);
                        if (h < 0) continue;
                        ReadOnlySpan<T> from = columns.Slice(row + oh * g.Columns.Output, g.Columns.Output);
                        Span<T> pixels = image.Slice((c * g.Rows.Input + h) * g.Columns.Input, g.Columns.Input);
                        for (int ow = 0; ow < from.Length; ow++)
                            if (g.Columns.Source(ow, kw) is >= 0 and int w) pixels[w] += from[ow];
                    }
    }

    // The same pixel by pixel, in double: of a large window so many elements meet a pixel that a plain sum would drift.
    private static void FoldLarge<T>(Conv2dGeometry g, ReadOnlySpan<T> columns, Span<T> image) where T : unmanaged, INumber<T>
    {
        Span<double> sums = stackalloc double[Strip];
        for (int c = 0; c < g.InChannels; c++)
            for (int h = 0; h < g.Rows.Input; h++)
                for (int first = 0; first < g.Columns.Input; first += Strip)
                {
                    Span<T> pixels = image.Slice((c * g.Rows.Input + h) * g.Columns.Input + first, Math.Min(Strip, g.Columns.Input - first));
                    for (int i = 0; i < pixels.Length; i++) sums[i] = double.CreateTruncating(pixels[i]);
                    for (int kh = 0; kh < g.Rows.Kernel; kh++)
                        for (int oh = 0; oh < g.Rows.Output; oh++)
                        {
                            if (g.Rows.Source(oh, kh) != h) continue;
                            for (int kw = 0; kw < g.Columns.Kernel; kw++)
                            {
                                int row = ((c * g.Rows.Kernel + kh) * g.Columns.Kernel + kw) * g.OutputPlane + oh * g.Columns.Output;
                                for (int ow = 0; ow < g.Columns.Output; ow++)
                                    if (g.Columns.Source(ow, kw) - first is >= 0 and int i && i < pixels.Length)
                                        sums[i] += double.CreateTruncating(columns[row + ow]);
                            }
                        }
                    for (int i = 0; i < pixels.Length; i++) pixels[i] = T.CreateTruncating(sums[i]);
                }
    }

    private static void UnfoldRow<T>(WindowAxis columns, int kw, ReadOnlySpan<T> pixels, Span<T> to) where T : unmanaged, INumber<T>
    {
        int first = columns.Source(0, kw);
        if (columns.Stride == 1 && first >= 0 && columns.Source(to.Length - 1, kw) == first + to.Length - 1)
        {
            pixels.Slice(first, to.Length).CopyTo(to);                       // the window's whole row of positions lies on the image
            return;
        }
        for (int ow = 0; ow < to.Length; ow++) to[ow] = columns.Source(ow, kw) is >= 0 and int w ? pixels[w] : T.Zero;
    }
}
