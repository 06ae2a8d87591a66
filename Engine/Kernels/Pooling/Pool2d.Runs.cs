using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

// Maxima of windows that read alike, one after the other (TapTable.Runs): to call somebody for each takes longer than its four pixels.
internal static unsafe partial class Pool2d
{
    /// <summary>Some rows of the output of one image whose channels lie side by side: what <c>Max</c> makes there.</summary>
    /// <param name="table">What each window reads, in pixels of <see cref="Lanes.Count"/> numbers.</param>
    /// <param name="band">Which rows.</param>
    /// <param name="inputs">Pixels of a row of the input.</param>
    /// <param name="outputs">Pixels of a row of the output.</param>
    /// <param name="extent">How the input lies: one plane.</param>
    /// <param name="input">[rows, W, C], from the band's first of them on.</param>
    /// <param name="output">[rows, oW, C], from the band's first of them on.</param>
    public static void MaxRows<V, T>(TapTable table, RowBand band, int inputs, int outputs, PixelExtent extent, ReadOnlySpan<T> input, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* x = input, y = output)
        fixed (Tap* taps = table.Taps)
            foreach (ref readonly WindowRun whole in table.Runs.AsSpan())
            {
                WindowRun run = whole.Within(outputs, band.Top, band.Bottom);
                if (run.Count == 0) continue;
                Max<V, T>(new RunJob<T>(taps, table, run, extent, plane: 0, x - (nint)band.InputTop * inputs * extent.Pitch,
                    y - (nint)band.OutputTop * outputs * extent.Pitch));
            }
    }

    private static void Max<V, T>(in RunJob<T> job) where V : unmanaged, IVector<V, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = Max<Pair<V, T>, T>(job, 0);
        if (n < job.Pitch) Max<Scalar<T>, T>(job, Max<V, T>(job, n));
    }

    /// <summary>gradInput = gradOutput at the first pixel under each window that is the largest there; overwritten. For windows none of which reads
    /// what another does.</summary>
    /// <returns>Whether it was done: not where windows overlap, nor where one has a NaN.</returns>
    /// <param name="table">What each window reads, in pixels of <see cref="Lanes.Count"/> numbers.</param>
    /// <param name="extent">How the input lies: one plane.</param>
    /// <param name="input">[H·W, pitch].</param>
    /// <param name="gradOutput">[oH·oW, pitch].</param>
    /// <param name="gradInput">Like the input, overwritten.</param>
    public static bool TryMaxBackward<V, T>(TapTable table, PixelExtent extent, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        fixed (T* x = input, dy = gradOutput, dx = gradInput) return MaxBackwardOnce<V, T>(table, extent, 0, x, dy, dx);
    }

    private static bool MaxBackwardOnce<V, T>(TapTable table, PixelExtent extent, int plane, T* x, T* dy, T* dx)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        if (table.MostReaders != 1) return false;
        int length = extent.Pixels * extent.Pitch;
        if (table.Reads < extent.Pixels) new Span<T>(dx + (nint)plane * length, length).Clear();
        fixed (Tap* taps = table.Taps)
            foreach (ref readonly WindowRun run in table.Runs.AsSpan())
            {
                var job = new RunJob<T>(taps, table, run, extent, plane, x, dy);
                if (job.First == job.End) continue;
                T* to = dx + (job.X - x);
                int n = 0;
                if (!MaxBackward<Pair<V, T>, T>(job, to, ref n) || !MaxBackward<V, T>(job, to, ref n)
                    || !MaxBackward<Scalar<T>, T>(job, to, ref n)) return false;
            }
        return true;
    }

    /// <summary>Windows of one plane that read alike: their taps, the first one's first pixel and its output's, and the steps to the next.</summary>
    private readonly struct RunJob<T> where T : unmanaged
    {
        public readonly Tap* First, End;
        public readonly T* X, Y;
        public readonly nint Step, OutputStep;
        public readonly int Count, Pitch;

        public RunJob(Tap* taps, TapTable table, in WindowRun run, PixelExtent extent, int plane, T* x, T* y)
        {
            Window first = table.Windows[run.First];
            (Count, Pitch) = (run.Count, extent.Pitch);
            First = taps + first.First;
            End = taps + first.End;
            X = x + ((nint)plane * extent.Pixels + first.Base / Lanes.Count) * Pitch;
            Y = y + ((nint)plane * table.Windows.Length + run.First) * Pitch;
            (Step, OutputStep) = (run.SourceStep / Lanes.Count * (nint)Pitch, run.Step * (nint)Pitch);
        }
    }

    // Each of these takes numbers of the pixels from one on, as long as a whole vector is left, and says how far it came.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int Max<V, T>(in RunJob<T> job, int n)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        nint pitch = job.Pitch, step = job.Step, outputStep = job.OutputStep;
        Tap* end = job.End;
        for (; n + V.Count <= pitch; n += V.Count)
        {
            T* x = job.X + n, y = job.Y + n;
            for (int i = job.Count; i > 0; i--, x += step, y += outputStep)
            {
                V most = V.Splat(T.NegativeInfinity);
                for (Tap* tap = job.First; tap < end; tap++) most = V.Max(most, V.Load(x + (tap->Pixel >> LanesLog) * pitch));
                V.Store(most, y);
            }
        }
        return n;
    }

    // False if there was a NaN: then nothing holds what it should. 0 + part, to the sign of a zero, as sums would have it.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static bool MaxBackward<V, T>(in RunJob<T> job, T* dx, ref int done)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        nint pitch = job.Pitch, step = job.Step, outputStep = job.OutputStep;
        Tap* end = job.End;
        V zero = default, largest = default;
        int n = done;
        if (end - job.First == 4)                                            // 2x2: no list to go through
        {
            nint a = (job.First[0].Pixel >> LanesLog) * pitch, b = (job.First[1].Pixel >> LanesLog) * pitch,
                c = (job.First[2].Pixel >> LanesLog) * pitch, d = (job.First[3].Pixel >> LanesLog) * pitch;
            for (; n + V.Count <= pitch; n += V.Count)
            {
                T* x = job.X + n, dy = job.Y + n, to = dx + n;
                for (int i = job.Count; i > 0; i--, x += step, to += step, dy += outputStep)
                {
                    V xa = V.Load(x + a), xb = V.Load(x + b), xc = V.Load(x + c), most = V.Max(V.Max(V.Max(xa, xb), xc), V.Load(x + d));
                    V left = V.Load(dy), wins = V.Equal(xa, most);
                    largest = V.Max(largest, most);
                    V.Store(V.Select(wins, left, zero) + zero, to + a);
                    left = V.Select(wins, zero, left);
                    wins = V.Equal(xb, most);
                    V.Store(V.Select(wins, left, zero) + zero, to + b);
                    left = V.Select(wins, zero, left);
                    wins = V.Equal(xc, most);
                    V.Store(V.Select(wins, left, zero) + zero, to + c);
                    V.Store(V.Select(wins, zero, left) + zero, to + d);      // who has not won before
                }
            }
        }
        for (; n + V.Count <= pitch; n += V.Count)
        {
            T* x = job.X + n, dy = job.Y + n, to = dx + n;
            for (int i = job.Count; i > 0; i--, x += step, to += step, dy += outputStep)
            {
                V most = V.Load(x + (job.First->Pixel >> LanesLog) * pitch), left = V.Load(dy);
                for (Tap* tap = job.First + 1; tap < end; tap++) most = V.Max(most, V.Load(x + (tap->Pixel >> LanesLog) * pitch));
                largest = V.Max(largest, most);
                for (Tap* tap = job.First; tap < end; tap++)
                {
                    nint at = (tap->Pixel >> LanesLog) * pitch;
                    V wins = V.Equal(V.Load(x + at), most);
                    V.Store(V.Select(wins, left, zero) + zero, to + at);
                    left = V.Select(wins, zero, left);
                }
            }
        }
        done = n;
        return !T.IsNaN(V.Sum(largest));
    }
}
