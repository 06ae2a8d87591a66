using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

// What is done channel by channel on the way back: threads share it by channels.
internal static unsafe partial class Conv2dLanes
{
    // a number that is read and written takes as long as so many multiplications
    private const int NumberWork = 8;

    /// <summary>Takes the gradient back through the activation of <see cref="Forward"/>, in place, and adds its sums to gradBias in the same
    /// pass.</summary>
    /// <param name="activation">The activation.</param>
    /// <param name="output">[outC, oH, oW, lanes], as Forward wrote it.</param>
    /// <param name="gradient">[outC, oH, oW, lanes]: comes as the gradient after the activation, and leaves as that before it. Without a gradBias
    /// both may be any numbers that are a multiple of the lanes.</param>
    /// <param name="gradBias">[outC], added to; or empty.</param>
    /// <param name="threads">How many may work.</param>
    public static void BackwardActivation<V, T>(Activation<T> activation, ReadOnlySpan<T> output, Span<T> gradient, Span<T> gradBias, int threads = 1)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        fixed (T* y = output, dy = gradient) Channels<V, T>(threads, activation, y, dy, gradient.Length, gradBias);
    }

    /// <summary>gradBias[oc] += the sum of gradOutput[oc] over all positions and images.</summary>
    public static void BackwardBias<V, T>(Conv2dTables tables, ReadOnlySpan<T> gradOutput, Span<T> gradBias, int threads = 1)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(gradOutput.Length == gradBias.Length * tables.Geometry.OutputPlane * Lanes.Count);
        SumChannels<V, T>(gradOutput, gradBias, threads);
    }

    /// <summary>gradBias[c] += the sum of channel c of gradOutput over all positions and images.</summary>
    public static void SumChannels<V, T>(ReadOnlySpan<T> gradOutput, Span<T> gradBias, int threads = 1)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(gradOutput.Length % (gradBias.Length * Lanes.Count) == 0);
        fixed (T* dy = gradOutput) Channels<V, T>(threads, default, null, dy, gradOutput.Length, gradBias);
    }

    // Without a bias nothing is summed: then every pixel is a channel to be cut at.
    private static void Channels<V, T>(int threads, Activation<T> activation, T* output, T* gradient, int length, Span<T> gradBias)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int channels = gradBias.IsEmpty ? length / Lanes.Count : gradBias.Length;
        Debug.Assert(channels > 0 && length % channels == 0);
        LanesJob<V, T> job = LanesJob<V, T>.OfThisThread;
        (job.Activation, job.ChannelLength) = (activation, length / channels);
        fixed (T* db = gradBias)
        {
            job.Source = output;
            job.Target = gradient;
            job.Bias = db;
            job.Run(threads, channels, (long)length * NumberWork, job.Channels);
        }
    }

    /// <summary>Some channels.</summary>
    internal static void ChannelsPiece<V, T>(LanesJob<V, T> job, int first, int end)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int plane = job.ChannelLength;
        if (job.Bias == null)
        {
            Span<T> gradient = new(job.Target + (nint)first * plane, (end - first) * plane);
            Elementwise.ActivateBackward<V, T>(job.Activation, new(job.Source + (nint)first * plane, gradient.Length), gradient, gradient);
            return;
        }
        if (job.Activation.IsSome)
        {
            var sums = new ActivationSums<V, T> { Y = job.Source, Dy = job.Target, GradBias = job.Bias, First = first, End = end, Plane = plane };
            job.Activation.Do(ref sums);
            return;
        }
        for (int c = first; c < end; c++) job.Bias[c] += Sum<Pair<V, T>, T>(job.Target + (nint)c * plane, plane);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static T Sum<V, T>(T* from, nint count) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        LongSum<V, T> sum = default;
        for (T* end = from + count; from < end;)
        {
            V piece = default;
            for (T* stop = from + Math.Min(end - from, LongSums.Piece * V.Count); from < stop; from += V.Count) piece += V.Load(from);
            sum.Add(piece);
        }
        return V.Sum(sum.Value);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static T ActivationSum<V, T, A>(T* y, T* gradient, nint count, A activation)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> where A : struct, IActivation<T>
    {
        LongSum<V, T> sum = default;
        for (T* end = gradient + count; gradient < end;)
        {
            V piece = default;
            for (T* stop = gradient + Math.Min(end - gradient, LongSums.Piece * V.Count); gradient < stop; gradient += V.Count, y += V.Count)
            {
                V before = activation.GradientFromOutput(V.Load(y), V.Load(gradient));
                V.Store(before, gradient);
                piece += before;
            }
            sum.Add(piece);
        }
        return V.Sum(sum.Value);
    }

    private struct ActivationSums<V, T> : IActivationJob<T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public T* Y, Dy, GradBias;
        public int First, End, Plane;

        public readonly void With<A>(A activation) where A : struct, IActivation<T>
        {
            for (int c = First; c < End; c++) GradBias[c] += ActivationSum<Pair<V, T>, T, A>(Y + c * (nint)Plane, Dy + c * (nint)Plane, Plane,
                activation);
        }
    }
}
