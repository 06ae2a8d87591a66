using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Every pixel of an output a blend of some pixels of the input, in either layout. Input [planes, H·W, pitch], output [planes, oH·oW,
/// pitch].</summary>
/// <remarks><c>output[oh, ow] = sum over h of rows[oh, h] · (sum over w of columns[ow, w] · input[h, w])</c>, a vector of images or of channels at a
/// time; what is left of a pixel runs through the same loop as vectors of one number. With both axes reversed it carries the gradient back: a pixel
/// that went to very many places is then a long sum.</remarks>
internal static unsafe class Blend2d
{
    /// <summary>Writes the output.</summary>
    /// <param name="rows">From H to oH.</param>
    /// <param name="columns">From W to oW.</param>
    /// <param name="planes">Channels in lanes, images channels-last.</param>
    /// <param name="pitch">Numbers of one pixel.</param>
    /// <param name="fill">For pixels that nothing is blended into.</param>
    /// <param name="input">[planes, H·W, pitch].</param>
    /// <param name="output">[planes, oH·oW, pitch], overwritten.</param>
    /// <param name="top">The first row of it to write.</param>
    /// <param name="bottom">The row after the last.</param>
    public static void Run<V, T>(BlendAxis<T> rows, BlendAxis<T> columns, int planes, int pitch, T fill, ReadOnlySpan<T> input, Span<T> output,
        int top, int bottom)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int plane = rows.Input * columns.Input * pitch;
        Debug.Assert(input.Length >= planes * plane && output.Length >= planes * rows.Output * columns.Output * pitch);
        fixed (T* x = input, y = output, rowWeights = rows.Weights, columnWeights = columns.Weights)
        fixed (int* rowSources = rows.Sources, columnSources = columns.Sources)
            for (int c = 0; c < planes; c++)
            {
                T* to = y + ((nint)c * rows.Output + top) * columns.Output * pitch;
                for (int oh = top; oh < bottom; oh++)
                    for (int ow = 0; ow < columns.Output; ow++, to += pitch)
                    {
                        int row = rows.First[oh], column = columns.First[ow];
                        var job = new BlendJob<T>
                        {
                            Input = x + (nint)c * plane, Output = to, Pitch = pitch, Width = columns.Input,
                            RowTaps = rows.First[oh + 1] - row, RowSources = rowSources + row, RowWeights = rowWeights + row,
                            ColumnTaps = columns.First[ow + 1] - column, ColumnSources = columnSources + column, ColumnWeights = columnWeights
                                + column,
                        };
                        if (job.RowTaps == 0 || job.ColumnTaps == 0)
                        {
                            new Span<T>(to, pitch).Fill(fill);
                            continue;
                        }
                        bool isLong = job.RowTaps > LongSums.Piece || job.ColumnTaps > LongSums.Piece;
                        int n = isLong ? LongPixel<Pair<V, T>, T>(job, 0) : Pixel<Pair<V, T>, T>(job, 0);
                        if (n >= pitch) continue;
                        if (isLong) LongPixel<Scalar<T>, T>(job, LongPixel<V, T>(job, n));
                        else Pixel<Scalar<T>, T>(job, Pixel<V, T>(job, n));
                    }
        }
    }

    /// <summary>One pixel of the output: the pixels and weights it is blended from, row by row.</summary>
    private struct BlendJob<T> where T : unmanaged
    {
        public T* Input, Output, RowWeights, ColumnWeights;
        public int* RowSources, ColumnSources;
        public int Pitch, Width, RowTaps, ColumnTaps;
    }

    // Numbers of the pixel from one on, as long as a whole vector is left; says how far it came. Sources lie on the axes, so every address is inside
    // the plane.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int Pixel<V, T>(in BlendJob<T> job, int n) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (; n + V.Count <= job.Pitch; n += V.Count)
        {
            V sum = default;
            for (int r = 0; r < job.RowTaps; r++)
            {
                T* line = job.Input + (nint)job.RowSources[r] * job.Width * job.Pitch + n;
                V part = default;
                for (int c = 0; c < job.ColumnTaps; c++)
                    part = V.MultiplyAdd(V.Splat(job.ColumnWeights[c]), V.Load(line + (nint)job.ColumnSources[c] * job.Pitch), part);
                sum = V.MultiplyAdd(V.Splat(job.RowWeights[r]), part, sum);
            }
            V.Store(sum, job.Output + n);
        }
        return n;
    }

    // The same where rows or columns are many.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int LongPixel<V, T>(in BlendJob<T> job, int n) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (; n + V.Count <= job.Pitch; n += V.Count)
        {
            LongSum<V, T> sum = default;
            for (int r = 0; r < job.RowTaps; r++)
            {
                T* line = job.Input + (nint)job.RowSources[r] * job.Width * job.Pitch + n;
                LongSum<V, T> row = default;
                for (int c = 0; c < job.ColumnTaps;)
                {
                    V piece = default;
                    for (int end = Math.Min(job.ColumnTaps, c + LongSums.Piece); c < end; c++)
                        piece = V.MultiplyAdd(V.Splat(job.ColumnWeights[c]), V.Load(line + (nint)job.ColumnSources[c] * job.Pitch), piece);
                    row.Add(piece);
                }
                sum.Add(V.Splat(job.RowWeights[r]) * row.Value);
            }
            V.Store(sum.Value, job.Output + n);
        }
        return n;
    }
}
