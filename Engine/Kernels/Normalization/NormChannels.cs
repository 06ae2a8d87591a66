using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Kernels;

/// <summary>Gives the numbers of each part of an image mean 0 and variance 1, channels-last: the twin of <see cref="NormLanes"/> with the roles
/// exchanged.</summary>
/// <remarks>
/// Every channel's mean and squared distances are taken by <see cref="ChannelNorm"/>, those of a part combined in double; then each channel has a
/// mean, a scale and what the mean was rounded by, and <see cref="ChannelNorm"/> does the rest. The way back finds them out again: nothing is kept.
/// A large image is looked at in stretches of its pixels. Threads share the images, and where there are fewer of these, the stretches of one after
/// the other.
/// </remarks>
internal static unsafe partial class NormChannels
{
    private const int Vectors = 5;                                           // mean, scale, rest, and two that ChannelNorm is handed

    /// <summary>Numbers to borrow.</summary>
    /// <param name="parts">How an image is divided.</param>
    /// <param name="images">How many there may be.</param>
    /// <param name="threads">How many may work.</param>
    public static int ScratchLength<V, T>(NormParts parts, int images = 1, int threads = 1)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        checked(threads * RoomLength<V, T>(parts) + 2 * parts.Channels * images);

    /// <summary>What of that is one worker's.</summary>
    internal static int RoomLength<V, T>(NormParts parts) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int own = OwnLength<T>(parts), both = 2 * SharedGradient<V, T>.ScratchLength(parts.Shared.Weights, parts.Shared.Runs);
        return checked(own + both + DoubleLength<T>() - 1) & -DoubleLength<T>();                  // the next one begins with doubles, too
    }

    private static int OwnLength<T>(NormParts parts) where T : unmanaged => checked(parts.Channels * Vectors + DoublesOf(parts) * DoubleLength<T>());

    // A pair for each channel, and where a run falls into stretches, one for each channel of each of them.
    private static int DoublesOf(NormParts parts) => checked(2 * parts.Channels * (parts.Stretches > 1 ? 1 + parts.Stretches : 1));

    private static int DoubleLength<T>() where T : unmanaged => sizeof(double) / sizeof(T);

    /// <summary>output = activation of ((input - mean) / sqrt(variance + eps) · weight + bias); overwritten. An empty weight is ones, an empty bias
    /// zeros.</summary>
    /// <param name="parts">How an image is divided.</param>
    /// <param name="input">[images, pixels, C].</param>
    /// <param name="eps">Where it is 0 and so is the variance, the output is the bias.</param>
    /// <param name="weight">As <see cref="NormParts.Order"/> says.</param>
    /// <param name="bias">Like the weight.</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>].</param>
    /// <param name="output">Like the input, overwritten.</param>
    /// <param name="activation">What becomes of it.</param>
    /// <param name="threads">How many may work.</param>
    public static void Forward<V, T>(NormParts parts, ReadOnlySpan<T> input, T eps, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> scratch,
        Span<T> output, Activation<T> activation = default, int threads = 1)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Debug.Assert(input.Length % parts.Length == 0 && output.Length == input.Length && weight.Length == bias.Length);
        NormJob<V, T> job = NormJob<V, T>.OfThisThread;
        fixed (T* x = input, w = weight, b = bias, y = output, room = scratch)
        {
            (job.Parts, job.Eps, job.Activation, job.Room) = (parts, eps, activation, RoomLength<V, T>(parts));
            job.Input = x;
            job.Weight = w;
            job.Bias = b;
            job.Output = y;
            job.Scratch = room;
            int images = input.Length / parts.Length;
            if (parts.Stretches == 1 || threads <= images) WorkerPool.Shared.Run(threads, images, job.Forward);
            else
                for (int image = 0; image < images; image++)
                {
                    job.Start = image * parts.Length;
                    WorkerPool.Shared.Run(threads, parts.Stretches, job.Look);
                    SettleForward(job, worker: 0);
                    WorkerPool.Shared.Run(threads, parts.Stretches, job.Write);
                }
        }
    }

    /// <summary>The way back.</summary>
    /// <remarks>As in <see cref="NormLanes"/>: gradInput = s · (g - mean of g - x̂ · mean of g·x̂) with g = gradOutput · weight, means over a
    /// part.</remarks>
    /// <param name="parts">How an image is divided.</param>
    /// <param name="input">[images, pixels, C].</param>
    /// <param name="gradOutput">Like the input.</param>
    /// <param name="eps">As forward.</param>
    /// <param name="weight">As forward.</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>].</param>
    /// <param name="gradInput">Like the input, overwritten; empty where nobody reads it.</param>
    /// <param name="gradWeight">In the parameter's own order, added to; or empty.</param>
    /// <param name="gradBias">Likewise.</param>
    /// <param name="activation">As forward.</param>
    /// <param name="output">With an activation: what forward gave.</param>
    /// <param name="gradBefore">With an activation: overwritten by the gradient before it; may be gradOutput.</param>
    /// <param name="threads">How many may work; one where images add to the gradients of weights that are not a channel's.</param>
    public static void Backward<V, T>(NormParts parts, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, T eps, ReadOnlySpan<T> weight,
        Span<T> scratch, Span<T> gradInput, Span<T> gradWeight, Span<T> gradBias, Activation<T> activation = default,
        ReadOnlySpan<T> output = default, Span<T> gradBefore = default, int threads = 1)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Debug.Assert(input.Length % parts.Length == 0 && gradOutput.Length == input.Length);
        Debug.Assert(gradInput.IsEmpty || gradInput.Length == input.Length);
        Debug.Assert(threads <= 1 || parts.Order == WeightOrder.PerChannel || gradWeight.IsEmpty && gradBias.IsEmpty);
        Debug.Assert(!activation.IsSome || output.Length == input.Length && gradBefore.Length == input.Length);
        NormJob<V, T> job = NormJob<V, T>.OfThisThread;
        int images = input.Length / parts.Length;
        fixed (T* x = input, dy = gradOutput, w = weight, y = output, before = gradBefore, dx = gradInput, dw = gradWeight, db = gradBias,
            own = scratch)
        {
            (job.Parts, job.Eps, job.Activation, job.Room) = (parts, eps, activation, RoomLength<V, T>(parts));
            job.Input = x;
            job.Weight = w;
            job.Output = y;
            job.GradOutput = dy;
            job.GradBefore = before;
            job.GradInput = dx;
            job.GradWeight = dw;
            job.GradBias = db;
            job.Scratch = own;
            job.Found = own + scratch.Length - 2 * parts.Channels * images;
            if (parts.Stretches == 1 || threads <= images) WorkerPool.Shared.Run(threads, images, job.Backward);
            else
                for (int image = 0; image < images; image++)
                {
                    job.Start = image * parts.Length;
                    WorkerPool.Shared.Run(threads, parts.Stretches, job.Look);
                    Settle(job, worker: 0);
                    WorkerPool.Shared.Run(threads, parts.Stretches, job.LookBack);
                    SettleBack(job, image, worker: 0);
                    if (dx != null) WorkerPool.Shared.Run(threads, parts.Stretches, job.WriteBack);
                }
            if (job.IsPerChannel) AddFound(job, images);
        }
    }

    private static void Standardize<T>(NormParts parts, T eps, in Standard<T> standard) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> means = standard.First, squares = standard.Second;
        for (int first = 0; first < parts.Channels; first += parts.Group)
        {
            double mean = 0, distances = 0;                                  // from the first channel's: of equal ones it is that to the last bit
            for (int c = first + 1; c < first + parts.Group; c++) mean += means[c] - means[first];
            mean = means[first] + mean / parts.Group;
            for (int c = first; c < first + parts.Group; c++) distances += squares[c] + parts.Run * (means[c] - mean) * (means[c] - mean);
            double spread = distances / ((double)parts.Run * parts.Group) + double.CreateTruncating(eps),
                scale = spread == 0 ? 0 : 1 / Math.Sqrt(spread);
            T center = T.CreateTruncating(mean);
            for (int c = first; c < first + parts.Group; c++)
                (standard.Mean[c], standard.Scale[c], standard.Rest[c]) = (center, T.CreateTruncating(scale),
                    T.CreateTruncating((double.CreateTruncating(center) - mean) * scale));
        }
    }

    // From each channel's sums of g and of g · (x - mean) to the parameters' gradients, overwritten, and to A · g + B · (x - mean) + Rest, which is
    // the input's.
    private static void ToPerChannel<T>(NormParts parts, in Standard<T> standard, ReadOnlySpan<T> weight, Span<T> gradWeight, Span<T> gradBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double count = (double)parts.Run * parts.Group;
        for (int first = 0; first < parts.Channels; first += parts.Group)
        {
            double scale = double.CreateTruncating(standard.Scale[first]), rest = double.CreateTruncating(standard.Rest[first]), mean = 0, slope = 0;
            for (int c = first; c < first + parts.Group; c++)
            {
                double sum = standard.First[c], product = standard.Second[c] * scale + sum * rest,
                    w = weight.IsEmpty ? 1 : double.CreateTruncating(weight[c]);
                (gradWeight[c], gradBias[c]) = (T.CreateTruncating(product), T.CreateTruncating(sum));
                (mean, slope) = (mean + sum * w / count, slope + product * w / count);
            }
            for (int c = first; c < first + parts.Group; c++)
            {
                standard.A[c] = weight.IsEmpty ? standard.Scale[c] : standard.Scale[c] * weight[c];
                standard.B[c] = T.CreateTruncating(-scale * scale * slope);
                standard.Rest[c] = T.CreateTruncating(-scale * (mean + rest * slope));
            }
        }
    }

    private static void Weigh<T>(NormParts parts, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> weight, Span<T> weighed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (parts.Order == WeightOrder.PerNumber) TensorPrimitives.Multiply(gradOutput, weight, weighed);
        else
            for (int p = 0, at = 0; p < parts.Run; p++, at += parts.Channels)
                TensorPrimitives.Multiply(gradOutput.Slice(at, parts.Channels), weight[p], weighed.Slice(at, parts.Channels));
    }

    // gradWeight += gradOutput · x̂ and gradBias += gradOutput, where the weight is a pixel's or a number's own.
    [MethodImpl(AggressiveOptimization)]
    private static void AddGradients<T>(NormParts parts, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, in Standard<T> standard,
        Span<T> gradWeight, Span<T> gradBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (gradWeight.IsEmpty && gradBias.IsEmpty) return;
        for (int p = 0, at = 0; p < parts.Run; p++)
        {
            double products = 0, sums = 0;                                   // of pieces of a pixel's channels
            for (int c = 0; c < parts.Channels;)
            {
                T product = T.Zero, sum = T.Zero;
                for (int end = Math.Min(parts.Channels, c + LongSums.Piece); c < end; c++, at++)
                {
                    T gradient = gradOutput[at], own = gradient * ((input[at] - standard.Mean[c]) * standard.Scale[c] + standard.Rest[c]);
                    if (parts.Order == WeightOrder.PerPixel) (product, sum) = (product + own, sum + gradient);
                    else
                    {
                        if (!gradWeight.IsEmpty) gradWeight[c * parts.Pixels + p] += own;
                        if (!gradBias.IsEmpty) gradBias[c * parts.Pixels + p] += gradient;
                    }
                }
                (products, sums) = (products + double.CreateTruncating(product), sums + double.CreateTruncating(sum));
            }
            if (parts.Order != WeightOrder.PerPixel) continue;
            if (!gradWeight.IsEmpty) gradWeight[p] += T.CreateTruncating(products);
            if (!gradBias.IsEmpty) gradBias[p] += T.CreateTruncating(sums);
        }
    }
}
