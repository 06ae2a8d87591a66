using System.Diagnostics;
using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>exp(x) over the sum of exp, down the classes of all images at once: [classes, lanes].</summary>
/// <remarks>Shifted by the largest of each image, so that no exponential overflows and at least one is 1.</remarks>
internal static unsafe class Softmax
{
    /// <summary>Cross-entropy: losses[n] = -log softmax(logits)[label of n], and its gradient, times <paramref name="scale"/>.</summary>
    /// <param name="logits">[classes, lanes].</param>
    /// <param name="labels">[images]; every one a class.</param>
    /// <param name="scale">One over the images of the batch, for a mean.</param>
    /// <param name="losses">[images], overwritten, not scaled.</param>
    /// <param name="gradLogits">[classes, lanes], overwritten: scale · (probability - 1 at the label); zero in empty lanes. Not the memory of the logits.</param>
    public static void CrossEntropy<V, T>(ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, T scale, Span<T> losses, Span<T> gradLogits)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        Debug.Assert(logits.Length == gradLogits.Length && losses.Length == labels.Length && labels.Length <= Lanes.Count);
        T* largest = stackalloc T[Lanes.Count], sums = stackalloc T[Lanes.Count];
        fixed (T* x = logits, dx = gradLogits)
            for (int n = 0; n < Lanes.Count; n += V.Count) Normalize<V, T>(x + n, dx + n, logits.Length, V.Splat(scale), largest + n, sums + n);
        for (int n = 0; n < labels.Length; n++)
        {
            int at = labels[n] * Lanes.Count + n;
            losses[n] = largest[n] - logits[at] + T.Log(sums[n]);
            gradLogits[at] -= scale;
        }
        if (labels.Length < Lanes.Count)
            for (int start = 0; start < gradLogits.Length; start += Lanes.Count)
                gradLogits.Slice(start + labels.Length, Lanes.Count - labels.Length).Clear();
    }

    // One vector of images: y = scale · softmax(x), and what it was made of.
    private static void Normalize<V, T>(T* x, T* y, int length, V scale, T* largest, T* sums)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        V most = V.Load(x), sum = default;
        for (int i = Lanes.Count; i < length; i += Lanes.Count) most = V.Max(most, V.Load(x + i));
        for (int i = 0; i < length; i += Lanes.Count)
        {
            V e = V.Exp(V.Load(x + i) - most);
            sum += e;
            V.Store(e, y + i);
        }
        V share = scale / sum;
        for (int i = 0; i < length; i += Lanes.Count) V.Store(V.Load(y + i) * share, y + i);
        V.Store(most, largest);
        V.Store(sum, sums);
    }
}
