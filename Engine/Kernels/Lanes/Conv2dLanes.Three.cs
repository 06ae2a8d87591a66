using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

// A channel each way under windows of 3x3, as in depthwise layers: nine weights stay in registers while whole lines pass by. Tiles of a few windows
// take as long to begin and to end as their nine terms take.
internal static unsafe partial class Conv2dLanes
{
    /// <summary>Any stride; the middle row and column of a window always lie on the image.</summary>
    private static bool IsOfThree(Conv2dGeometry g) => g is { GroupInputs: 1, GroupOutputs: 1 } && IsAroundMiddle(g.Rows)
        && IsAroundMiddle(g.Columns);

    private static bool IsAroundMiddle(WindowAxis axis) => axis is { Kernel: 3, Dilation: 1, Padding: 0 or 1, Input: >= 2, Mode: PaddingMode.Zeros }
        && (axis.Output - 1) * axis.Stride - axis.Padding + 1 < axis.Input;

    /// <summary>From the outputs back it is such a window, too, read from its end.</summary>
    private static bool IsOfThreeBack(Conv2dGeometry g) => IsOfThree(g) && IsSame(g.Rows) && IsSame(g.Columns);

    private static bool IsSame(WindowAxis axis) => axis is { Stride: 1, Padding: 1 } && axis.Output == axis.Input;

    /// <summary>Every output sees the middle of its window, and the pixels after that are the last ones of the next window, or the first.</summary>
    private static bool IsSpreadOfThree(Conv2dGeometry g) => IsOfThree(g) && IsHalved(g.Rows) && IsHalved(g.Columns);

    private static bool IsHalved(WindowAxis axis) => axis is { Stride: 2, Padding: 1 } && axis.Output == (axis.Input + 1) / 2;

    /// <summary>Some lines of a channel.</summary>
    private static void CorrelateThree<V, T, A>(LanesJob<V, T> job, int first, int end, T* from, T* weights, T start, T* to, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        WindowAxis rows = job.Geometry.Rows, columns = job.Geometry.Columns;
        bool isBack = job.Way == LanesWay.ThreeBack;
        var three = new ThreeJob<T>
        {
            Source = from, Target = to, Start = start, Weights = isBack ? weights + 8 : weights, WeightStep = isBack ? -1 : 1,
            Width = columns.Input, OutWidth = columns.Output, StrideH = rows.Stride, StrideW = columns.Stride, PadH = rows.Padding,
            PadW = columns.Padding,
        };
        int height = rows.Input, lines = rows.Output;
        if (job.Way == LanesWay.Spread)
        {
            int whole = Math.Min(end, lines - 1);
            SpreadLines<V, T, Yes, Yes>(three, first, whole);
            if (whole == end) return;
            if (height % 2 == 0) SpreadLines<V, T, Yes, No>(three, Math.Max(first, whole), end);
            else SpreadLines<V, T, No, No>(three, Math.Max(first, whole), end);
            return;
        }
        int top = rows.Padding, bottom = (lines - 1) * rows.Stride - rows.Padding + 2 >= height ? lines - 1 : lines;
        if (first < top) SumLines<V, T, A, No, Yes>(three, first, Math.Min(end, top), activation);
        SumLines<V, T, A, Yes, Yes>(three, Math.Max(first, top), Math.Min(end, bottom), activation);
        if (end > bottom) SumLines<V, T, A, Yes, No>(three, Math.Max(first, bottom), end, activation);
    }

    /// <summary>target[oh, ow] = activation of (start + the sum over the window of weight · source), for some lines that all have an upper or a lower
    /// row of the window on the image, or have it not.</summary>
    /// <remarks>Each sum is one expression, in the order of the taps: told to add in place, the just-in-time compiler keeps a sum of so few terms in
    /// memory. Sums do not wait for each other, so the processor works on several.</remarks>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumLines<V, T, A, HasUpper, HasLower>(in ThreeJob<T> job, int first, int end, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
        where HasUpper : struct, IAnswer where HasLower : struct, IAnswer
    {
        V start = V.Splat(job.Start), a = job.Weight<V>(0), b = job.Weight<V>(1), c = job.Weight<V>(2), d = job.Weight<V>(3), e = job.Weight<V>(4),
            f = job.Weight<V>(5), p = job.Weight<V>(6), q = job.Weight<V>(7), r = job.Weight<V>(8);
        nint line = job.Width * (nint)Lanes.Count, skip = (job.StrideW - 1) * Lanes.Count;
        bool hasLeft = job.PadW == 0, hasRight = (job.OutWidth - 1) * job.StrideW - job.PadW + 2 < job.Width;
        int inside = job.OutWidth - (hasLeft ? 0 : 1) - (hasRight ? 0 : 1);
        T* y = job.Target + first * job.OutWidth * (nint)Lanes.Count;
        for (int oh = first; oh < end; oh++)
        {
            // The middle row of the window, from its left pixel on, which may lie outside: then it is not read.
            T* x = job.Source + (oh * job.StrideH - job.PadH + 1) * line - job.PadW * Lanes.Count;
            if (!hasLeft)
            {
                for (T* stop = x + Lanes.Count; x < stop; x += V.Count, y += V.Count)
                {
                    V sum = start;
                    T* at = x + Lanes.Count;
                    if (HasUpper.Is) sum = Sum(sum, at - line, b, c);
                    sum = Sum(sum, at, e, f);
                    if (HasLower.Is) sum = Sum(sum, at + line, q, r);
                    V.Store(activation.Of(sum), y);
                }
                x += skip;
            }
            for (int left = inside; left > 0; left--, x += skip)
                for (T* stop = x + Lanes.Count; x < stop; x += V.Count, y += V.Count)
                {
                    V sum = start;
                    if (HasUpper.Is) sum = V.MultiplyAdd(V.Load(x - line + 2 * Lanes.Count), c, Sum(sum, x - line, a, b));
                    sum = V.MultiplyAdd(V.Load(x + 2 * Lanes.Count), f, Sum(sum, x, d, e));
                    if (HasLower.Is) sum = V.MultiplyAdd(V.Load(x + line + 2 * Lanes.Count), r, Sum(sum, x + line, p, q));
                    V.Store(activation.Of(sum), y);
                }
            if (hasRight) continue;
            for (T* stop = x + Lanes.Count; x < stop; x += V.Count, y += V.Count)
            {
                V sum = start;
                if (HasUpper.Is) sum = Sum(sum, x - line, a, b);
                sum = Sum(sum, x, d, e);
                if (HasLower.Is) sum = Sum(sum, x + line, p, q);
                V.Store(activation.Of(sum), y);
            }
        }

        [MethodImpl(AggressiveInlining)]
        static V Sum(V sum, T* x, V left, V right) => V.MultiplyAdd(V.Load(x + Lanes.Count), right, V.MultiplyAdd(V.Load(x), left, sum));
    }

