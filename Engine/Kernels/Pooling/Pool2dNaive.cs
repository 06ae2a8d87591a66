using System.Numerics;

namespace Scratch.Kernels;

/// <summary>Pooling by its definition, on images [N, C, H, W]: what <see cref="Pool2d"/> is compared with.</summary>
internal static class Pool2dNaive
{
    /// <summary>output = the largest input under each window, indices = where it lies in
    /// its plane (row·W + column). Padding never wins; of equals the first does.</summary>
    public static void Max<T>(WindowAxis rows, WindowAxis columns, ReadOnlySpan<T> input, Span<T> output, Span<int> indices)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int plane = rows.Input * columns.Input;
        for (int i = 0; i < output.Length; i++)
        {
            var (image, oh, ow) = Position(i, rows.Output, columns.Output);
            (output[i], indices[i]) = (T.NegativeInfinity, -1);
            for (int kh = 0; kh < rows.Kernel; kh++)
                for (int kw = 0; kw < columns.Kernel; kw++)
                {
                    int h = rows.Source(oh, kh), w = columns.Source(ow, kw);
                    if (h < 0 || w < 0) continue;
                    T x = input[image * plane + h * columns.Input + w];
                    if (x > output[i] || T.IsNaN(x) || indices[i] < 0) (output[i], indices[i]) = (x, h * columns.Input + w);
                }
        }
    }

    /// <summary>gradInput = gradOutput at the winners' places, added up where several windows chose one pixel; overwritten.</summary>
    public static void MaxBackward<T>(int plane, int outputPlane, ReadOnlySpan<int> indices, ReadOnlySpan<T> gradOutput, Span<T> gradInput)
        where T : unmanaged, INumber<T>
    {
        gradInput.Clear();
        for (int i = 0; i < gradOutput.Length; i++) gradInput[i / outputPlane * plane + indices[i]] += gradOutput[i];
    }

    /// <summary>output = the mean under each window; padding counts as zeros in it, or not at all.</summary>
    public static void Average<T>(WindowAxis rows, WindowAxis columns, bool countIncludePad, ReadOnlySpan<T> input, Span<T> output)
        where T : unmanaged, INumber<T>
    {
        int plane = rows.Input * columns.Input;
        for (int i = 0; i < output.Length; i++)
        {
            var (image, oh, ow) = Position(i, rows.Output, columns.Output);
            double sum = 0, divisor = (double)Divisor(rows, oh, countIncludePad) * Divisor(columns, ow, countIncludePad);
            for (int kh = 0; kh < rows.Kernel; kh++)
                for (int kw = 0; kw < columns.Kernel; kw++)
                {
                    int h = rows.Source(oh, kh), w = columns.Source(ow, kw);
                    if (h >= 0 && w >= 0) sum += double.CreateTruncating(input[image * plane + h * columns.Input + w]);
                }
            output[i] = T.CreateTruncating(sum / divisor);
        }
    }

    /// <summary>gradInput = every output's gradient, shared out over its window; overwritten.</summary>
    public static void AverageBackward<T>(WindowAxis rows, WindowAxis columns, bool countIncludePad, ReadOnlySpan<T> gradOutput, Span<T> gradInput)
        where T : unmanaged, INumber<T>
    {
        gradInput.Clear();
        int plane = rows.Input * columns.Input;
        for (int i = 0; i < gradOutput.Length; i++)
        {
            var (image, oh, ow) = Position(i, rows.Output, columns.Output);
            T share = gradOutput[i] / T.CreateChecked((long)Divisor(rows, oh, countIncludePad) * Divisor(columns, ow, countIncludePad));
            for (int kh = 0; kh < rows.Kernel; kh++)
                for (int kw = 0; kw < columns.Kernel; kw++)
                {
                    int h = rows.Source(oh, kh), w = columns.Source(ow, kw);
                    if (h >= 0 && w >= 0) gradInput[image * plane + h * columns.Input + w] += share;
                }
        }
    }

    /// <summary>How many pixels of the axis the mean at window <paramref name="output"/>
    /// divides by; what hangs over the padded end never counts.</summary>
    public static int Divisor(WindowAxis axis, int output, bool countIncludePad)
    {
        long first = (long)output * axis.Stride - axis.Padding, end = Math.Min(first + axis.Kernel, (long)axis.Input + axis.EndPadding);
        return (int)(countIncludePad ? end - first : Math.Min(end, axis.Input) - Math.Max(first, 0));
    }

    /// <summary>output = the mean of each bin; bin i of o along an axis of n reads floor(i·n/o) up to, not including, ceil((i+1)·n/o).</summary>
    public static void AdaptiveAverage<T>(int height, int width, int outHeight, int outWidth, ReadOnlySpan<T> input, Span<T> output)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < output.Length; i++)
        {
            var (image, oh, ow) = Position(i, outHeight, outWidth);
            double sum = 0;
            var ((top, bottom), (left, right)) = (Bin(oh, height, outHeight), Bin(ow, width, outWidth));
            for (int h = top; h < bottom; h++)
                for (int w = left; w < right; w++) sum += double.CreateTruncating(input[(image * height + h) * width + w]);
            output[i] = T.CreateTruncating(sum / ((bottom - top) * (double)(right - left)));
        }
    }

    /// <summary>output = the largest of each bin, indices = where it lies in its plane; of equals the first wins. Bins as in
    /// <see cref="AdaptiveAverage"/>.</summary>
    public static void AdaptiveMax<T>(int height, int width, int outHeight, int outWidth, ReadOnlySpan<T> input, Span<T> output, Span<int> indices)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < output.Length; i++)
        {
            var (image, oh, ow) = Position(i, outHeight, outWidth);
            (output[i], indices[i]) = (T.NegativeInfinity, -1);
            var ((top, bottom), (left, right)) = (Bin(oh, height, outHeight), Bin(ow, width, outWidth));
            for (int h = top; h < bottom; h++)
                for (int w = left; w < right; w++)
                {
                    T x = input[(image * height + h) * width + w];
                    if (x > output[i] || T.IsNaN(x) || indices[i] < 0) (output[i], indices[i]) = (x, h * width + w);
                }
        }
    }

    /// <summary>The pixels of bin i of o along an axis of n: from floor(i·n/o) up to, not including, ceil((i+1)·n/o).</summary>
    public static (int First, int End) Bin(int i, int input, int output) => ((int)((long)i * input / output),
        (int)(((i + 1L) * input + output - 1) / output));

    private static (int Image, int Row, int Column) Position(int i, int height, int width) => (i / width / height, i / width % height, i % width);
}
