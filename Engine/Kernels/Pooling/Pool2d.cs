using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Pooling in either layout: a maximum of vectors, a mean of vectors. Input [planes, H·W, pitch], output [planes, oH·oW, pitch].</summary>
/// <remarks>
/// In lanes a plane is a channel and a pixel all its images, channels-last a plane is an image and a pixel all its channels: the same loop. What is
/// left of a pixel that is not a whole number of vectors runs through it as vectors of one number.
/// A table of taps says what each window reads, so plain, padded, dilated, overlapping and adaptive pooling are one loop. Averages take a share per
/// window, <c>1 / divisor</c>. Twins: <see cref="Pool2dNaive"/>.
/// </remarks>
internal static unsafe partial class Pool2d
{
    private const int LanesLog = 5;                                          // Lanes.Count is two to that

    /// <summary>output = the largest under each window; NaN if there is one. Overwritten.</summary>
    /// <param name="table">What each window reads, in pixels of <see cref="Lanes.Count"/> numbers.</param>
    /// <param name="extent">How the input lies.</param>
    /// <param name="input">[planes, H·W, pitch].</param>
    /// <param name="output">[planes, oH·oW, pitch].</param>
    public static void Max<V, T>(TapTable table, PixelExtent extent, ReadOnlySpan<T> input, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        Debug.Assert(output.Length >= extent.Planes * table.Windows.Length * extent.Pitch);
        fixed (T* x = input, y = output)
        fixed (Tap* taps = table.Taps)
            for (int plane = 0; plane < extent.Planes; plane++)
                foreach (ref readonly WindowRun run in table.Runs.AsSpan())
                    Max<V, T>(new RunJob<T>(taps, table, run, extent, plane, x, y));
    }

    /// <summary>Numbers that the way back borrows: a plane's, where so many windows read one pixel that a plain sum of them would drift.</summary>
    public static int ExcessLength(TapTable table, int planeLength) => table.MostReaders > LongSums.Piece ? planeLength : 0;

    /// <summary>gradInput = gradOutput at the first pixel under each window that equals the output, or at the last NaN; overwritten.</summary>
    /// <param name="table">What each window reads, in pixels of <see cref="Lanes.Count"/> numbers.</param>
    /// <param name="extent">How the input lies.</param>
    /// <param name="input">[planes, H·W, pitch].</param>
    /// <param name="output">[planes, oH·oW, pitch].</param>
    /// <param name="gradOutput">Like the output.</param>
    /// <param name="excess">At least <see cref="ExcessLength"/>, overwritten.</param>
    /// <param name="gradInput">Like the input, overwritten.</param>
    public static void MaxBackward<V, T>(TapTable table, PixelExtent extent, ReadOnlySpan<T> input, ReadOnlySpan<T> output,
        ReadOnlySpan<T> gradOutput,
        Span<T> excess, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        excess = excess[..ExcessLength(table, extent.Pixels * extent.Pitch)];
        fixed (T* x = input, y = output, dy = gradOutput, dx = gradInput, kept = excess)
        fixed (Tap* taps = table.Taps)
        {
            int length = table.Windows.Length * extent.Pitch, whole = length / V.Count * V.Count;
            for (int plane = 0; plane < extent.Planes; plane++)              // each in the cache: is there a NaN, zeros, and the windows
            {
                if (MaxBackwardOnce<V, T>(table, extent, plane, x, dy, dx)) continue;
                T* results = y + (nint)plane * length;
                bool hasNan = HasNan<V, T>(results, whole) || HasNan<Scalar<T>, T>(results + whole, length - whole);
                gradInput.Slice(plane * extent.Pixels * extent.Pitch, extent.Pixels * extent.Pitch).Clear();
                excess.Clear();
                nint toKept = (nint)kept - (nint)(dx + (nint)plane * extent.Pixels * extent.Pitch);
                for (int p = 0; p < table.Windows.Length; p++)
                {
                    Window w = table.Windows[p];
                    nint at = (nint)plane * table.Windows.Length + p;
                    var job = new WindowJob<T>(taps, w, extent, plane, at, x, y) { HasNan = hasNan, ToKept = toKept };
                    T* g = dy + (job.Y - y), to = dx + (job.X - x);
                    if (kept == null) MaxBackward<V, T, PlainSum>(job, g, to);
                    else MaxBackward<V, T, KeptSum>(job, g, to);
                }
            }
        }
    }

