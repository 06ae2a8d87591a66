using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dChannels
{
    private const int MostPackPieces = 64;

    /// <summary>Numbers of the weights as <see cref="Pack"/> lays them out.</summary>
    public static int PackedLength<V, T>(Conv2dGeometry g, bool transposed) where V : unmanaged, IVector<V, T> where T : unmanaged
    {
        int length = 0;
        foreach (ChannelPart part in ChannelPart.Of(g, transposed, V.Count)) length = checked(length + part.Length);
        return length;
    }

    /// <summary>Lays weights side by side as vectors want them: group by group, some channels of the depth at a time, block by block, a
    /// <see cref="ChannelPanel"/> each.</summary>
    /// <param name="tables">The convolution.</param>
    /// <param name="transposed">False: for the outputs. True: for the gradient by the inputs.</param>
    /// <param name="weight">[outC, inC/groups, kH, kW].</param>
    /// <param name="packed">[<see cref="PackedLength"/>], overwritten.</param>
    /// <param name="threads">How many may work.</param>
    public static void Pack<V, T>(ChannelTables tables, bool transposed, ReadOnlySpan<T> weight, Span<T> packed, int threads = 1)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = tables.Geometry;
        ChannelJob<V, T> job = ChannelJob<V, T>.OfThisThread;
        (job.Tables, job.Transposed) = (tables, transposed);
        fixed (T* w = weight, to = packed)
        {
            job.Source = w;
            job.Target = to;
            foreach (ChannelPart part in ChannelPart.Of(g, transposed, V.Count))
            {
                job.Part = part;
                int width = part.Width(V.Count);
                job.DepthStep = ChannelPlan.DepthStep(g.KernelLength, part.Depth, width * sizeof(T));
                job.Panels = part.Groups * ((part.Depth + job.DepthStep - 1) / job.DepthStep) * ((part.Block + width - 1) / width);
                job.PackPieces = threads > 1 ? Math.Min(job.Panels, MostPackPieces) : 1;
                WorkerPool.Shared.Run(threads, job.PackPieces, job.Pack);
                job.Target += part.Length;
            }
        }
    }

    /// <summary>Some panels, in the order in which they lie.</summary>
    internal static void PackPiece<V, T>(ChannelJob<V, T> job, int piece) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = job.Tables.Geometry;
        ChannelPart part = job.Part;
        int width = part.Width(V.Count), elements = g.KernelLength, blocks = (part.Block + width - 1) / width,
            steps = (part.Depth + job.DepthStep - 1) / job.DepthStep;
        nint blockStride = part.IsDepthwise || job.Transposed ? elements : g.WindowLength,
            depthStride = part.IsDepthwise || !job.Transposed ? elements : g.WindowLength;
        int last = Parts.Begin(job.Panels, piece + 1, job.PackPieces);
        for (int panel = Parts.Begin(job.Panels, piece, job.PackPieces); panel < last; panel++)
        {
            int group = panel / (blocks * steps), start = panel / blocks % steps * job.DepthStep, c = panel % blocks * width;
            int depth = Math.Min(job.DepthStep, part.Depth - start), block = Math.Min(width, part.Block - c);
            T* from = job.Source + (part.FirstGroup + group) * (nint)g.GroupOutputs * g.WindowLength + c * blockStride + start * depthStride;
            T* to = job.Target + (nint)group * part.GroupLength + (nint)start * elements * part.PaddedBlock + (nint)c * elements * depth;
            ChannelPanel.Pack(from, blockStride, depthStride, elements, depth, block, block > V.Count ? width : V.Count, job.Transposed, to);
        }
    }

    /// <summary>Multiplies packed weights by a number for each channel that they make: a normalisation becomes part of them.</summary>
    /// <param name="tables">The convolution.</param>
    /// <param name="transposed">Whether they are packed for its inputs, as a transposed convolution's are.</param>
    /// <param name="scales">[outC], or transposed [inC].</param>
    /// <param name="packed">As <see cref="Pack"/> laid it out; changed.</param>
    public static void Scale<V, T>(ChannelTables tables, bool transposed, ReadOnlySpan<T> scales, Span<T> packed) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = tables.Geometry;
        int elements = g.KernelLength, group = transposed ? g.GroupInputs : g.GroupOutputs, at = 0;
        foreach (ChannelPart part in ChannelPart.Of(g, transposed, V.Count))
        {
            int width = part.Width(V.Count), depthStep = ChannelPlan.DepthStep(elements, part.Depth, width * sizeof(T));
            for (int n = 0; n < part.Groups; n++)
                for (int start = 0; start < part.Depth; start += depthStep)
                    for (int c = 0; c < part.Block; c += width)
                    {
                        int depth = Math.Min(depthStep, part.Depth - start), block = Math.Min(width, part.Block - c), row = block > V.Count ? width
                            : V.Count;
                        ReadOnlySpan<T> scale = scales.Slice(part.IsDepthwise ? c : (part.FirstGroup + n) * group + c, block);
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
