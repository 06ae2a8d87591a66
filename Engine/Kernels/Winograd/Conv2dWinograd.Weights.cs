using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dWinograd
{
    private const int PackDepth = 8;                                         // channels to transform at a time

    /// <summary>Weights of a window.</summary>
    public const int Elements = Window * Window;

    /// <summary>Numbers of the transformed weights.</summary>
    public static int PackedLength<F, V, T>(Conv2dGeometry g, bool transposed) where F : IWinogradForm where V : unmanaged, IVector<V, T>
        where T : unmanaged
    {
        var (depth, block) = transposed ? (g.OutChannels, g.InChannels) : (g.InChannels, g.OutChannels);
        return checked(F.Size * F.Size * depth * ((block + V.Count - 1) / V.Count * V.Count));
    }

    /// <summary>U = G · weight · Gᵀ for every pair of channels, laid out as the products read it: position by position, two vectors of written
    /// channels by all that are summed over.</summary>
    /// <param name="g">The convolution.</param>
    /// <param name="transposed">False: for the outputs. True: for the gradient by the inputs.</param>
    /// <param name="weight">[outC, inC, 3, 3].</param>
    /// <param name="scales">[outC], by which the weights of each output channel are multiplied first, for a normalisation that becomes part of them;
    /// or empty.</param>
    /// <param name="packed">[<see cref="PackedLength"/>], overwritten.</param>
    public static void Pack<F, V, T>(Conv2dGeometry g, bool transposed, ReadOnlySpan<T> weight, ReadOnlySpan<T> scales, Span<T> packed)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(weight.Length == g.OutChannels * g.WindowLength && packed.Length >= PackedLength<F, V, T>(g, transposed));
        Debug.Assert(scales.IsEmpty || (scales.Length == g.OutChannels && !transposed));
        var (depth, block) = transposed ? (g.OutChannels, g.InChannels) : (g.InChannels, g.OutChannels);
        nint blockStride = transposed ? Elements : g.WindowLength, depthStride = transposed ? g.WindowLength : Elements;
        int pitch = (block + V.Count - 1) / V.Count * V.Count;
        T* memory = stackalloc T[Elements * PackDepth * 2 * V.Count + 2 * V.Count + Alignment / sizeof(T)], panel = Align(memory), scale = panel
            + Elements * PackDepth * 2 * V.Count;
        fixed (T* w = weight, u = packed)
            for (int k = 0; k < pitch; k += 2 * V.Count)
            {
                int width = Math.Min(2 * V.Count, pitch - k), some = Math.Min(width, block - k);
                new Span<T>(scale, width).Fill(T.One);
                if (!scales.IsEmpty) scales.Slice(k, some).CopyTo(new(scale, some));
                for (int d = 0; d < depth; d += PackDepth)
                {
                    int count = Math.Min(PackDepth, depth - d);
                    ChannelPanel.Pack(w + k * blockStride + d * depthStride, blockStride, depthStride, Elements, count, some, width, transposed,
                        panel);
                    Transform<F, V, T>(panel, count, width, scale, u + (nint)k * depth + (nint)d * width, (nint)depth * pitch);
                }
            }
    }

    /// <summary>to[i·Size + j, d, c] from panel[element, d, c], positions a step apart.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Transform<F, V, T>(T* panel, int depth, int width, T* scale, T* to, nint position)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* memory = stackalloc T[Window * (Window + MostSize) * V.Count + Alignment / sizeof(T)], window = Align(memory), half = window
            + Elements * V.Count;
        nint element = (nint)depth * width;
        for (int d = 0; d < depth; d++)
            for (int c = 0; c < width; c += V.Count, panel += V.Count, to += V.Count)
            {
                V times = V.Load(scale + c);
                for (int i = 0; i < Elements; i++) V.Store(times * V.Load(panel + i * element), window + i * V.Count);
                for (int j = 0; j < Window; j++) F.Weight<V, T>(window + j * V.Count, Window * V.Count, half + j * V.Count, Window * V.Count);
                for (int i = 0; i < F.Size; i++) F.Weight<V, T>(half + i * Window * V.Count, V.Count, to + i * F.Size * position, position);
            }
    }
}
