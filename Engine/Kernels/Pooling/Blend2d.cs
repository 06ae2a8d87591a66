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
        fixed (int* rowSources = rows.Sources, columnSources = columns.Sources, firsts = columns.First)
            for (int c = 0; c < planes; c++)
                for (int oh = top; oh < bottom; oh++)
                {
                    int row = rows.First[oh];
                    var job = new BlendJob<T>
                    {
                        Input = x + (nint)c * plane, Output = y + ((nint)c * rows.Output + oh) * columns.Output * pitch, Pitch = pitch, Fill = fill,
                        Width = columns.Input, Columns = columns.Output, RowTaps = rows.First[oh + 1] - row, RowSources = rowSources + row,
                        RowWeights = rowWeights + row, ColumnFirsts = firsts, ColumnSources = columnSources, ColumnWeights = columnWeights,
                    };
                    if (job.RowTaps == 0) new Span<T>(job.Output, columns.Output * pitch).Fill(fill);
                    else if (rows.MostTaps <= LongSums.Piece && columns.MostTaps <= LongSums.Piece)
                    {
                        int n = Row<Pair<V, T>, T>(job, 0);
                        if (n < pitch) Row<Scalar<T>, T>(job, Row<V, T>(job, n));
                    }
                    else
                    {
                        int n = LongRow<Pair<V, T>, T>(job, 0);
                        if (n < pitch) LongRow<Scalar<T>, T>(job, LongRow<V, T>(job, n));
                    }
                }
    }

    /// <summary>One row of the output: the rows and weights it is blended from, and those of all columns.</summary>
    private struct BlendJob<T> where T : unmanaged
    {
        public T* Input, Output, RowWeights, ColumnWeights;
        public int* RowSources, ColumnFirsts, ColumnSources;
        public int Pitch, Width, Columns, RowTaps;
        public T Fill;
    }

    // Numbers of every pixel from one on, as long as a whole vector is left; says how far it came. Sources lie on the axes, so every address is
    // inside the plane.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int Row<V, T>(in BlendJob<T> job, int from) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int end = job.Pitch - (job.Pitch - from) % V.Count;
        if (from == end) return end;
        T* to = job.Output;
        for (int ow = 0; ow < job.Columns; ow++, to += job.Pitch)
        {
            int first = job.ColumnFirsts[ow], last = job.ColumnFirsts[ow + 1];
            for (int n = from; n < end; n += V.Count)
            {
                V sum = first == last ? V.Splat(job.Fill) : default;         // to which nothing is added
                for (int r = 0; r < job.RowTaps; r++)
                {
                    T* line = job.Input + (nint)job.RowSources[r] * job.Width * job.Pitch + n;
                    V part = default;
                    for (int c = first; c < last; c++)
                        part = V.MultiplyAdd(V.Splat(job.ColumnWeights[c]), V.Load(line + (nint)job.ColumnSources[c] * job.Pitch), part);
                    sum = V.MultiplyAdd(V.Splat(job.RowWeights[r]), part, sum);
                }
                V.Store(sum, to + n);
            }
        }
        return end;
    }

    // The same where rows or columns are many.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int LongRow<V, T>(in BlendJob<T> job, int from) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int end = job.Pitch - (job.Pitch - from) % V.Count;
        T* to = job.Output;
        for (int ow = 0; ow < job.Columns; ow++, to += job.Pitch)
        {
            int first = job.ColumnFirsts[ow], last = job.ColumnFirsts[ow + 1];
            for (int n = from; n < end; n += V.Count)
            {
                LongSum<V, T> sum = default;
                for (int r = 0; r < job.RowTaps; r++)
                {
                    T* line = job.Input + (nint)job.RowSources[r] * job.Width * job.Pitch + n;
                    LongSum<V, T> row = default;
                    for (int c = first; c < last;)
                    {
                        V piece = default;
                        for (int stop = Math.Min(last, c + LongSums.Piece); c < stop; c++)
                            piece = V.MultiplyAdd(V.Splat(job.ColumnWeights[c]), V.Load(line + (nint)job.ColumnSources[c] * job.Pitch), piece);
                        row.Add(piece);
                    }
                    sum.Add(V.Splat(job.RowWeights[r]) * row.Value);
                }
                V.Store(first == last ? V.Splat(job.Fill) : sum.Value, to + n);
            }
        }
        return end;
    }
}