    /// <summary>For some lines of outputs of windows that move by two: what each output gives back to the pixel in the middle of its window, to the
    /// one right of it, below it and beside that, together with the outputs next to it, right and below. Each of these four pixels is
    /// overwritten.</summary>
    /// <remarks>The kernel read from its end, pixel by pixel: a pixel in the middle of a window is in no other, one between two windows in both, and
    /// one between four in all of them.</remarks>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SpreadLines<V, T, HasLower, HasNext>(in ThreeJob<T> job, int first, int end)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where HasLower : struct, IAnswer where HasNext : struct, IAnswer
    {
        V start = V.Splat(job.Start), a = job.Weight<V>(0), b = job.Weight<V>(1), c = job.Weight<V>(2), d = job.Weight<V>(3), e = job.Weight<V>(4),
            f = job.Weight<V>(5), p = job.Weight<V>(6), q = job.Weight<V>(7), r = job.Weight<V>(8);
        nint line = job.Width * (nint)Lanes.Count, next = job.OutWidth * (nint)Lanes.Count;
        bool endsInMiddle = job.Width % 2 != 0;
        T* y = job.Source + first * next;
        for (int oh = first; oh < end; oh++)
        {
            T* x = job.Target + 2 * oh * line;
            for (int left = job.OutWidth - 1; left > 0; left--, x += Lanes.Count)
                for (T* stop = x + Lanes.Count; x < stop; x += V.Count, y += V.Count)
                {
                    V here = V.Load(y), right = V.Load(y + Lanes.Count);
                    V.Store(V.MultiplyAdd(here, e, start), x);
                    V.Store(V.MultiplyAdd(right, d, V.MultiplyAdd(here, f, start)), x + Lanes.Count);
                    if (!HasLower.Is) continue;
                    V below = V.MultiplyAdd(here, q, start), beside = V.MultiplyAdd(right, p, V.MultiplyAdd(here, r, start));
                    if (HasNext.Is)
                    {
                        V under = V.Load(y + next);
                        below = V.MultiplyAdd(under, b, below);
                        beside = V.MultiplyAdd(V.Load(y + next + Lanes.Count), a, V.MultiplyAdd(under, c, beside));
                    }
                    V.Store(below, x + line);
                    V.Store(beside, x + line + Lanes.Count);
                }
            for (T* stop = x + Lanes.Count; x < stop; x += V.Count, y += V.Count)
            {
                V here = V.Load(y);
                V.Store(V.MultiplyAdd(here, e, start), x);
                if (!endsInMiddle) V.Store(V.MultiplyAdd(here, f, start), x + Lanes.Count);
                if (!HasLower.Is) continue;
                V below = V.MultiplyAdd(here, q, start), beside = V.MultiplyAdd(here, r, start);
                if (HasNext.Is)
                {
                    below = V.MultiplyAdd(V.Load(y + next), b, below);
                    beside = V.MultiplyAdd(V.Load(y + next), c, beside);
                }
                V.Store(below, x + line);
                if (!endsInMiddle) V.Store(beside, x + line + Lanes.Count);
            }
        }
    }

    /// <summary>One channel under windows of 3x3.</summary>
    private struct ThreeJob<T> where T : unmanaged
    {
        public T* Source, Target, Weights;
        public int WeightStep, Width, OutWidth, StrideH, StrideW, PadH, PadW;
        public T Start;

        [MethodImpl(AggressiveInlining)]
        public readonly V Weight<V>(int i) where V : unmanaged, IVector<V, T> => V.Splat(Weights[i * WeightStep]);
    }
}
