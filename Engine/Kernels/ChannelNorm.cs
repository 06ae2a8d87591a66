using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Normalisation channel by channel of pixels whose channels lie side by side, [pixels, C]: the twin of <see cref="BatchNormLanes"/> and of
/// <see cref="Moments"/> with the roles exchanged. The vector is some channels, each with a mean, scale and shift of its own.</summary>
/// <remarks>What is left of a row runs through the same code as vectors of one number. Sums are taken in pieces of <see cref="Piece"/> pixels and then in double.</remarks>
internal static unsafe class ChannelNorm
{
    private const int Piece = 1024, Sample = 8;                              // pixels to a sum in single precision, and for a first idea of the mean

    /// <summary>output = activation of ((input - mean) · scale + shift); may be the same memory.</summary>
    /// <param name="input">[pixels, C].</param>
    /// <param name="mean">[C].</param>
    /// <param name="scale">[C].</param>
    /// <param name="shift">[C].</param>
    /// <param name="activation">What becomes of it.</param>
    /// <param name="output">[pixels, C], overwritten.</param>
    public static void Forward<V, T>(ReadOnlySpan<T> input, ReadOnlySpan<T> mean, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift, Activation<T> activation, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int channels = mean.Length, pixels = input.Length / channels;
        Debug.Assert(input.Length == pixels * channels && output.Length == input.Length && scale.Length == channels && shift.Length == channels);
        fixed (T* x = input, m = mean, a = scale, b = shift, y = output)
            switch (activation.Kind)
            {
                case ActivationKind.None: Normalize<V, T, Identity<T>>(x, pixels, channels, m, a, b, y, default); break;
                case ActivationKind.Relu: Normalize<V, T, Rectifier<T>>(x, pixels, channels, m, a, b, y, default); break;
                case ActivationKind.Relu6: Normalize<V, T, Rectifier6<T>>(x, pixels, channels, m, a, b, y, default); break;
                default: Normalize<V, T, LeakyRectifier<T>>(x, pixels, channels, m, a, b, y, new(activation.Slope)); break;
            }
    }

    /// <summary>gradInput = scale · gradOutput + perDistance · (input - mean) + constant; overwritten.</summary>
    public static void Backward<V, T>(ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> mean, ReadOnlySpan<T> scale, ReadOnlySpan<T> perDistance,
        ReadOnlySpan<T> constant, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int channels = mean.Length, pixels = input.Length / channels;
        Debug.Assert(input.Length == pixels * channels && gradOutput.Length == input.Length && gradInput.Length == input.Length);
        fixed (T* x = input, dy = gradOutput, m = mean, a = scale, b = perDistance, c = constant, dx = gradInput)
        {
            int at = Backward<Pair<V, T>, T>(0, x, dy, pixels, channels, m, a, b, c, dx);
            at = Backward<V, T>(at, x, dy, pixels, channels, m, a, b, c, dx);
            Backward<Scalar<T>, T>(at, x, dy, pixels, channels, m, a, b, c, dx);
        }
    }

