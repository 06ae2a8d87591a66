using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

// Depthwise windows of 3x3, many rows to a call: to begin each of the nine kinds of windows anew takes longer than their few sums.
internal static unsafe partial class Conv2dChannels
{
    /// <summary>target[position, c] = bias[c] + sum over kh and kw of weight[c, kh, kw] · source[position + tap, c], in this order, for the rows of
    /// one image from top to bottom.</summary>
    /// <remarks>The vector is channels, and one after the other goes through all positions: its weights stay in registers, and the pixels that rows
    /// of windows share in the nearest cache. Taps that would lie beyond the image are left out. Pixels are not read in the order in which they lie,
    /// so where they come from beyond a core's own cache each row asks for the next; with 16 registers, where each is fetched three times, tiles are
    /// faster then.</remarks>
    [MethodImpl(AggressiveOptimization)]
    private static void WindowsOfThree<A, V, T>(ChannelJob<V, T> job, ThreeWindows three, int image, int top, int bottom, A activation)
        where A : struct, IActivation<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        ChannelWindows windows = job.Windows;
        int height = windows.SourceHeight, width = windows.SourceWidth, columns = windows.TargetWidth;
        nint pixel = windows.SourceChannels, line = width * pixel, next = windows.TargetChannels, nextLine = columns * next;
        bool hangsLeft = three.Before > 0, hangsRight = (columns - 1) * three.Across - three.Before + 2 >= width;
        T* none = stackalloc T[V.Count];
        new Span<T>(none, V.Count).Clear();
        var rows = new ThreeRows<T>
        {
            Bias = none, Pixel = pixel, Line = line, Down = three.Down * line, Across = three.Across * pixel, Next = next, NextLine = nextLine,
            HangsLeft = hangsLeft, HangsRight = hangsRight, Inside = columns - (hangsLeft ? 1 : 0) - (hangsRight ? 1 : 0),
        };
        int inside = Math.Min(bottom, (height - 3 + three.Above) / three.Down + 1);          // rows after the first that hang over no end
        T* source = job.Source + image * height * line - three.Before * pixel, target = job.Target + image * windows.TargetHeight * nextLine;
        if (job.Images > 1 && !job.IsFar)                                    // one image lies near; of what is far, each row fetches the next
        {
            int from = Math.Max(0, top * three.Down - three.Above), to = Math.Min(height, (bottom - 1) * three.Down - three.Above + 3);
            CacheLines.Read(job.Source + (image * height + from) * line, 1, 0, (to - from) * line);
        }
        for (int c = 0; c < job.Block; c += V.Count)
        {
            if (job.Bias != null) rows.Bias = job.Bias + c;
            for (int i = top; i < bottom; i += rows.Count)
            {
                int h = i * three.Down - three.Above;
                bool hangsAbove = h < 0, hangsBelow = h + 2 >= height;
                rows.Source = source + Math.Max(0, h) * line + c;
                rows.Target = target + i * nextLine + c;
                rows.Weights = job.Weights + 9 * (nint)c + (hangsAbove ? 3 * V.Count : 0);
                rows.Count = hangsAbove || hangsBelow ? 1 : inside - i;
                if (hangsAbove || hangsBelow) TwoLines<A, V, T>(rows, activation);
                else if (job.IsFar) ThreeLines<Yes, A, V, T>(rows, activation);
                else ThreeLines<No, A, V, T>(rows, activation);
            }
        }
    }

    /// <summary>Some rows of windows for a vector of channels; source begins where the first window does, even if that is beside the image.</summary>
    private struct ThreeRows<T> where T : unmanaged
    {
        public T* Source, Target, Weights, Bias;
        public nint Pixel, Line, Across, Down;                               // in what is read: to the next pixel or line, window or row
        public nint Next, NextLine;                                          // the same where it goes
        public int Count, Inside;                                            // rows, and windows of a row that hang over neither side
        public bool HangsLeft, HangsRight;                                   // whether one more does
    }

    /// <summary>Rows whose windows hang over neither the upper nor the lower end.</summary>
    /// <remarks>Where windows are neighbours, what the next one shares stays in registers: each line is fetched once a row, not three times. With 16
    /// registers there is no room for it.</remarks>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void ThreeLines<IsFar, A, V, T>(in ThreeRows<T> rows, A activation)
        where IsFar : struct, IAnswer where A : struct, IActivation<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* first = rows.Source, to = rows.Target, bias = rows.Bias, w = rows.Weights;
        nint pixel = rows.Pixel, line = rows.Line, across = rows.Across, next = rows.Next, below = 3 * line;
        V w0 = V.Load(w), w1 = V.Load(w + V.Count), w2 = V.Load(w + 2 * V.Count), w3 = V.Load(w + 3 * V.Count),
            w4 = V.Load(w + 4 * V.Count), w5 = V.Load(w + 5 * V.Count), w6 = V.Load(w + 6 * V.Count), w7 = V.Load(w + 7 * V.Count),
            w8 = V.Load(w + 8 * V.Count);
        for (int i = rows.Count; i > 0; i--, first += rows.Down, to += rows.NextLine)
        {
            T* x = first, y = to;
            if (rows.HangsLeft)
            {
                T* middle = x + line, lower = middle + line;
                Shifted<V, T> sum = default;
                sum.Resume(bias, 0);
                sum.Add(x + pixel, 0, w1);
                sum.Add(x + 2 * pixel, 0, w2);
                sum.Add(middle + pixel, 0, w4);
                sum.Add(middle + 2 * pixel, 0, w5);
                sum.Add(lower + pixel, 0, w7);
                sum.Add(lower + 2 * pixel, 0, w8);
                sum.Activate(activation);
                sum.Write(y, 0, 0);
                x += across;
                y += next;
            }
            int k = rows.Inside;
            if (Processor.HasManyRegisters && across == pixel && k > 0)
            {
                T* middle = x + line, lower = middle + line;
                V x0 = V.Load(x), x1 = V.Load(x + pixel), x3 = V.Load(middle), x4 = V.Load(middle + pixel), x6 = V.Load(lower),
                    x7 = V.Load(lower + pixel);
                for (; k > 0; k--, x += pixel, y += next)
                {
                    T* right = x + 2 * pixel;
                    if (IsFar.Is) CacheLines.Fetch(right + below, V.Count);
                    V x2 = V.Load(right), x5 = V.Load(right + line), x8 = V.Load(right + 2 * line);
                    V sum = V.MultiplyAdd(x0, w0, V.Load(bias));
                    sum = V.MultiplyAdd(x1, w1, sum);
                    sum = V.MultiplyAdd(x2, w2, sum);
                    sum = V.MultiplyAdd(x3, w3, sum);
                    sum = V.MultiplyAdd(x4, w4, sum);
                    sum = V.MultiplyAdd(x5, w5, sum);
                    sum = V.MultiplyAdd(x6, w6, sum);
                    sum = V.MultiplyAdd(x7, w7, sum);
                    sum = V.MultiplyAdd(x8, w8, sum);
                    V.Store(activation.Of(sum), y);
                    (x0, x3, x6) = (x1, x4, x7);
                    (x1, x4, x7) = (x2, x5, x8);
                }
            }
            for (; k > 0; k--, x += across, y += next)
            {
                T* middle = x + line, lower = middle + line;
                Shifted<V, T> sum = default;
                sum.Resume(bias, 0);
                sum.Add(x, 0, w0);
                sum.Add(x + pixel, 0, w1);
                sum.Add(x + 2 * pixel, 0, w2);
                sum.Add(middle, 0, w3);
                sum.Add(middle + pixel, 0, w4);
                sum.Add(middle + 2 * pixel, 0, w5);
                sum.Add(lower, 0, w6);
                sum.Add(lower + pixel, 0, w7);
                sum.Add(lower + 2 * pixel, 0, w8);
                sum.Activate(activation);
                sum.Write(y, 0, 0);
            }
            if (rows.HangsRight)
            {
                T* middle = x + line, lower = middle + line;
                Shifted<V, T> sum = default;
                sum.Resume(bias, 0);
                sum.Add(x, 0, w0);
                sum.Add(x + pixel, 0, w1);
                sum.Add(middle, 0, w3);
                sum.Add(middle + pixel, 0, w4);
                sum.Add(lower, 0, w6);
                sum.Add(lower + pixel, 0, w7);
                sum.Activate(activation);
                sum.Write(y, 0, 0);
            }
        }
    }

    /// <summary>The same where only two lines of each window lie on the image.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void TwoLines<A, V, T>(in ThreeRows<T> rows, A activation)
        where A : struct, IActivation<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* first = rows.Source, to = rows.Target, bias = rows.Bias, w = rows.Weights;
        nint pixel = rows.Pixel, line = rows.Line, across = rows.Across, next = rows.Next;
        V w0 = V.Load(w), w1 = V.Load(w + V.Count), w2 = V.Load(w + 2 * V.Count), w3 = V.Load(w + 3 * V.Count),
            w4 = V.Load(w + 4 * V.Count), w5 = V.Load(w + 5 * V.Count);
        for (int i = rows.Count; i > 0; i--, first += rows.Down, to += rows.NextLine)
        {
            T* x = first, y = to;
            if (rows.HangsLeft)
            {
                T* lower = x + line;
                Shifted<V, T> sum = default;
                sum.Resume(bias, 0);
                sum.Add(x + pixel, 0, w1);
                sum.Add(x + 2 * pixel, 0, w2);
                sum.Add(lower + pixel, 0, w4);
                sum.Add(lower + 2 * pixel, 0, w5);
                sum.Activate(activation);
                sum.Write(y, 0, 0);
                x += across;
                y += next;
            }
            for (int k = rows.Inside; k > 0; k--, x += across, y += next)
            {
                T* lower = x + line;
                Shifted<V, T> sum = default;
                sum.Resume(bias, 0);
                sum.Add(x, 0, w0);
                sum.Add(x + pixel, 0, w1);
                sum.Add(x + 2 * pixel, 0, w2);
                sum.Add(lower, 0, w3);
                sum.Add(lower + pixel, 0, w4);
                sum.Add(lower + 2 * pixel, 0, w5);
                sum.Activate(activation);
                sum.Write(y, 0, 0);
            }
            if (rows.HangsRight)
            {
                T* lower = x + line;
                Shifted<V, T> sum = default;
                sum.Resume(bias, 0);
                sum.Add(x, 0, w0);
                sum.Add(x + pixel, 0, w1);
                sum.Add(lower, 0, w3);
                sum.Add(lower + pixel, 0, w4);
                sum.Activate(activation);
                sum.Write(y, 0, 0);
            }
        }
    }
}