    /// <summary>output = share · the sum under each window; overwritten.</summary>
    /// <param name="table">What each window reads, in pixels of <see cref="Lanes.Count"/> numbers.</param>
    /// <param name="shares">[positions], one over the divisor.</param>
    /// <param name="extent">How the input lies.</param>
    /// <param name="input">[planes, H·W, pitch].</param>
    /// <param name="output">[planes, oH·oW, pitch].</param>
    public static void Average<V, T>(TapTable table, ReadOnlySpan<T> shares, PixelExtent extent, ReadOnlySpan<T> input, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(output.Length >= extent.Planes * shares.Length * extent.Pitch);
        fixed (T* x = input, y = output)
        fixed (Tap* taps = table.Taps)
            for (int plane = 0; plane < extent.Planes; plane++)
                for (int p = 0; p < shares.Length; p++)
                    Average<V, T>(new WindowJob<T>(taps, table.Windows[p], extent, plane, (nint)plane * shares.Length + p, x, y), shares[p]);
    }

    /// <summary>Some rows of the output of one image whose channels lie side by side: what <c>Average</c> makes there.</summary>
    /// <param name="table">What each window reads, in pixels of <see cref="Lanes.Count"/> numbers.</param>
    /// <param name="shares">[positions], one over the divisor.</param>
    /// <param name="band">Which rows.</param>
    /// <param name="inputs">Pixels of a row of the input.</param>
    /// <param name="outputs">Pixels of a row of the output.</param>
    /// <param name="extent">How the input lies: one plane.</param>
    /// <param name="input">[rows, W, C], from the band's first of them on.</param>
    /// <param name="output">[rows, oW, C], from the band's first of them on.</param>
    public static void AverageRows<V, T>(TapTable table, ReadOnlySpan<T> shares, RowBand band, int inputs, int outputs, PixelExtent extent,
        ReadOnlySpan<T> input, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        fixed (T* x = input, y = output)
        fixed (Tap* taps = table.Taps)
            for (int p = band.Top * outputs; p < band.Bottom * outputs; p++)
                Average<V, T>(new WindowJob<T>(taps, table.Windows[p], extent, plane: 0, p - band.OutputTop * outputs,
                    x - (nint)band.InputTop * inputs * extent.Pitch, y), shares[p]);
    }

