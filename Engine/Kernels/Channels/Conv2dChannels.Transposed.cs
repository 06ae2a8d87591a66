using System.Diagnostics;
using System.Numerics;
using Scratch.Kernels.Simd;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dChannels
{
    /// <summary>How many numbers <see cref="PackTransposed"/> writes.</summary>
    public static int TransposedLength<V, T>(Conv2dGeometry g) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        ChannelFold.Pays(g, V.Count, sizeof(T)) ? g.WeightShape.Length : PackedLength<V, T>(g, transposed: true);

    /// <summary>Lays weights out as <see cref="ForwardTransposed"/> reads them: packed, or as they are for <see cref="Fold"/>.</summary>
    public static void PackTransposed<V, T>(ChannelTables tables, ReadOnlySpan<T> weight, Span<T> packed)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        if (ChannelFold.Pays(tables.Geometry, V.Count, sizeof(T))) weight.CopyTo(packed);
        else Pack<V, T>(tables, transposed: true, weight, packed);
    }

    /// <summary>A transposed convolution: output = bias + every input, spread over its window by the weights it meets there. Overwritten.</summary>
    /// <remarks>It is the input's gradient of the convolution that <paramref name="tables"/> describe, read as a forward pass.</remarks>
    /// <param name="tables">Of the convolution from this output back to this input.</param>
    /// <param name="threads">How many may work.</param>
    /// <param name="input">[N, oH, oW, outC] of that convolution.</param>
    /// <param name="packed">[<see cref="TransposedLength"/>], the weights.</param>
    /// <param name="bias">[inC] of that convolution; empty for none.</param>
    /// <param name="scratch">At least <see cref="WorkLength"/>, overwritten.</param>
    /// <param name="output">[N, H, W, inC] of that convolution, overwritten.</param>
    public static void ForwardTransposed<V, T>(ChannelTables tables, int threads, ReadOnlySpan<T> input, ReadOnlySpan<T> packed, ReadOnlySpan<T> bias,
        Span<T> scratch, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int channels = tables.Geometry.InChannels;
        Debug.Assert(bias.IsEmpty || bias.Length == channels);
        if (!ChannelFold.Pays(tables.Geometry, V.Count, sizeof(T)))
        {
            Correlate<V, T>(tables, tables.Backward, threads, input, packed, bias, default, default, output);
            return;
        }
        Fold<V, T>(tables, threads, input, packed, scratch, output);
        for (int at = 0; at < output.Length && !bias.IsEmpty; at += channels) TensorPrimitives.Add(output.Slice(at, channels), bias,
            output.Slice(at, channels));
    }
}