/// <summary>Windows of 3x3 whose middle always lies on the image: the first begins so many rows above and columns before it, and so many pixels lie
/// from one to the next.</summary>
internal readonly record struct ThreeWindows(int Above, int Before, int Down, int Across)
{
    /// <summary>Those of a geometry; none if a window is of another kind, or its middle may lie in the padding, or it may hang over two ends at
    /// once.</summary>
    /// <param name="g">The convolution.</param>
    /// <param name="transposed">False: a window per output, reading inputs. True: a window per input, reading outputs.</param>
    public static ThreeWindows? Of(Conv2dGeometry g, bool transposed) =>
        Start(g.Rows, transposed) is { } above && Start(g.Columns, transposed) is { } before
            ? new(above, before, g.Rows.Stride, g.Columns.Stride) : null;

    private static int? Start(WindowAxis axis, bool transposed)
    {
        if (axis is not { Kernel: 3, Dilation: 1, Mode: PaddingMode.Zeros } || (transposed && axis.Stride > 1)) return null;
        var (before, from, to) = transposed ? (2 - axis.Padding, axis.Output, axis.Input) : (axis.Padding, axis.Input, axis.Output);
        return before is 0 or 1 && from >= 2 && (to - 1) * axis.Stride - before + 1 < from ? before : null;
    }
}
