using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

// Images in several parts of the same length, one after the other, which threads share.
internal static unsafe partial class NormLanes
{
    /// <summary>output = activation of what <see cref="Forward{V,T}(ReadOnlySpan{T},T,ReadOnlySpan{T},ReadOnlySpan{T},int,Span{T})"/> gives for each
    /// part. Weights of fewer numbers than there are are those of the first parts, and then again.</summary>
    public static void Forward<V, T>(int parts, ReadOnlySpan<T> input, T eps, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, int repeat,
        Activation<T> activation, Span<T> output, int threads)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Job<V, T> job = Job<V, T>.OfThisThread;
        fixed (T* x = input, w = weight, b = bias, y = output)
        {
            (job.Size, job.Repeat, job.WeightLength, job.Eps, job.Activation) = (input.Length / parts, repeat, weight.Length, eps, activation);
            job.Input = x;
            job.Weight = w;
            job.Bias = b;
            job.Output = y;
            WorkerPool.Shared.Run(threads, parts, job.Forward);
        }
    }

    /// <summary>The way back of each part; where parts share weights, by one thread, with memory to borrow.</summary>
    /// <param name="parts">How many.</param>
    /// <param name="input">[count, lanes].</param>
    /// <param name="gradOutput">Like the input.</param>
    /// <param name="eps">As forward.</param>
    /// <param name="weight">As forward.</param>
    /// <param name="repeat">As forward.</param>
    /// <param name="activation">As forward.</param>
    /// <param name="output">With an activation: what forward gave.</param>
    /// <param name="gradBefore">With an activation: overwritten by the gradient before it; may be gradOutput.</param>
    /// <param name="gradInput">Like the input, overwritten; empty where nobody reads it.</param>
    /// <param name="gradWeight">Like weight, added to; or empty.</param>
    /// <param name="gradBias">Likewise.</param>
    /// <param name="sharing">How many parts add to the gradient of one weight.</param>
    /// <param name="scratch">Two times what <see cref="SharedGradient{V,T}.ScratchLength"/> says.</param>
    /// <param name="threads">How many may work.</param>
    public static void Backward<V, T>(int parts, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, T eps, ReadOnlySpan<T> weight, int repeat,
        Activation<T> activation, ReadOnlySpan<T> output, Span<T> gradBefore, Span<T> gradInput, Span<T> gradWeight, Span<T> gradBias, long sharing,
        Span<T> scratch, int threads)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Job<V, T> job = Job<V, T>.OfThisThread;
        SharedGradient<V, T> weights = new(gradWeight, scratch, sharing),
            biases = new(gradBias, scratch[SharedGradient<V, T>.ScratchLength(gradWeight.Length, sharing)..], sharing);
        fixed (T* x = input, dy = gradOutput, w = weight, y = output, before = gradBefore, dx = gradInput, dw = weights.Target, db = biases.Target)
        {
            (job.Size, job.Repeat, job.WeightLength, job.Eps, job.Activation) = (input.Length / parts, repeat, weight.Length, eps, activation);
            job.Input = x;
            job.Weight = w;
            job.Output = y;
            job.GradOutput = dy;
            job.GradBefore = before;
            job.GradInput = dx;
            job.GradWeight = dw;
            job.GradBias = db;
            if (sharing <= 1) WorkerPool.Shared.Run(threads, parts, job.Backward);
            else
                for (int part = 0; part < parts; part++)
                {
                    job.Backward(part, 0);
                    weights.Next();
                    biases.Next();
                }
        }
        weights.End();
        biases.End();
    }

    /// <summary>One call while it runs; one for each thread that calls, made at its first call and reused.</summary>
    private sealed class Job<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [ThreadStatic]
        private static Job<V, T>? _ofThisThread;

        private Job() => (Forward, Backward) = ((part, _) => ForwardPart(part), (part, _) => BackwardPart(part));

        public static Job<V, T> OfThisThread => _ofThisThread ??= new();

        public readonly Action<int, int> Forward, Backward;
        public int Size, Repeat, WeightLength;
        public T Eps;
        public Activation<T> Activation;
        public T* Input, Output, Weight, Bias, GradOutput, GradBefore, GradInput, GradWeight, GradBias;

        // An activation follows while a part is in the cache; and so a part's last numbers, fewer than a vector, do not depend on who does it.
        private void ForwardPart(int part)
        {
            Span<T> output = Of(Output, part);
            NormLanes.Forward<V, T>(Of(Input, part), Eps, WeightsOf(Weight, part), WeightsOf(Bias, part), Repeat, output);
            if (Activation.IsSome) Elementwise.Activate<V, T>(Activation, output, output);
        }

        private void BackwardPart(int part)
        {
            Span<T> gradient = Of(GradOutput, part);
            if (Activation.IsSome)
            {
                Span<T> before = Of(GradBefore, part);
                Elementwise.ActivateBackward<V, T>(Activation, Of(Output, part), gradient, before);
                gradient = before;
            }
            NormLanes.Backward<V, T>(Of(Input, part), gradient, Eps, WeightsOf(Weight, part), Repeat, Of(GradInput, part),
                WeightsOf(GradWeight, part), WeightsOf(GradBias, part));
        }

        private Span<T> Of(T* values, int part) => values == null ? [] : new(values + (long)part * Size, Size);

        private Span<T> WeightsOf(T* values, int part)
        {
            int count = Size / Lanes.Count / Repeat;
            return values == null ? [] : new(values + (long)part * count % WeightLength, count);
        }
    }
}
