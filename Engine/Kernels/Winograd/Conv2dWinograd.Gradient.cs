using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dWinograd
{
    /// <summary>Whether the sums of the gradient by the weights stay short enough; for more images, or larger ones, the definition's kernels keep
    /// their digits.</summary>
    public static bool FitsGradient(Conv2dGeometry g, int images)
    {
        // of the smaller tiles there are more
        WinogradGradientPlan plan = GradientPlan<WinogradOfTwo, Scalar<double>, double>(g, images);
        return plan.Strips / plan.Parts <= LongSums.Pieces;
    }

    /// <summary>Numbers to borrow for <see cref="BackwardWeight"/>.</summary>
    public static int BackwardWeightLength<F, V, T>(Conv2dGeometry g, int images, int threads)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        WinogradGradientPlan plan = GradientPlan<F, V, T>(g, images);
        int strip = plan.StripLength<T>(F.Size), block = BlockLength<F, V, T>(plan);
        return checked((plan.IsShared ? strip + threads * block : threads * (strip + block)) + plan.Parts * SumsLength<V, T>(g, plan)
            + Alignment / sizeof(T));
    }

    /// <summary>gradWeight[oc, ic, kh, kw] += sum over images and positions of gradOutput[position, oc] · input[what the tap reads there,
    /// ic].</summary>
    /// <remarks>
    /// The transposes of the three steps, in the other order:
    /// <code>
    ///   D  [position, tile, outC]  = A · tile of gradOutput · Aᵀ
    ///   dU [position, inC, outC]   = Vᵀ [inC, tile] · D [tile, outC]      V as on the way forward; a block of channels at a time, all positions
    ///   dg [3 x 3, inC, outC]     += Gᵀ · dU · G                          in the layout of a <see cref="ChannelPanel"/>
    /// </code>
    /// Few channels: a part of the tiles, strip by strip, goes through all of it in a worker's cache, and sums of parts are added in order. Many:
    /// threads share each step of a strip, and a block of channels belongs to one of them; of one strip its dg goes straight to the weights.
    /// </remarks>
    /// <param name="g">The convolution.</param>
    /// <param name="threads">How many may work.</param>
    /// <param name="input">[N, H, W, inC].</param>
    /// <param name="gradOutput">[N, oH, oW, outC].</param>
    /// <param name="scratch">At least <see cref="BackwardWeightLength"/>, overwritten.</param>
    /// <param name="gradWeight">[outC, inC, 3, 3], added to.</param>
    public static void BackwardWeight<F, V, T>(Conv2dGeometry g, int threads, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, Span<T> scratch,
        Span<T> gradWeight)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int images = input.Length / (g.InChannels * g.InputPlane);
        Debug.Assert(Fits(g) && input.Length == images * g.InChannels * g.InputPlane && gradOutput.Length == images * g.OutChannels * g.OutputPlane);
        Debug.Assert(gradWeight.Length == g.OutChannels * g.WindowLength && scratch.Length >= BackwardWeightLength<F, V, T>(g, images, threads));
        WinogradJob<F, V, T> job = WinogradJob<F, V, T>.OfThisThread;
        WinogradGradientPlan plan = job.GradientPlan = GradientPlan<F, V, T>(g, images);
        job.Source = new(g.Rows.Input, g.Columns.Input, g.InChannels, g.Rows.Padding, g.Columns.Padding);
        job.Target = new(g.Rows.Output, g.Columns.Output, g.OutChannels, 0, 0);
        job.Grid = WinogradGrid.Of(F.Outputs, g.Rows.Output, g.Columns.Output, images);
        (job.SumsLength, job.BlockLength, job.StripLength) = (SumsLength<V, T>(g, plan), BlockLength<F, V, T>(plan),
            plan.StripLength<T>(F.Size));
        fixed (T* x = input, dy = gradOutput, work = scratch, dw = gradWeight)
        {
            job.Input = x;
            job.Output = dy;
            job.Weights = dw;
            job.Sums = CacheLines.Align(work);
            job.Scratch = job.Sums + (nint)plan.Parts * job.SumsLength;
            if (!plan.IsShared) WorkerPool.Shared.Run(threads, plan.Parts, job.Part);
            for (int strip = 0; plan.IsShared && strip < plan.Strips; strip++)
            {
                (job.First, job.Count) = (strip * plan.Tiles, Math.Min(plan.Tiles, job.Grid.Count - strip * plan.Tiles));
                WorkerPool.Shared.Run(threads, (job.Count + PieceTiles - 1) / PieceTiles, job.TransformBoth);
                WorkerPool.Shared.Run(threads, Blocks(g.InChannels, plan.BlockInputs) * Blocks(g.OutChannels, plan.BlockOutputs), job.Block);
            }
            if (!plan.IsAtOnce) WorkerPool.Shared.Run(threads, Blocks(g.OutChannels, 2 * V.Count), job.AddWeights);
        }
    }

    private static int Blocks(int channels, int block) => (channels + block - 1) / block;

    private static WinogradGradientPlan GradientPlan<F, V, T>(Conv2dGeometry g, int images) where F : IWinogradForm where V : unmanaged, IVector<V, T>
        where T : unmanaged =>
        WinogradGradientPlan.Of<V, T>(F.Size, WinogradGrid.Of(F.Outputs, g.Rows.Output, g.Columns.Output, images).Count, g.InChannels, g.OutChannels);

    // dg of all pairs of channels, of a part.
    private static int SumsLength<V, T>(Conv2dGeometry g, WinogradGradientPlan plan) where V : unmanaged, IVector<V, T> where T : unmanaged =>
        plan.IsAtOnce ? 0 : checked(Elements * g.InChannels * (Blocks(g.OutChannels, V.Count) * V.Count));

    // dU of a block of them; and dg of two vectors of its output channels.
    private static int BlockLength<F, V, T>(WinogradGradientPlan plan)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged =>
        ProductsLength<F>(plan) + (plan.IsAtOnce ? Elements * plan.BlockInputs * 2 * V.Count : 0);

    private static int ProductsLength<F>(WinogradGradientPlan plan) where F : IWinogradForm =>
        F.Size * F.Size * plan.BlockInputs * plan.BlockOutputs;

    /// <summary>The strips of one part, one after the other.</summary>
    internal static void GradientPart<F, V, T>(WinogradJob<F, V, T> job, int part, int worker)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        WinogradGradientPlan plan = job.GradientPlan;
        T* strip = job.Scratch + (nint)worker * (job.StripLength + job.BlockLength), sums = job.Sums + (nint)part * job.SumsLength;
        int blocks = Blocks(job.Source.Channels, plan.BlockInputs) * Blocks(job.Target.Channels, plan.BlockOutputs);
        for (int s = plan.FirstStrip(part); s < plan.FirstStrip(part + 1); s++)
        {
            int first = s * plan.Tiles, count = Math.Min(plan.Tiles, job.Grid.Count - first);
            TransformBoth(job, first, count, strip, 0, count);
            for (int block = 0; block < blocks; block++) AddBlock(job, block, count, s > plan.FirstStrip(part), strip, strip + job.StripLength, sums);
        }
    }

    /// <summary>Inputs and gradients of outputs of some tiles of the strip at hand.</summary>
    internal static void TransformBothPiece<F, V, T>(WinogradJob<F, V, T> job, int piece)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int first = piece * PieceTiles;
        TransformBoth(job, job.First, job.Count, job.Scratch, first, Math.Min(first + PieceTiles, job.Count));
    }

    /// <summary>A block of channels of the strip at hand.</summary>
    internal static void GradientBlock<F, V, T>(WinogradJob<F, V, T> job, int block, int worker)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        AddBlock(job, block, job.Count, job.First > 0, job.Scratch, job.Scratch + job.StripLength + (nint)worker * job.BlockLength, job.Sums);

    private static void TransformBoth<F, V, T>(WinogradJob<F, V, T> job, int strip, int count, T* v, int first, int end)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        WinogradGradientPlan plan = job.GradientPlan;
        Debug.Assert(end <= count && count <= plan.MostTiles);
        T* d = v + F.Size * F.Size * (nint)plan.InputPosition;
        ToTiles<InputStep<F>, F, V, T>(job.Grid, job.Source, strip + first, strip + end, job.Input, v + (nint)first * plan.InputPitch,
            plan.InputPosition, plan.InputPitch);
        ToTiles<OutputBackStep<F>, F, V, T>(job.Grid, job.Target, strip + first, strip + end, job.Output, d + (nint)first * plan.OutputPitch,
            plan.OutputPosition, plan.OutputPitch);
    }

    /// <summary>dU of a block of channels at every position, and its share of dg: written to the sums, or added, or at once to the
    /// weights'.</summary>
    private static void AddBlock<F, V, T>(WinogradJob<F, V, T> job, int block, int tiles, bool adds, T* v, T* products, T* sums)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        WinogradGradientPlan plan = job.GradientPlan;
        int inputs = job.Source.Channels, pitch = Blocks(job.Target.Channels, V.Count) * V.Count, across = Blocks(inputs, plan.BlockInputs);
        int c = block % across * plan.BlockInputs, depth = Math.Min(plan.BlockInputs, inputs - c), first = block / across * plan.BlockOutputs,
            end = Math.Min(first + plan.BlockOutputs, pitch);
        nint position = (nint)depth * (end - first);
        T* d = v + F.Size * F.Size * (nint)plan.InputPosition;
        for (int p = 0; p < F.Size * F.Size; p++)
            for (int k = first; k < end; k += 2 * V.Count)
            {
                T* x = v + (nint)p * plan.InputPosition + c, y = d + (nint)p * plan.OutputPosition + k, to = products + p * position
                    + (nint)(k - first) * depth;
                if (end - k > V.Count) SumOuter<Pair<V, T>, T>(depth, tiles, x, plan.InputPitch, y, plan.OutputPitch, to);
                else SumOuter<V, T>(depth, tiles, x, plan.InputPitch, y, plan.OutputPitch, to);
            }
        for (int k = first; k < end; k += 2 * V.Count)
        {
            int width = Math.Min(2 * V.Count, pitch - k);
            T* from = products + (nint)(k - first) * depth;
            if (!plan.IsAtOnce)
            {
                TransformBack<F, V, T>(from, position, depth, width, adds, sums + (nint)k * Elements * inputs + (nint)c * width,
                    (nint)inputs * width);
                continue;
            }
            T* own = products + ProductsLength<F>(plan);
            TransformBack<F, V, T>(from, position, depth, width, adds: false, own, (nint)depth * width);
            ChannelPanel.AddTo<V, T>(own, Elements, depth, Math.Min(width, job.Target.Channels - k), width,
                job.Weights + ((nint)k * inputs + c) * Elements, (nint)inputs * Elements);
        }
    }

    /// <summary>to[c, ·] = sum over the tiles of x[tile, c] · y[tile, ·].</summary>
    private static void SumOuter<V, T>(int depth, int tiles, T* x, nint xStep, T* y, nint yStep, T* to) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        var job = new OuterJob<V, T> { Tiles = tiles, X = x, XStep = xStep, Y = y, YStep = yStep, To = to };
        for (int c = 0, rows; c < depth; c += rows, job.X += rows, job.To += rows * V.Count)
            TilesOf<Weighted<V, T>, V, T>.Do(rows = TileSizes.First(depth - c), ref job);
    }

    private struct OuterJob<V, T> : ITileJob<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public int Tiles;
        public T* X, Y, To;
        public nint XStep, YStep;

        public readonly void With<R>() where R : unmanaged, ITile<R, V, T> => SumOuter<R, V, T>(Tiles, X, XStep, Y, YStep, To);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumOuter<R, V, T>(int tiles, T* x, nint xStep, T* y, nint yStep, T* to)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        R sums = default;
        for (; tiles > 0; tiles--, x += xStep, y += yStep) sums.Add(x, 1, V.Load(y));
        sums.Write(to, V.Count, 0);
    }

    /// <summary>to[element, c, ·] = Gᵀ · from[position, c, ·] · G, or that is added; positions and elements a step apart.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void TransformBack<F, V, T>(T* from, nint position, int depth, int width, bool adds, T* to, nint element)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* memory = stackalloc T[Window * (MostSize + 1) * V.Count + Alignment / sizeof(T)], half = CacheLines.Align(memory), line = half
            + Window * MostSize * V.Count;
        for (T* end = from + (nint)depth * width; from < end; from += V.Count, to += V.Count)
        {
            for (int j = 0; j < F.Size; j++) F.WeightBack<V, T>(from + j * position, F.Size * position, half + j * V.Count, F.Size * V.Count);
            for (int i = 0; i < Window; i++)
            {
                F.WeightBack<V, T>(half + i * F.Size * V.Count, V.Count, line, V.Count);
                T* sum = to + i * Window * element;
                for (int j = 0; j < Window; j++, sum += element)
                {
                    V share = V.Load(line + j * V.Count);
                    V.Store(adds ? V.Load(sum) + share : share, sum);
                }
            }
        }
    }

    /// <summary>The sums of all parts, in order, to the gradient of the weights of two vectors of output channels.</summary>
    internal static void AddWeights<F, V, T>(WinogradJob<F, V, T> job, int panel)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int inputs = job.Source.Channels, outputs = job.Target.Channels, k = panel * 2 * V.Count, block = Math.Min(2 * V.Count, outputs - k),
            width = block > V.Count ? 2 * V.Count : V.Count;
        T* sums = job.Sums + (nint)k * Elements * inputs;
        for (int part = 1; part < job.GradientPlan.Parts; part++)
        {
            T* others = sums + (nint)part * job.SumsLength;
            for (int i = 0; i < Elements * inputs * width; i += V.Count) V.Store(V.Load(sums + i) + V.Load(others + i), sums + i);
        }
        ChannelPanel.AddTo<V, T>(sums, Elements, inputs, block, width, job.Weights + (nint)k * inputs * Elements, inputs * Elements);
    }
}
