using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dChannels
{
    /// <summary>Numbers of the weights as <see cref="Pack"/> lays them out.</summary>
    public static int PackedLength<V, T>(Conv2dGeometry g, bool transposed) where V : unmanaged, IVector<V, T> where T : unmanaged
    {
        int length = 0;
        foreach (ChannelPart part in ChannelPart.Of(g, transposed, V.Count)) length = checked(length + part.Length);
        return length;
    }

    /// <summary>Lays weights side by side as vectors want them: group by group, some channels of the depth at a time, block by block, a <see cref="ChannelPanel"/> each.</summary>
    /// <param name="tables">The convolution.</param>
    /// <param name="transposed">False: for the outputs. True: for the gradient by the inputs.</param>
    /// <param name="weight">[outC, inC/groups, kH, kW].</param>
    /// <param name="packed">[<see cref="PackedLength"/>], overwritten.</param>
    public static void Pack<V, T>(ChannelTables tables, bool transposed, ReadOnlySpan<T> weight, Span<T> packed)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = tables.Geometry;
        int elements = g.KernelLength;
        fixed (T* w = weight, to = packed)
        {
            T* group = to;
            foreach (ChannelPart part in ChannelPart.Of(g, transposed, V.Count))
            {
                int width = part.Width(V.Count);
                nint blockStride = part.IsDepthwise || transposed ? elements : g.WindowLength, depthStride = part.IsDepthwise || !transposed ? elements : g.WindowLength;
                int depthStep = ChannelPlan.DepthStep(elements, part.Depth, width * sizeof(T));
                for (int n = part.FirstGroup; n < part.FirstGroup + part.Groups; n++, group += part.GroupLength)
                    for (int start = 0; start < part.Depth; start += depthStep)
                        for (int c = 0; c < part.Block; c += width)
                        {
                            int depth = Math.Min(depthStep, part.Depth - start), block = Math.Min(width, part.Block - c);
                            ChannelPanel.Pack(w + n * (nint)g.GroupOutputs * g.WindowLength + c * blockStride + start * depthStride, blockStride, depthStride, elements,
                                depth, block, block > V.Count ? width : V.Count, transposed, group + (nint)start * elements * part.PaddedBlock + (nint)c * elements * depth);
                        }
            }
        }
    }

    /// <summary>Multiplies the weights of every output channel, packed for the outputs, by a number: a normalisation becomes part of them.</summary>
    /// <param name="tables">The convolution.</param>
    /// <param name="scales">[outC].</param>
    /// <param name="packed">As <see cref="Pack"/> laid it out; changed.</param>
    public static void Scale<V, T>(ChannelTables tables, ReadOnlySpan<T> scales, Span<T> packed) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = tables.Geometry;
        int elements = g.KernelLength, at = 0;
        foreach (ChannelPart part in ChannelPart.Of(g, transposed: false, V.Count))
        {
            int width = part.Width(V.Count), depthStep = ChannelPlan.DepthStep(elements, part.Depth, width * sizeof(T));
            for (int n = 0; n < part.Groups; n++)
                for (int start = 0; start < part.Depth; start += depthStep)
                    for (int c = 0; c < part.Block; c += width)
                    {
                        int depth = Math.Min(depthStep, part.Depth - start), block = Math.Min(width, part.Block - c), row = block > V.Count ? width : V.Count;
                        ReadOnlySpan<T> scale = scales.Slice(part.IsDepthwise ? c : (part.FirstGroup + n) * g.GroupOutputs + c, block);
                        for (int i = 0; i < elements * depth; i++, at += row)
                            for (int k = 0; k < block; k++) packed[at + k] *= scale[k];
                    }
        }
    }

    // Packed weights at the end of a routine's scratch.
    private static Span<T> Packed<V, T>(ChannelTables tables, bool transposed, ReadOnlySpan<T> weight, Span<T> scratch)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int length = PackedLength<V, T>(tables.Geometry, transposed);
        int misaligned;
        fixed (T* end = scratch) misaligned = (int)(((nint)(end + (scratch.Length - length)) & (Alignment - 1)) / sizeof(T));
        Span<T> packed = scratch.Slice(scratch.Length - length - misaligned, length);
        Pack<V, T>(tables, transposed, weight, packed);
        return packed;
    }
}
