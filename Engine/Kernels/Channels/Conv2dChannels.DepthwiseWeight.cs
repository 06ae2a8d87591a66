using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dChannels
{
    /// <summary>Depthwise, the channels that fill vectors: gradWeight[c, kh, kw] += sum over images and positions of gradOutput[position, c] ·
    /// input[what the tap reads there, c].</summary>
    /// <remarks>
    /// The scalar line with a vector of channels for the number. The sums of up to three by three elements of the kernel stay in registers, so that
    /// an output's gradient is fetched once for all of them (<see cref="ChannelGrid"/>); they end after a few rows and are added to a panel
    /// [element, channel], whose last row is that of the bias: the sums of the gradient itself. A piece is some channels, over all images. Where
    /// rows are many, a number of them is added up apart first (<see cref="LongSums"/>).
    /// </remarks>
    internal static void DepthwiseGradientPiece<V, T>(ChannelJob<V, T> job, int piece, int worker)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = job.Tables.Geometry;
        int first = piece * job.PieceBlock, channels = Math.Min(job.PieceBlock, job.Block - first);
        int elements = g.KernelLength, length = (elements + 1) * channels;
        T* panel = job.Scratch + (nint)worker * job.WorkerScratch, total = panel + length, excess = total + length;
        new Span<T>(panel, 3 * length).Clear();
        int width = Math.Min(g.Columns.Output, LongSums.Piece), rows = Math.Max(1, LongSums.Piece / g.Columns.Output);
        nint inputImage = (nint)g.InputPlane * g.InChannels, outputImage = (nint)g.OutputPlane * g.OutChannels;
        bool isLong = (long)job.Images * ((g.Rows.Output + rows - 1) / rows) * ((g.Columns.Output + width - 1) / width) > LongSums.Pieces;
        int pieces = 0;
        for (int image = 0; image < job.Images; image++)
            for (int top = 0; top < g.Rows.Output; top += rows)
                for (int left = 0; left < g.Columns.Output; left += width)
                {
                    var region = new GradientRegion(top, Math.Min(g.Rows.Output, top + rows), left, Math.Min(g.Columns.Output, left + width));
                    T* input = job.Source + image * inputImage + first, gradOutput = job.Target + image * outputImage + first;
                    GridSums.Add<V, T>(job.Tables.Grids, g, region, input, g.InChannels, gradOutput, g.OutChannels, channels, panel,
                        panel + elements * (nint)channels);
                    if (!isLong || ++pieces % LongSums.Pieces != 0) continue;
                    LongSums.Add<V, T>(panel, excess, total, length);
                    new Span<T>(panel, length).Clear();
                }
        if (isLong) LongSums.Add<V, T>(panel, excess, total, length);
        T* weights = job.Weights + first * (nint)g.KernelLength;
        if (isLong) panel = total;
        ChannelPanel.AddTo<V, T>(panel, elements, 1, channels, channels, weights, elements);
        if (job.Bias != null) ChannelPanel.AddTo<V, T>(panel + elements * (nint)channels, 1, 1, channels, channels, job.Bias + first, 1);
    }
}
