using System.Diagnostics;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dWinograd
{
    private const int PackDepth = 8;                                         // channels to transform at a time
    private const int FreshDepth = 64, FreshTiles = 128, FreshWeights = 1 << 20; // terms at a time; the most tiles, and the fewest weights

    /// <summary>Weights of a window.</summary>
    public const int Elements = Window * Window;

    /// <summary>Numbers of the weights in some form; none where they stay as they are.</summary>
    public static int PackedLength<F, V, T>(Conv2dGeometry g, bool transposed, WinogradWeights form)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged
    {
        var (depth, block) = transposed ? (g.OutChannels, g.InChannels) : (g.InChannels, g.OutChannels);
        int positions = form switch { WinogradWeights.Plain => 0, WinogradWeights.Sorted => Elements, _ => F.Size * F.Size };
        return checked(positions * depth * ((block + V.Count - 1) / V.Count * V.Count));
    }

    /// <summary>The weights as the products read them. Transformed, U = G · weight · Gᵀ for every pair of channels: position by position, two
    /// vectors of written channels by all that are summed over. Sorted: two vectors of written channels by all that are summed over, all nine
    /// weights of a pair together.</summary>
    /// <param name="g">The convolution.</param>
    /// <param name="transposed">False: for the outputs. True: for the gradient by the inputs.</param>
    /// <param name="weight">[outC, inC, 3, 3].</param>
    /// <param name="scales">[outC], by which the weights of each output channel are multiplied first, for a normalisation that becomes part of them;
    /// or empty.</param>
    /// <param name="form">Sorted or transformed.</param>
    /// <param name="packed">[<see cref="PackedLength"/>], overwritten.</param>
    public static void Pack<F, V, T>(Conv2dGeometry g, bool transposed, ReadOnlySpan<T> weight, ReadOnlySpan<T> scales, WinogradWeights form,
        Span<T> packed)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(weight.Length == g.OutChannels * g.WindowLength && packed.Length >= PackedLength<F, V, T>(g, transposed, form));
        Debug.Assert(scales.IsEmpty || (scales.Length == g.OutChannels && !transposed));
        var (depth, block) = transposed ? (g.OutChannels, g.InChannels) : (g.InChannels, g.OutChannels);
        var (blockStride, depthStride) = Strides(transposed, g.InChannels);
        int pitch = (block + V.Count - 1) / V.Count * V.Count;
        T* memory = stackalloc T[Elements * PackDepth * 2 * V.Count + Alignment / sizeof(T)], aside = CacheLines.Align(memory);
        fixed (T* w = weight, u = packed)
            for (int k = 0; k < pitch; k += 2 * V.Count)
            {
                int width = Math.Min(2 * V.Count, pitch - k), some = Math.Min(width, block - k);
                for (int d = 0, count; d < depth; d += count)
                {
                    count = form == WinogradWeights.Sorted ? 1 : Math.Min(PackDepth, depth - d);
                    nint at = (nint)k * depth + (nint)d * width;
                    T* panel = form == WinogradWeights.Sorted ? u + Elements * at : aside;
                    ChannelPanel.Pack(w + k * blockStride + d * depthStride, blockStride, depthStride, Elements, count, some, width, transposed,
                        panel);
                    if (!scales.IsEmpty) Scale(panel, Elements * count, width, scales.Slice(k, some));
                    if (form == WinogradWeights.Transformed) Transform<F, V, T>(panel, count, width, u + at, (nint)depth * pitch);
                }
            }
    }

    // From one channel of the block to the next, and from one that is summed over to the next, in [outC, inC, 3, 3].
    private static (nint Block, nint Depth) Strides(bool transposed, int inChannels)
    {
        nint across = (nint)Elements * inChannels;
        return transposed ? (Elements, across) : (across, Elements);
    }

    // Every row of a panel, by the factors of its channels.
    private static void Scale<T>(T* panel, int rows, int width, ReadOnlySpan<T> scales) where T : unmanaged, INumber<T>
    {
        for (; rows > 0; rows--, panel += width)
            TensorPrimitives.Multiply(new ReadOnlySpan<T>(panel, scales.Length), scales, new Span<T>(panel, scales.Length));
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

    // A panel before it is transformed, and at every position.
    private static int FreshLength<F, V, T>() where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged =>
        Elements * PackDepth * 2 * V.Count + F.Size * F.Size * FreshPosition<V, T>();

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
        T* aside = job.Fresh + (nint)worker * FreshLength<F, V, T>(), u = aside + Elements * PackDepth * 2 * V.Count;
        T* m = job.Scratch + positions * (nint)plan.SourcePosition + k;
        TileSizes sizes = TileSizes.Of(job.Count, vectors: width / V.Count);
        if (job.IsShared && !job.HasRead[worker])                            // other cores have transformed some of the tiles
        {
            job.HasRead[worker] = true;
            CacheLines.Read(job.Scratch, 1, 0, positions * (nint)plan.SourcePosition);
        }
        var rows = new Rows<T> { SourceStep = plan.SourcePitch, TargetStep = plan.TargetPitch, Share = width / sizes.Count };
        for (int first = 0; first < job.Depth; first += FreshDepth)
        {
            int terms = Math.Min(FreshDepth, job.Depth - first);
            for (int d = 0; d < terms; d += PackDepth)
            {
                int count = Math.Min(PackDepth, terms - d);
                ChannelPanel.Pack(job.Weights + k * blockStride + (first + d) * depthStride, blockStride, depthStride, Elements, count, some, width,
                    job.IsTransposed, aside);
                Transform<F, V, T>(aside, count, width, u + (nint)d * width, position);
            }
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
    private static void Transform<F, V, T>(T* panel, int depth, int width, T* to, nint position)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* memory = stackalloc T[Window * MostSize * V.Count + Alignment / sizeof(T)], half = CacheLines.Align(memory);
        nint element = (nint)depth * width;
        for (int d = 0; d < depth; d++)
            for (int c = 0; c < width; c += V.Count, panel += V.Count, to += V.Count)
            {
                for (int j = 0; j < Window; j++) F.Weight<V, T>(panel + j * element, Window * element, half + j * V.Count, Window * V.Count);
                for (int i = 0; i < F.Size; i++) F.Weight<V, T>(half + i * Window * V.Count, V.Count, to + i * F.Size * position, position);
            }
    }
}
