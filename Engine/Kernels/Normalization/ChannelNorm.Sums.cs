using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Kernels;

// What normalisation has to know of all pixels, on the way there and back.
internal static unsafe partial class ChannelNorm
{
    private const int Sample = 8, Ahead = 8;                                 // pixels for a first idea of the mean; that are asked for before

    /// <summary>The mean and the sum of squared distances from it of every channel.</summary>
    /// <param name="input">[pixels, C].</param>
    /// <param name="means">[C], overwritten.</param>
    /// <param name="squaredDistances">[C], overwritten.</param>
    public static void Gather<V, T>(ReadOnlySpan<T> input, Span<double> means, Span<double> squaredDistances)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int channels = means.Length, pixels = input.Length / channels;
        T* about = stackalloc T[3 * Together];
        fixed (T* x = input)
        fixed (double* mean = means, square = squaredDistances)
            for (int c = 0; c < channels; c += Together)
            {
                var job = new GatherJob<T>
                {
                    X = x + c, Pixels = pixels, Step = channels, Channels = Math.Min(Together, channels - c), About = about, Sums = about + Together,
                };
                Gather<V, T>(job, mean + c, square + c);
            }
    }

    /// <summary>For the way back: the sums of the gradient, and of the gradient times the distance from the mean, of every channel. With an
    /// activation the gradient is taken back through it first.</summary>
    /// <param name="input">[pixels, C].</param>
    /// <param name="gradOutput">[pixels, C].</param>
    /// <param name="lines">Of every channel, as in <see cref="Forward"/>.</param>
    /// <param name="activation">What was applied to the normalised numbers, perhaps plus something else.</param>
    /// <param name="output">[pixels, C]: what it gave, if its gradient is to be told from that; empty if from the input, with nothing else
    /// added.</param>
    /// <param name="gradBefore">[pixels, C], overwritten by the gradient before the activation; may be gradOutput; empty if nobody wants it.</param>
    /// <param name="sums">[C], overwritten.</param>
    /// <param name="products">[C], overwritten.</param>
    public static void GatherGradient<V, T>(ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, NormLines<T> lines, Activation<T> activation,
        ReadOnlySpan<T> output, Span<T> gradBefore, Span<double> sums, Span<double> products)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int channels = lines.Mean.Length, pixels = input.Length / channels;
        Debug.Assert(gradOutput.Length == input.Length && (gradBefore.IsEmpty || gradBefore.Length == input.Length));
        Debug.Assert(output.IsEmpty || output.Length == input.Length);
        T* pieces = stackalloc T[2 * Together];
        fixed (T* x = input, dy = gradOutput, y = output, m = lines.Mean, a = lines.Scale, b = lines.Shift, g = gradBefore)
        fixed (double* sum = sums, product = products)
        {
            var job = new GradientJob<V, T>
            {
                X = x, Dy = dy, Output = y, Mean = m, Scale = a, Shift = b, To = g, Pixels = pixels, Step = channels, Pieces = pieces,
                Sums = sum, Products = product,
            };
            activation.Do(ref job);
        }
    }

    private struct GatherJob<T> where T : unmanaged
    {
        public T* X, About, Sums;                                            // sums of distances, then of their squares
        public int Pixels, Step, Channels;
    }

    private static void Gather<V, T>(in GatherJob<T> job, double* means, double* squares)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int pixels = job.Pixels, channels = job.Channels, step = Math.Max(1, pixels / Sample), count = (pixels + step - 1) / step;
        T* about = job.About;
        Span<T> first = new(about, channels);                                // a first idea of the means
        first.Clear();
        for (nint p = 0; p < pixels; p += step) TensorPrimitives.Add(first, new ReadOnlySpan<T>(job.X + p * job.Step, channels), first);
        TensorPrimitives.Divide(first, T.CreateTruncating(count), first);
        for (bool again = false; ; again = true)
        {
            new Span<double>(means, channels).Clear();
            new Span<double>(squares, channels).Clear();
            for (int p = 0; p < pixels; p += Piece)
            {
                new Span<T>(job.Sums, 2 * Together).Clear();
                int some = Math.Min(Piece, pixels - p), c = Distances<Pair<Pair<V, T>, T>, T>(job, p, some, 0);
                c = Distances<V, T>(job, p, some, Distances<Pair<V, T>, T>(job, p, some, c));
                Distances<Scalar<T>, T>(job, p, some, c);
                AddPieces(job.Sums, channels, means, squares);
            }
            bool isFar = false;                                              // the first idea of a mean lay further off than the deviation
            for (int c = 0; c < channels; c++)
            {
                double correction = means[c] * means[c] / pixels, distances = Math.Max(0, squares[c] - correction);
                means[c] = double.CreateTruncating(about[c]) + means[c] / pixels;
                squares[c] = double.IsFinite(means[c]) ? distances : double.NaN;
                if (correction > distances) isFar = true;
            }
            if (again || !isFar) return;
            for (int c = 0; c < channels; c++) about[c] = T.CreateTruncating(means[c]);
        }
    }

    private static void AddPieces<T>(T* pieces, int channels, double* sums, double* others) where T : unmanaged, INumber<T>
    {
        for (int c = 0; c < channels; c++)
        {
            sums[c] += double.CreateTruncating(pieces[c]);
            others[c] += double.CreateTruncating(pieces[Together + c]);
        }
    }

    // Channels from one on, as long as a whole vector is left, and how far that came. Its sums stay in registers for all pixels; single numbers take
    // fewer pixels at a time, whose cache lines are still there when the next number comes.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int Distances<V, T>(in GatherJob<T> job, nint first, nint pixels, int from)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* about = job.About, sums = job.Sums, squares = sums + Together, x = job.X + first * job.Step;
        nint channels = job.Step, ahead = Ahead * channels, all = pixels * channels, step = V.Count == 1 ? Rows<V, T>() * channels : all;
        int to = job.Channels - (job.Channels - from) % V.Count;
        if (from == to) return to;
        for (nint at = 0, end; at < all; at = end)
        {
            end = Math.Min(all, at + step);
            for (nint c = from; c < to; c += V.Count)
            {
                V center = V.Load(about + c), sum = V.Load(sums + c), square = V.Load(squares + c);
                for (nint i = at + c; i < end; i += channels)
                {
                    CacheLines.Fetch(x + i + ahead, V.Count);
                    V distance = V.Load(x + i) - center;
                    sum += distance;
                    square = V.MultiplyAdd(distance, distance, square);
                }
                V.Store(sum, sums + c);
                V.Store(square, squares + c);
            }
        }
        return to;
    }

    private struct GradientJob<V, T> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public T* X, Dy, Output, Mean, Scale, Shift, To, Pieces;
        public int Pixels, Step;
        public double* Sums, Products;

        public readonly void With<A>(A activation) where A : struct, IActivation<T>
        {
            new Span<double>(Sums, Step).Clear();
            new Span<double>(Products, Step).Clear();
            for (int start = 0; start < Step; start += Together)
            {
                int channels = Math.Min(Together, Step - start);
                for (int p = 0; p < Pixels; p += Piece)
                {
                    new Span<T>(Pieces, 2 * Together).Clear();
                    int some = Math.Min(Piece, Pixels - p), c = SumProducts<Pair<V, T>, V, T, A>(this, start, channels, p, some, 0, activation);
                    c = SumProducts<V, V, T, A>(this, start, channels, p, some, c, activation);
                    SumProducts<Scalar<T>, V, T, A>(this, start, channels, p, some, c, activation);
                    AddPieces(Pieces, channels, Sums + start, Products + start);
                }
            }
        }
    }

    // The same of the gradient: of so many channels, counted from a first one.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int SumProducts<U, V, T, A>(in GradientJob<V, T> job, nint start, int count, nint first, nint pixels, int from, A activation)
        where U : unmanaged, IVector<U, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        nint channels = job.Step, ahead = Ahead * channels, offset = first * channels + start, all = pixels * channels;
        nint step = U.Count == 1 ? Rows<U, T>() * channels : all;
        int to = count - (count - from) % U.Count;
        if (from == to) return to;
        T* x = job.X + offset, dy = job.Dy + offset, output = job.Output, before = job.To, sums = job.Pieces, products = sums + Together;
        T* mean = job.Mean + start, scale = job.Scale + start, shift = job.Shift + start;
        if (output != null) output += offset;
        if (before != null) before += offset;
        for (nint at = 0, end; at < all; at = end)
        {
            end = Math.Min(all, at + step);
            for (nint c = from; c < to; c += U.Count)
            {
                U center = U.Load(mean + c), a = U.Load(scale + c), b = U.Load(shift + c), sum = U.Load(sums + c), product = U.Load(products + c);
                for (nint i = at + c; i < end; i += channels)
                {
                    CacheLines.Fetch(x + i + ahead, U.Count);
                    CacheLines.Fetch(dy + i + ahead, U.Count);
                    if (output != null) CacheLines.Fetch(output + i + ahead, U.Count);
                    U distance = U.Load(x + i) - center, g = U.Load(dy + i);
                    g = output == null ? activation.Gradient(U.MultiplyAdd(distance, a, b), g) : activation.GradientFromOutput(U.Load(output + i), g);
                    if (before != null) U.Store(g, before + i);
                    sum += g;
                    product = U.MultiplyAdd(g, distance, product);
                }
                U.Store(sum, sums + c);
                U.Store(product, products + c);
            }
        }
        return to;
    }
}
