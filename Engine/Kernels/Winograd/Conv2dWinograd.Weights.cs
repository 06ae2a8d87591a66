using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dWinograd
{
    private const int PackDepth = 8;                                         // channels to transform at a time
    private const int FreshDepth = 128, FreshTiles = 128, FreshWeights = 1 << 20; // terms at a time; the most tiles, and the fewest weights

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
        nint blockStride = Strides(transposed, g.InChannels).Block;
        int pitch = (block + V.Count - 1) / V.Count * V.Count;
        T* memory = stackalloc T[Elements * PackDepth * 2 * V.Count + 2 * V.Count + Alignment / sizeof(T)], panel = Align(memory), scale = panel
            + Elements * PackDepth * 2 * V.Count;
        fixed (T* w = weight, u = packed)
            for (int k = 0; k < pitch; k += 2 * V.Count)
            {
                int width = Math.Min(2 * V.Count, pitch - k), some = Math.Min(width, block - k);
                new Span<T>(scale, width).Fill(T.One);
                if (!scales.IsEmpty) scales.Slice(k, some).CopyTo(new(scale, some));
                PackPanel<F, V, T>(w + k * blockStride, g.InChannels, transposed, depth, some, width, panel, scale, u + (nint)k * depth,
                    (nint)depth * pitch);
            }
    }

    // From one channel of the block to the next, and from one that is summed over to the next, in [outC, inC, 3, 3].
    private static (nint Block, nint Depth) Strides(bool transposed, int inChannels)
    {
        nint across = (nint)Elements * inChannels;
        return transposed ? (Elements, across) : (across, Elements);
    }

    /// <summary>to[position, d, c] = the weights of some channels of the block by so many that are summed over, transformed.</summary>
    private static void PackPanel<F, V, T>(T* weights, int inChannels, bool transposed, int depth, int block, int width, T* panel, T* scale, T* to,
        nint position)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        var (blockStride, depthStride) = Strides(transposed, inChannels);
        for (int d = 0; d < depth; d += PackDepth)
        {
            int count = Math.Min(PackDepth, depth - d);
            ChannelPanel.Pack(weights + d * depthStride, blockStride, depthStride, Elements, count, block, width, transposed, panel);
            Transform<F, V, T>(panel, count, width, scale, to + (nint)d * width, position);
        }
    }

    /// <summary>Whether so few tiles meet so many weights that these are better transformed where they are read than beforehand: each is met once,
    /// and transformed they would go to memory and come back from there, four times what they were.</summary>
    /// <param name="outputs">Of a tile along an axis.</param>
    /// <param name="g">The convolution.</param>
    /// <param name="direction">Never for the gradient by the weights, which reads none.</param>
    /// <param name="images">Of a block.</param>
    public static bool FitsFresh(int outputs, Conv2dGeometry g, Conv2dDirection direction, int images)
    {
        int size = outputs + Window - 1;
        var (rows, columns) = direction == Conv2dDirection.BackwardInput ? (g.Rows.Input, g.Columns.Input) : (g.Rows.Output, g.Columns.Output);
        return direction != Conv2dDirection.BackwardWeight && (long)size * size * g.InChannels * g.OutChannels >= FreshWeights
            && WinogradGrid.Of(outputs, rows, columns, images).Count <= FreshTiles;
    }

    private static int FreshPosition<V, T>()
        where V : unmanaged, IVector<V, T> where T : unmanaged => WinogradPlan.Apart(FreshDepth * 2 * V.Count, sizeof(T));

    // A panel before it is transformed, factors of one, and the panel at every position.
    private static int FreshLength<F, V, T>() where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged =>
        (Elements * PackDepth + 1) * 2 * V.Count + F.Size * F.Size * FreshPosition<V, T>();

    /// <summary>The products of all positions for two vectors of output channels, with weights that are transformed for it: as many terms at a time
    /// as fit into the cache.</summary>
    internal static void MultiplyFresh<F, V, T>(WinogradJob<F, V, T> job, int piece, int worker)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        WinogradPlan plan = job.Plan;
        int k = piece * 2 * V.Count, width = Math.Min(2 * V.Count, plan.TargetPitch - k), some = Math.Min(width, job.Target.Channels - k),
            positions = F.Size * F.Size, position = FreshPosition<V, T>();
        int inChannels = job.IsTransposed ? job.Target.Channels : job.Depth;
        var (blockStride, depthStride) = Strides(job.IsTransposed, inChannels);
        T* panel = job.Fresh + (nint)worker * FreshLength<F, V, T>(), ones = panel + Elements * PackDepth * 2 * V.Count, u = ones + 2 * V.Count;
        new Span<T>(ones, 2 * V.Count).Fill(T.One);
        T* m = job.Scratch + positions * (nint)plan.SourcePosition + k;
        TileSizes sizes = TileSizes.Of(job.Count);
        var rows = new Rows<T> { SourceStep = plan.SourcePitch, TargetStep = plan.TargetPitch, Share = width / sizes.Count };
        for (int first = 0; first < job.Depth; first += FreshDepth)
        {
            int terms = Math.Min(FreshDepth, job.Depth - first);
            PackPanel<F, V, T>(job.Weights + k * blockStride + first * depthStride, inChannels, job.IsTransposed, terms, some, width, panel, ones, u,
                position);
            for (int i = 0; i < positions; i++)
            {
                (rows.Depth, rows.Adds) = (terms, first > 0);
                rows.Weights = u + (nint)i * position;
                rows.Next = rows.Weights + (i + 1 < positions ? position : 0);
                rows.Source = job.Scratch + i * (nint)plan.SourcePosition + first;
                rows.Target = m + i * (nint)plan.TargetPosition;
                if (width > V.Count) Multiply<Pair<V, T>, T>(sizes, ref rows);
                else Multiply<V, T>(sizes, ref rows);
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