    /// <summary>The mean and the sum of squared distances from it of every channel.</summary>
    /// <param name="input">[pixels, C].</param>
    /// <param name="means">[C], overwritten.</param>
    /// <param name="squaredDistances">[C], overwritten.</param>
    public static void Gather<V, T>(ReadOnlySpan<T> input, Span<double> means, Span<double> squaredDistances)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int channels = means.Length, pixels = input.Length / channels;
        fixed (T* x = input)
        fixed (double* mean = means, square = squaredDistances)
        {
            int at = Gather<Pair<V, T>, T>(0, x, pixels, channels, mean, square);
            at = Gather<V, T>(at, x, pixels, channels, mean, square);
            Gather<Scalar<T>, T>(at, x, pixels, channels, mean, square);
        }
    }

    /// <summary>For the way back: the sums of the gradient, and of the gradient times the distance from the mean, of every channel. With an activation the
    /// gradient is taken back through it first, and written there.</summary>
    /// <param name="input">[pixels, C].</param>
    /// <param name="gradOutput">[pixels, C].</param>
    /// <param name="mean">[C].</param>
    /// <param name="scale">[C], of <see cref="Forward"/>; read with an activation only, like the shift.</param>
    /// <param name="shift">[C].</param>
    /// <param name="activation">What was applied to the normalised numbers.</param>
    /// <param name="gradBefore">[pixels, C], overwritten; may be gradOutput; empty without an activation.</param>
    /// <param name="sums">[C], overwritten.</param>
    /// <param name="products">[C], overwritten.</param>
    public static void GatherGradient<V, T>(ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> mean, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift,
        Activation<T> activation, Span<T> gradBefore, Span<double> sums, Span<double> products)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int channels = mean.Length, pixels = input.Length / channels;
        Debug.Assert(gradOutput.Length == input.Length && (gradBefore.IsEmpty || gradBefore.Length == input.Length) && gradBefore.IsEmpty == !activation.IsSome);
        fixed (T* x = input, dy = gradOutput, m = mean, a = scale, b = shift, g = gradBefore)
        fixed (double* sum = sums, product = products)
        {
            var job = new GradientSums<T> { X = x, Dy = dy, Mean = m, Scale = a, Shift = b, To = g, Pixels = pixels, Channels = channels, Sums = sum, Products = product };
            switch (activation.Kind)
            {
                case ActivationKind.None: GatherGradient<V, T, Identity<T>>(job, default); break;
                case ActivationKind.Relu: GatherGradient<V, T, Rectifier<T>>(job, default); break;
                case ActivationKind.Relu6: GatherGradient<V, T, Rectifier6<T>>(job, default); break;
                default: GatherGradient<V, T, LeakyRectifier<T>>(job, new(activation.Slope)); break;
            }
        }
    }

    private static void Normalize<V, T, A>(T* x, int pixels, int channels, T* mean, T* scale, T* shift, T* y, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        int at = Columns<Pair<V, T>, T, A>(0, x, pixels, channels, mean, scale, shift, y, activation);
        at = Columns<V, T, A>(at, x, pixels, channels, mean, scale, shift, y, activation);
        Columns<Scalar<T>, T, A>(at, x, pixels, channels, mean, scale, shift, y, activation);
    }

    // Vectors of channels from one on, as long as a whole one is left; each down all pixels.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int Columns<V, T, A>(int c, T* x, int pixels, int channels, T* mean, T* scale, T* shift, T* y, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        for (; c + V.Count <= channels; c += V.Count)
        {
            V center = V.Load(mean + c), a = V.Load(scale + c), b = V.Load(shift + c);
            T* from = x + c, to = y + c;
            for (int p = 0; p < pixels; p++, from += channels, to += channels) V.Store(activation.Of(V.MultiplyAdd(V.Load(from) - center, a, b)), to);
        }
        return c;
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int Backward<V, T>(int at, T* x, T* dy, int pixels, int channels, T* mean, T* scale, T* perDistance, T* constant, T* dx)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        for (; at + V.Count <= channels; at += V.Count)
        {
            V center = V.Load(mean + at), a = V.Load(scale + at), b = V.Load(perDistance + at), c = V.Load(constant + at);
            nint i = at;
            for (int p = 0; p < pixels; p++, i += channels) V.Store(V.MultiplyAdd(a, V.Load(dy + i), V.MultiplyAdd(b, V.Load(x + i) - center, c)), dx + i);
        }
        return at;
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static int Gather<V, T>(int c, T* x, int pixels, int channels, double* means, double* squares)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* about = stackalloc T[V.Count], sums = stackalloc T[2 * V.Count];
        double* sum = stackalloc double[V.Count], square = stackalloc double[V.Count];
        for (; c + V.Count <= channels; c += V.Count)
        {
            int step = Math.Max(1, pixels / Sample), count = 0;
            V few = default;
            for (int p = 0; p < pixels; p += step, count++) few += V.Load(x + c + (nint)p * channels);
            V.Store(few, about);
            for (int k = 0; k < V.Count; k++) about[k] /= T.CreateTruncating(count);
            for (bool again = false; ; again = true)
            {
                for (int k = 0; k < V.Count; k++) sum[k] = square[k] = 0;
                for (int p = 0; p < pixels; p += Piece)
                {
                    Distances<V, T>(x + c + (nint)p * channels, Math.Min(Piece, pixels - p), channels, V.Load(about), sums);
                    for (int k = 0; k < V.Count; k++)
                    {
                        sum[k] += double.CreateTruncating(sums[k]);
                        square[k] += double.CreateTruncating(sums[V.Count + k]);
                    }
                }
                bool isFar = false;                                          // the first idea of a mean lay further off than the deviation
                for (int k = 0; k < V.Count; k++)
                {
                    double correction = sum[k] * sum[k] / pixels, distances = Math.Max(0, square[k] - correction);
                    means[c + k] = double.CreateTruncating(about[k]) + sum[k] / pixels;
                    squares[c + k] = double.IsFinite(means[c + k]) ? distances : double.NaN;
                    if (correction > distances) isFar = true;
                }
                if (again || !isFar) break;
                for (int k = 0; k < V.Count; k++) about[k] = T.CreateTruncating(means[c + k]);
            }
        }
        return c;
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Distances<V, T>(T* x, int pixels, int channels, V about, T* sums) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V even = default, odd = default, evenSquare = default, oddSquare = default;
        for (; pixels >= 2; pixels -= 2, x += 2 * (nint)channels)
        {
            V distance = V.Load(x) - about, next = V.Load(x + channels) - about;
            even += distance;
            odd += next;
            evenSquare = V.MultiplyAdd(distance, distance, evenSquare);
            oddSquare = V.MultiplyAdd(next, next, oddSquare);
        }
        if (pixels > 0)
        {
            V distance = V.Load(x) - about;
            even += distance;
            evenSquare = V.MultiplyAdd(distance, distance, evenSquare);
        }
        V.Store(even + odd, sums);
        V.Store(evenSquare + oddSquare, sums + V.Count);
    }

    private struct GradientSums<T> where T : unmanaged
    {
        public T* X, Dy, Mean, Scale, Shift, To;
        public int Pixels, Channels;
        public double* Sums, Products;
    }

    private static void GatherGradient<V, T, A>(in GradientSums<T> job, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        int at = GradientColumns<Pair<V, T>, T, A>(job, 0, activation);
        at = GradientColumns<V, T, A>(job, at, activation);
        GradientColumns<Scalar<T>, T, A>(job, at, activation);
    }

    private static int GradientColumns<V, T, A>(in GradientSums<T> job, int c, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        T* sums = stackalloc T[2 * V.Count];
        for (; c + V.Count <= job.Channels; c += V.Count)
        {
            for (int k = 0; k < V.Count; k++) job.Sums[c + k] = job.Products[c + k] = 0;
            for (int p = 0; p < job.Pixels; p += Piece)
            {
                Products<V, T, A>(job, c, p, Math.Min(Piece, job.Pixels - p), activation, sums);
                for (int k = 0; k < V.Count; k++)
                {
                    job.Sums[c + k] += double.CreateTruncating(sums[k]);
                    job.Products[c + k] += double.CreateTruncating(sums[V.Count + k]);
                }
            }
        }
        return c;
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Products<V, T, A>(in GradientSums<T> job, int c, int first, int pixels, A activation, T* sums)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        V center = V.Load(job.Mean + c), slope = default, constant = default, sum = default, product = default;
        T* x = job.X, dy = job.Dy, to = job.To;
        if (to != null) (slope, constant) = (V.Load(job.Scale + c), V.Load(job.Shift + c));
        nint channels = job.Channels, i = first * channels + c;
        for (; pixels > 0; pixels--, i += channels)
        {
            V distance = V.Load(x + i) - center, g = V.Load(dy + i);
            if (to != null)
            {
                g = activation.Gradient(V.MultiplyAdd(distance, slope, constant), g);
                V.Store(g, to + i);
            }
            sum += g;
            product = V.MultiplyAdd(g, distance, product);
        }
        V.Store(sum, sums);
        V.Store(product, sums + V.Count);
    }
}
