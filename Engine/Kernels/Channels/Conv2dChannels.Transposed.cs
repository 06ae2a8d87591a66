using System.Diagnostics;
using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dChannels
{
    /// <summary>Whether <see cref="PackTransposed"/> leaves weights as they are.</summary>
    public static bool IsUnpacked<V, T>(Conv2dGeometry g) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        ChannelFold.Pays(g, V.Count, sizeof(T));

    /// <summary>How many numbers <see cref="PackTransposed"/> writes.</summary>
    public static int TransposedLength<V, T>(Conv2dGeometry g) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        IsUnpacked<V, T>(g) ? g.OutChannels * g.WindowLength : PackedLength<V, T>(g, transposed: true);

    /// <summary>Lays weights out as <see cref="ForwardTransposed"/> reads them: packed, or as they are for <see cref="Fold"/>.</summary>
    public static void PackTransposed<V, T>(ChannelTables tables, ReadOnlySpan<T> weight, Span<T> packed)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        if (IsUnpacked<V, T>(tables.Geometry)) weight.CopyTo(packed);
        else Pack<V, T>(tables, transposed: true, weight, packed);
    }

    /// <summary>A transposed convolution: output = activation of (bias + every input, spread over its window by the weights it meets there).
    /// Overwritten.</summary>
    /// <remarks>It is the input's gradient of the convolution that <paramref name="tables"/> describe, read as a forward pass.</remarks>
    /// <param name="tables">Of the convolution from this output back to this input.</param>
    /// <param name="threads">How many may work.</param>
    /// <param name="input">[N, oH, oW, outC] of that convolution.</param>
    /// <param name="packed">[<see cref="TransposedLength"/>], the weights.</param>
    /// <param name="bias">[inC] of that convolution; empty for none.</param>
    /// <param name="activation">What becomes of every sum.</param>
    /// <param name="scratch">At least <see cref="WorkLength"/>, overwritten.</param>
    /// <param name="output">[N, H, W, inC] of that convolution, overwritten.</param>
    public static void ForwardTransposed<V, T>(ChannelTables tables, int threads, ReadOnlySpan<T> input, ReadOnlySpan<T> packed, ReadOnlySpan<T> bias,
        Activation<T> activation, Span<T> scratch, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(bias.IsEmpty || bias.Length == tables.Geometry.InChannels);
        if (IsUnpacked<V, T>(tables.Geometry)) Fold<V, T>(tables, threads, input, packed, bias, activation, scratch, output);
        else Correlate<V, T>(tables, tables.Backward, threads, input, packed, bias, default, activation, output);
    }
}
