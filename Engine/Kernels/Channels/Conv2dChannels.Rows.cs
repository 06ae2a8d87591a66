using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dChannels
{
    /// <summary>Some rows of the output of one image, by the calling thread: what <see cref="ForwardPacked"/> makes there, bit by bit.</summary>
    /// <remarks>So that the next layer can read rows while they are in the cache, and memory need not hold the others. Kernels count rows from the
    /// top of the image: they get addresses at which the whole image would begin.</remarks>
    /// <param name="tables">The convolution.</param>
    /// <param name="band">Which rows.</param>
    /// <param name="input">[rows, W, inC], from the band's first of them on.</param>
    /// <param name="packed">[<see cref="PackedLength"/>].</param>
    /// <param name="bias">[outC] or empty.</param>
    /// <param name="addend">[oH, oW, outC], the whole image's, or empty.</param>
    /// <param name="activation">What becomes of every sum.</param>
    /// <param name="output">[rows, oW, outC], from the band's first of them on.</param>
    public static void ForwardRows<V, T>(ChannelTables tables, RowBand band, ReadOnlySpan<T> input, ReadOnlySpan<T> packed, ReadOnlySpan<T> bias,
        ReadOnlySpan<T> addend, Activation<T> activation, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = tables.Geometry;
        ChannelJob<V, T> job = ChannelJob<V, T>.OfThisThread;
        fixed (T* x = input, w = packed, b = bias, extra = addend, y = output)
        {
            (job.Tables, job.Windows, job.Images, job.Activation, job.IsFar) = (tables, tables.Forward, 1, activation, false);
            job.Source = x - (nint)band.InputTop * g.Columns.Input * g.InChannels;
            job.Weights = w;
            job.Bias = b;
            job.Addend = extra;
            job.Target = y - (nint)band.OutputTop * g.Columns.Output * g.OutChannels;
            foreach (ChannelPart part in ChannelPart.Of(g, transposed: false, V.Count))
            {
                Begin(job, part);
                if (part.IsDepthwise) DepthwiseRows(job, image: 0, band.Top, band.Bottom);
                for (int group = 0; group < part.Groups && !part.IsDepthwise; group++)
                    Sum(job, new Part<T>
                    {
                        Source = job.Source, Target = job.Target, Addend = job.Addend, Packed = job.Weights + group * (nint)part.GroupLength,
                        Images = 1, Top = band.Top, Bottom = band.Bottom, Group = part.FirstGroup + group, First = 0, End = part.Block,
                    });
                job.Weights += part.Length;
            }
        }
    }
}
