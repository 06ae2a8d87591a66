using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Normalisation, a rectifier and the largest of each four in one pass, both ways: for windows of 2x2 that do not overlap, in either layout.
/// What lies under a window is normalised in registers and never written.</summary>
/// <remarks>
/// With z = (x - mean) · scale + shift under a window of a, b, c, d, a rectifier does not change which of them is the largest:
/// output = activation of max(z). Back, the first z that is the largest gets the gradient g, the others none, and a gradient before the normalisation
/// is scale · g + perDistance · (x - mean) + constant. Where a z is NaN that does not hold: then both ways back say so and leave the work
/// to <see cref="Pool2d"/>.
/// </remarks>
internal static unsafe class NormMaxima
{
    /// <summary>Whether it knows these windows.</summary>
    public static bool Knows(TapTable table) => table.MostReaders == 1 && table.AreFours;

    /// <summary>output = activation of the largest normalised number under each window; overwritten. NaN if there is one.</summary>
    /// <param name="table">What each window reads.</param>
    /// <param name="extent">How the input lies.</param>
    /// <param name="input">[planes, H·W, pitch].</param>
    /// <param name="lines">One for all numbers of a pixel, or one for each, [pitch].</param>
    /// <param name="activation">A rectifier, or none.</param>
    /// <param name="output">[planes, oH·oW, pitch].</param>
    public static void Forward<V, T>(TapTable table, PixelExtent extent, ReadOnlySpan<T> input, NormLines<T> lines, Activation<T> activation,
        Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        fixed (T* x = input, y = output, m = lines.Mean, a = lines.Scale, b = lines.Shift)
        {
            var job = new Job<V, T, Normalized> { Table = table, Extent = extent, X = x, Y = y, Mean = m, Scale = a, Shift = b,
                LineStep = StepOf(lines) };
            activation.Do(ref job);
        }
    }

