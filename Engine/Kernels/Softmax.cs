using System.Diagnostics;
using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>exp(x) over the sum of exp, down the classes of all images at once: [classes, lanes].</summary>
/// <remarks>Shifted by the largest of each image, so that no exponential overflows and at least one is 1.</remarks>
internal static unsafe class Softmax
{
    /// <summary>output = softmax(logits); both may be the same memory.</summary>
    public static void Forward<V, T>(ReadOnlySpan<T> logits, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        Debug.Assert(logits.Length == output.Length && logits.Length % Lanes.Count == 0);
        fixed (T* x = logits, y = output)
            for (int n = 0; n < Lanes.Count; n += V.Count) Normalize<V, T>(x + n, y + n, logits.Length);
    }

    // One vector of images.
    private static void Normalize<V, T>(T* x, T* y, int length)
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
        V share = V.Splat(T.One) / sum;
        for (int i = 0; i < length; i += Lanes.Count) V.Store(V.Load(y + i) * share, y + i);
    }
}