    private static void Average<V, T>(in WindowJob<T> job, T share) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        // each sum waits for the one before: four side by side keep the adder busy, and read whole lines of a pixel
        int n = Average<Pair<V, T>, T>(job, share, Average<Pair<Pair<V, T>, T>, T>(job, share, 0));
        if (n < job.Pitch) Average<Scalar<T>, T>(job, share, Average<V, T>(job, share, n));
    }

    /// <summary>gradInput = every output's gradient times its share, for each pixel under its window; overwritten.</summary>
    /// <param name="table">What each window reads, in pixels of <see cref="Lanes.Count"/> numbers.</param>
    /// <param name="shares">[positions], one over the divisor.</param>
    /// <param name="extent">How the input lies.</param>
    /// <param name="gradOutput">[planes, oH·oW, pitch].</param>
    /// <param name="excess">At least <see cref="ExcessLength"/>, overwritten.</param>
    /// <param name="gradInput">[planes, H·W, pitch], overwritten.</param>
    public static void AverageBackward<V, T>(TapTable table, ReadOnlySpan<T> shares, PixelExtent extent, ReadOnlySpan<T> gradOutput, Span<T> excess,
        Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        gradInput.Clear();
        excess = excess[..ExcessLength(table, extent.Pixels * extent.Pitch)];
        fixed (T* dy = gradOutput, dx = gradInput, kept = excess)
        fixed (Tap* taps = table.Taps)
            for (int plane = 0; plane < extent.Planes; plane++)
            {
                excess.Clear();
                nint toKept = (nint)kept - (nint)(dx + (nint)plane * extent.Pixels * extent.Pitch);
                for (int p = 0; p < shares.Length; p++)
                {
                    var job = new WindowJob<T>(taps, table.Windows[p], extent, plane, (nint)plane * shares.Length + p, dx, dy) { ToKept = toKept };
                    if (kept == null) AverageBackward<V, T, PlainSum>(job, shares[p]);
                    else AverageBackward<V, T, KeptSum>(job, shares[p]);
                }
            }
    }

    /// <summary>One window over one plane: its taps, its first pixel, and its output's.</summary>
    private readonly struct WindowJob<T> where T : unmanaged
    {
        public readonly Tap* First, End;
        public readonly T* X, Y;
        public readonly int Pitch;

        public WindowJob(Tap* taps, Window window, PixelExtent extent, int plane, nint output, T* x, T* y)
        {
            First = taps + window.First;
            End = taps + window.End;
            Pitch = extent.Pitch;
            X = x + ((nint)plane * extent.Pixels + window.Base / Lanes.Count) * Pitch;
            Y = y + output * Pitch;
        }

        public bool HasNan { get; init; }

        /// <summary>Bytes from a number of the input's gradient to what <see cref="KeptSum"/> keeps of it.</summary>
        public nint ToKept { get; init; }

        /// <summary>Numbers from the window's first pixel to that of a tap.</summary>
        [MethodImpl(AggressiveInlining)]
        public nint At(Tap* tap) => (tap->Pixel >> LanesLog) * (nint)Pitch;
    }

    /// <summary>How a number in memory grows.</summary>
    private interface ISum
    {
        static abstract void Add<V, T>(V part, T* to, nint toKept) where V : unmanaged, IVector<V, T> where T : unmanaged;
    }

    private readonly struct PlainSum : ISum
    {
        [MethodImpl(AggressiveInlining)]
        public static void Add<V, T>(V part, T* to, nint toKept) where V : unmanaged, IVector<V, T> where T : unmanaged =>
            V.Store(V.Load(to) + part, to);
    }

    /// <summary>As <see cref="LongSum{V, T}"/>: what an addition rounds off goes into the next one.</summary>
    private readonly struct KeptSum : ISum
    {
        [MethodImpl(AggressiveInlining)]
        public static void Add<V, T>(V part, T* to, nint toKept) where V : unmanaged, IVector<V, T> where T : unmanaged
        {
            T* kept = (T*)((nint)to + toKept);
            LongSum<V, T> sum = new(V.Load(to), V.Load(kept));
            sum.Add(part);
            V.Store(sum.Value, to);
            V.Store(sum.Excess, kept);
        }
    }

    private static void MaxBackward<V, T, S>(in WindowJob<T> job, T* dy, T* dx)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where S : struct, ISum
    {
        int n = MaxBackward<Pair<V, T>, T, S>(job, dy, dx, 0);
        if (n < job.Pitch) MaxBackward<Scalar<T>, T, S>(job, dy, dx, MaxBackward<V, T, S>(job, dy, dx, n));
    }

    private static void AverageBackward<V, T, S>(in WindowJob<T> job, T share)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where S : struct, ISum
    {
        int n = AverageBackward<Pair<V, T>, T, S>(job, share, 0);
        if (n < job.Pitch) AverageBackward<Scalar<T>, T, S>(job, share, AverageBackward<V, T, S>(job, share, n));
    }

    // Each of these takes numbers of the pixels from one on, as long as a whole vector is left, and says how far it came.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static bool HasNan<V, T>(T* y, int length) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V most = default;
        for (int i = 0; i < length; i += V.Count) most = V.Max(most, V.Load(y + i));
        return T.IsNaN(V.Sum(most));
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int MaxBackward<V, T, S>(in WindowJob<T> job, T* dy, T* dx, int n)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where S : struct, ISum
    {
        V zero = default;
        for (; n + V.Count <= job.Pitch; n += V.Count)
        {
            V left = V.Load(dy + n), most = V.Load(job.Y + n);               // left: the gradient that has not found its pixel yet
            for (Tap* tap = job.First; tap < job.End; tap++)
            {
                V wins = V.Equal(V.Load(job.X + job.At(tap) + n), most);
                S.Add(V.Select(wins, left, zero), dx + job.At(tap) + n, job.ToKept);
                left = V.Select(wins, zero, left);
            }
            if (!job.HasNan) continue;
            for (Tap* tap = job.End - 1; tap >= job.First; tap--)            // where something is left, the largest was NaN
            {
                V number = V.Load(job.X + job.At(tap) + n), isNumber = V.Equal(number, number);
                S.Add(V.Select(isNumber, zero, left), dx + job.At(tap) + n, job.ToKept);
                left = V.Select(isNumber, left, zero);
            }
        }
        return n;
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int Average<V, T>(in WindowJob<T> job, T share, int n)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (; n + V.Count <= job.Pitch; n += V.Count)
        {
            LongSum<V, T> sum = default;
            for (Tap* first = job.First; first < job.End; first += LongSums.Piece)
            {
                V piece = default;
                Tap* end = job.End - first > LongSums.Piece ? first + LongSums.Piece : job.End;
                for (Tap* tap = first; tap < end; tap++) piece += V.Load(job.X + job.At(tap) + n);
                sum.Add(piece);
            }
            V.Store(V.Splat(share) * sum.Value, job.Y + n);
        }
        return n;
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int AverageBackward<V, T, S>(in WindowJob<T> job, T share, int n)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where S : struct, ISum
    {
        for (; n + V.Count <= job.Pitch; n += V.Count)
        {
            V part = V.Splat(share) * V.Load(job.Y + n);
            for (Tap* tap = job.First; tap < job.End; tap++) S.Add(part, job.X + job.At(tap) + n, job.ToKept);
        }
        return n;
    }
}

/// <summary>How pixels lie: [<paramref name="Planes"/>, <paramref name="Pixels"/>, <paramref name="Pitch"/>].</summary>
internal readonly record struct PixelExtent(int Planes, int Pixels, int Pitch);
