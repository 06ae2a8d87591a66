using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>The loss between weights on classes and the probabilities that logits give them, for all images at once.</summary>
internal static unsafe class CrossEntropy
{
    /// <summary>The sum over images and positions of -Σc target[c] · log softmax(logits)[c]; targets become the gradient by the logits.</summary>
    /// <remarks>
    /// Shifted by the largest logit of each image: ±1000 is no trouble. With s the sum of an image's targets, the gradient is
    /// scale · (s · softmax(logits) - target). What has no weight adds nothing, however unlikely it is, and where nothing has any (a label that is
    /// ignored) nothing goes back, not even from logits that are not finite.
    /// </remarks>
    /// <param name="logits">[classes, positions, lanes].</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="images">How many lanes count.</param>
    /// <param name="scale">Of the gradient, not of the loss.</param>
    /// <param name="targets">Like the logits: weights of the classes on the way in, the gradient on the way out, zero in empty lanes.</param>
    public static double Run<V, T>(ReadOnlySpan<T> logits, int classes, int images, T scale, Span<T> targets)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        int stride = logits.Length / classes;                                // from a class to the next
        Debug.Assert(logits.Length == targets.Length && stride * classes == logits.Length && stride % Lanes.Count == 0 && images <= Lanes.Count);
        T* losses = stackalloc T[Lanes.Count];
        double sum = 0;
        fixed (T* x = logits, t = targets)
            for (int position = 0; position < stride; position += Lanes.Count)
            {
                for (int n = 0; n < Lanes.Count; n += V.Count)
                    V.Store(One<V, T>(x + position + n, classes, stride, V.Splat(scale), t + position + n), losses + n);
                for (int n = 0; n < images; n++) sum += double.CreateTruncating(losses[n]);
            }
        Lanes.ClearEmpty(targets, images);
        return sum;
    }

    // One vector of images at one position.
    [MethodImpl(AggressiveInlining)]
    private static V One<V, T>(T* x, int classes, int stride, V scale, T* t)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        V most = V.Load(x), zero = default;
        for (int c = 1; c < classes; c++) most = V.Max(most, V.Load(x + c * stride));
        LongSum<V, T> sums = default, weights = default, losses = default;
        for (int c = 0; c < classes;)
        {
            V someSum = default, someWeight = default;
            for (int end = Math.Min(classes, c + LongSums.Piece); c < end; c++)
            {
                someSum += V.Exp(V.Load(x + c * stride) - most);
                someWeight += V.Load(t + c * stride);
            }
            sums.Add(someSum);
            weights.Add(someWeight);
        }
        V sum = sums.Value, weight = weights.Value, log = V.Log(sum), share = weight / sum, without = V.Equal(weight, zero);
        for (int c = 0; c < classes;)
        {
            V loss = default;
            for (int end = Math.Min(classes, c + LongSums.Piece); c < end; c++)
            {
                V logit = V.Load(x + c * stride), target = V.Load(t + c * stride);
                loss += V.Select(V.Equal(target, zero), zero, target * (most - logit + log));
                V.Store(V.Select(without, zero - target, V.Exp(logit - most) * share - target) * scale, t + c * stride);
            }
            losses.Add(loss);
        }
        return losses.Value;
    }
}