    /// <summary>Adds to sums and products, for every number of a pixel, those of g and of g · (x - mean), over all pixels of all planes.</summary>
    /// <returns>False if there was a NaN: then the sums hold anything.</returns>
    /// <param name="table">What each window reads.</param>
    /// <param name="extent">How the input lies.</param>
    /// <param name="input">[planes, H·W, pitch].</param>
    /// <param name="gradOutput">[planes, oH·oW, pitch].</param>
    /// <param name="lines">As in <see cref="Forward"/>.</param>
    /// <param name="activation">As in <see cref="Forward"/>.</param>
    /// <param name="pieces">[2, pitch], overwritten: sums of at most <see cref="LongSums.Piece"/> windows.</param>
    /// <param name="sums">[pitch], added to.</param>
    /// <param name="products">[pitch], added to.</param>
    public static bool TryGatherGradient<V, T>(TapTable table, PixelExtent extent, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput,
        NormLines<T> lines, Activation<T> activation, Span<T> pieces, Span<double> sums, Span<double> products)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        pieces = pieces[..(2 * extent.Pitch)];
        pieces.Clear();
        fixed (T* x = input, dy = gradOutput, m = lines.Mean, a = lines.Scale, b = lines.Shift, some = pieces)
        fixed (double* sum = sums, product = products)
        {
            var job = new Job<V, T, Summed>
            {
                Table = table, Extent = extent, X = x, Y = dy, Mean = m, Scale = a, Shift = b, LineStep = StepOf(lines), Pieces = some, Sums = sum,
                Products = product,
            };
            activation.Do(ref job);
            return !job.HasNan;
        }
    }

    /// <summary>gradInput = scale · g + perDistance · (input - mean) + constant for every pixel; overwritten.</summary>
    /// <returns>False if there was a NaN: then gradInput holds anything.</returns>
    /// <param name="table">What each window reads.</param>
    /// <param name="extent">How the input lies.</param>
    /// <param name="input">[planes, H·W, pitch].</param>
    /// <param name="gradOutput">[planes, oH·oW, pitch].</param>
    /// <param name="lines">As in <see cref="Forward"/>.</param>
    /// <param name="perDistance">How the variance depends on a number; as many as lines.</param>
    /// <param name="constant">How the mean does.</param>
    /// <param name="activation">As in <see cref="Forward"/>.</param>
    /// <param name="gradInput">[planes, H·W, pitch].</param>
    public static bool TryBackward<V, T>(TapTable table, PixelExtent extent, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, NormLines<T> lines,
        ReadOnlySpan<T> perDistance, ReadOnlySpan<T> constant, Activation<T> activation, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        fixed (T* x = input, dy = gradOutput, m = lines.Mean, a = lines.Scale, b = lines.Shift, far = perDistance, all = constant, dx = gradInput)
        {
            var job = new Job<V, T, TakenBack>
            {
                Table = table, Extent = extent, X = x, Y = dy, Mean = m, Scale = a, Shift = b, LineStep = StepOf(lines), PerDistance = far,
                Constant = all, Dx = dx,
            };
            activation.Do(ref job);
            return !job.HasNan;
        }
    }

    private static int StepOf<T>(NormLines<T> lines) where T : unmanaged => lines.Mean.Length == 1 ? 0 : 1;

    /// <summary>All windows of all planes.</summary>
    private struct Job<V, T, W> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where W : struct, IWork
    {
        public TapTable Table;
        public PixelExtent Extent;
        public T* X, Y, Dx, Mean, Scale, Shift, PerDistance, Constant, Pieces;
        public double* Sums, Products;
        public int LineStep;
        public bool HasNan;

        public void With<A>(A activation) where A : struct, IActivation<T>
        {
            int pitch = Extent.Pitch, pairs = pitch - pitch % (2 * V.Count), whole = pitch - pitch % V.Count, pending = 0;
            foreach (ref readonly WindowRun run in Table.Runs.AsSpan())
            {
                Window first = Table.Windows[run.First];
                ReadOnlySpan<Tap> taps = Table.Taps.AsSpan(first.First, 4);
                var some = new Windows<T>
                {
                    A = At(taps[0]), B = At(taps[1]), C = At(taps[2]), D = At(taps[3]), Step = run.SourceStep / Lanes.Count * (nint)pitch,
                    OutputStep = run.Step * (nint)pitch, LineStep = LineStep, Mean = Mean, Scale = Scale, Shift = Shift, PerDistance = PerDistance,
                    Constant = Constant, Sums = Pieces, Products = Pieces + pitch,
                };
                for (int plane = 0; plane < Extent.Planes; plane++)
                    for (int done = 0; done < run.Count; done += some.Count)
                    {
                        some.Count = Math.Min(run.Count - done, LongSums.Piece);
                        if (pending + some.Count > LongSums.Piece) Flush(ref pending);
                        pending += some.Count;
                        nint at = ((nint)plane * Extent.Pixels + first.Base / Lanes.Count) * pitch + done * some.Step;
                        some.X = X + at;
                        some.Dx = Dx + at;
                        some.Y = Y + ((nint)plane * Table.Windows.Length + run.First) * pitch + done * some.OutputStep;
                        if (pairs > 0) HasNan |= W.HasNan<Pair<V, T>, T, A>(some, 0, pairs, activation);
                        if (pairs < whole) HasNan |= W.HasNan<V, T, A>(some, pairs, whole, activation);
                        if (whole < pitch) HasNan |= W.HasNan<Scalar<T>, T, A>(some, whole, pitch, activation);
                    }
            }
            Flush(ref pending);
            if (Dx == null) return;
            for (int plane = 0; plane < Extent.Planes; plane++)
                foreach (int pixel in Table.Unread)
                {
                    nint at = ((nint)plane * Extent.Pixels + pixel) * pitch;
                    Rest<V>(at, 0, whole);
                    Rest<Scalar<T>>(at, whole, pitch);
                }
        }

        private readonly nint At(Tap tap) => tap.Pixel / Lanes.Count * (nint)Extent.Pitch;

        // What no window reads has no gradient but that which goes through mean and variance.
        private readonly void Rest<U>(nint at, int from, int to) where U : unmanaged, IVector<U, T>
        {
            for (int n = from; n < to; n += U.Count)
            {
                U distance = U.Load(X + at + n) - Line<U, T>(Mean, n, LineStep);
                U.Store(U.MultiplyAdd(Line<U, T>(PerDistance, n, LineStep), distance, Line<U, T>(Constant, n, LineStep)), Dx + at + n);
            }
        }

        private readonly void Flush(ref int pending)
        {
            int pitch = Extent.Pitch;
            pending = 0;
            if (Sums == null) return;
            for (int n = 0; n < pitch; n++)
            {
                Sums[n] += double.CreateTruncating(Pieces[n]);
                Products[n] += double.CreateTruncating(Pieces[pitch + n]);
            }
            new Span<T>(Pieces, 2 * pitch).Clear();
        }
    }

    /// <summary>Windows of one plane that read alike: the first one's first pixel, where its four lie from there, the steps to the next.</summary>
    private struct Windows<T> where T : unmanaged
    {
        public T* X, Y, Dx, Mean, Scale, Shift, PerDistance, Constant, Sums, Products;
        public nint A, B, C, D, Step, OutputStep;
        public int Count, LineStep;

        // What lies as far on as the third pixel from the first: the windows of the next rows.
        [MethodImpl(AggressiveInlining)]
        public readonly void FetchNext<V>(T* x) where V : unmanaged, IVector<V, T>
        {
            T* next = x + 2 * (C - A);
            CacheLines.Fetch(next + A, V.Count);
            CacheLines.Fetch(next + B, V.Count);
            CacheLines.Fetch(next + C, V.Count);
            CacheLines.Fetch(next + D, V.Count);
        }
    }

    /// <summary>What is done with them, for the numbers of a pixel from one to another; it says whether it met NaN, if that matters.</summary>
    private interface IWork
    {
        static abstract bool HasNan<V, T, F>(in Windows<T> job, int from, int to, F activation)
            where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where F : struct, IActivation<T>;
    }

    [MethodImpl(AggressiveInlining)]
    private static V Line<V, T>(T* lines, nint n, int step) where V : unmanaged, IVector<V, T> where T : unmanaged =>
        step == 0 ? V.Splat(*lines) : V.Load(lines + n);

    private readonly struct Normalized : IWork
    {
        [MethodImpl(AggressiveOptimization | NoInlining)]
        public static bool HasNan<V, T, F>(in Windows<T> job, int from, int to, F activation)
            where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where F : struct, IActivation<T>
        {
            nint a = job.A, b = job.B, c = job.C, d = job.D, step = job.Step, outputStep = job.OutputStep;
            for (int n = from; n < to; n += V.Count)
            {
                V center = Line<V, T>(job.Mean, n, job.LineStep), scale = Line<V, T>(job.Scale, n, job.LineStep),
                    shift = Line<V, T>(job.Shift, n, job.LineStep);
                T* x = job.X + n, y = job.Y + n;
                for (int i = job.Count; i > 0; i--, x += step, y += outputStep)
                {
                    job.FetchNext<V>(x);
                    CacheLines.Fetch(y + job.Count * outputStep, V.Count);
                    V upper = V.Max(V.MultiplyAdd(V.Load(x + a) - center, scale, shift), V.MultiplyAdd(V.Load(x + b) - center, scale, shift));
                    V lower = V.Max(V.MultiplyAdd(V.Load(x + c) - center, scale, shift), V.MultiplyAdd(V.Load(x + d) - center, scale, shift));
                    V.Store(activation.Of(V.Max(upper, lower)), y);
                }
            }
            return false;
        }
    }

    private readonly struct Summed : IWork
    {
        [MethodImpl(AggressiveOptimization | NoInlining)]
        public static bool HasNan<V, T, F>(in Windows<T> job, int from, int to, F activation)
            where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where F : struct, IActivation<T>
        {
            nint a = job.A, b = job.B, c = job.C, d = job.D, step = job.Step, outputStep = job.OutputStep;
            V largest = default;
            for (int n = from; n < to; n += V.Count)
            {
                V center = Line<V, T>(job.Mean, n, job.LineStep), scale = Line<V, T>(job.Scale, n, job.LineStep),
                    shift = Line<V, T>(job.Shift, n, job.LineStep), sum = V.Load(job.Sums + n), product = V.Load(job.Products + n);
                T* x = job.X + n, dy = job.Y + n;
                for (int i = job.Count; i > 0; i--, x += step, dy += outputStep)
                {
                    job.FetchNext<V>(x);
                    V fromA = V.Load(x + a) - center, fromB = V.Load(x + b) - center, fromC = V.Load(x + c) - center,
                        fromD = V.Load(x + d) - center;
                    V za = V.MultiplyAdd(fromA, scale, shift), zb = V.MultiplyAdd(fromB, scale, shift), zc = V.MultiplyAdd(fromC, scale, shift);
                    V most = V.Max(V.Max(za, zb), V.Max(zc, V.MultiplyAdd(fromD, scale, shift)));
                    largest = V.Max(largest, most);
                    V distance = V.Select(V.Equal(zb, most), fromB, V.Select(V.Equal(zc, most), fromC, fromD));
                    V g = activation.Gradient(most, V.Load(dy));
                    sum += g;
                    product = V.MultiplyAdd(g, V.Select(V.Equal(za, most), fromA, distance), product);
                }
                V.Store(sum, job.Sums + n);
                V.Store(product, job.Products + n);
            }
            return T.IsNaN(V.Sum(largest));
        }
    }

    private readonly struct TakenBack : IWork
    {
        [MethodImpl(AggressiveOptimization | NoInlining)]
        public static bool HasNan<V, T, F>(in Windows<T> job, int from, int to, F activation)
            where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where F : struct, IActivation<T>
        {
            nint a = job.A, b = job.B, c = job.C, d = job.D, step = job.Step, outputStep = job.OutputStep;
            V largest = default, zero = default;
            for (int n = from; n < to; n += V.Count)
            {
                V center = Line<V, T>(job.Mean, n, job.LineStep), scale = Line<V, T>(job.Scale, n, job.LineStep),
                    shift = Line<V, T>(job.Shift, n, job.LineStep), far = Line<V, T>(job.PerDistance, n, job.LineStep),
                    constant = Line<V, T>(job.Constant, n, job.LineStep);
                T* x = job.X + n, dy = job.Y + n, dx = job.Dx + n;
                for (int i = job.Count; i > 0; i--, x += step, dx += step, dy += outputStep)
                {
                    job.FetchNext<V>(x);
                    job.FetchNext<V>(dx);
                    V fromA = V.Load(x + a) - center, fromB = V.Load(x + b) - center, fromC = V.Load(x + c) - center,
                        fromD = V.Load(x + d) - center;
                    V za = V.MultiplyAdd(fromA, scale, shift), zb = V.MultiplyAdd(fromB, scale, shift), zc = V.MultiplyAdd(fromC, scale, shift);
                    V most = V.Max(V.Max(za, zb), V.Max(zc, V.MultiplyAdd(fromD, scale, shift)));
                    largest = V.Max(largest, most);
                    V left = activation.Gradient(most, V.Load(dy)), wins = V.Equal(za, most);
                    V.Store(V.MultiplyAdd(scale, V.Select(wins, left, zero), V.MultiplyAdd(far, fromA, constant)), dx + a);
                    left = V.Select(wins, zero, left);
                    wins = V.Equal(zb, most);
                    V.Store(V.MultiplyAdd(scale, V.Select(wins, left, zero), V.MultiplyAdd(far, fromB, constant)), dx + b);
                    left = V.Select(wins, zero, left);
                    wins = V.Equal(zc, most);
                    V.Store(V.MultiplyAdd(scale, V.Select(wins, left, zero), V.MultiplyAdd(far, fromC, constant)), dx + c);
                    left = V.Select(wins, zero, left);
                    V.Store(V.MultiplyAdd(scale, left, V.MultiplyAdd(far, fromD, constant)), dx + d);
                }
            }
            return T.IsNaN(V.Sum(largest));
        }
    }
}
