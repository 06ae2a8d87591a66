using System.Diagnostics;
using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>Convolution by a 3x3 window in a quarter of the multiplications, or 4/9 of them: Winograd's, for images whose channels lie side by
/// side.</summary>
/// <remarks>
/// A tile of m x m outputs needs (m + 2) x (m + 2) inputs and as many products for each pair of channels, not 9·m·m. In three steps:
/// <code>
///   V [position, tile, inC]   = Bᵀ · tile of the input · B        transform: additions only
///   M [position, tile, outC]  = V [tile, inC] · U [inC, outC]     one matrix product for each position; U = G · weight · Gᵀ, made before
///   tile of the output        = Aᵀ · M · A                        transform back
/// </code>
/// A strip of tiles, of several images where these are small, goes through all three while it is in the cache. One small image gets a frame of
/// zeros first, and its last tiles lie over those before: so no tile meets an edge. The gradient by the input is the same
/// convolution with the weights turned by half a circle and their two kinds of channels exchanged. Every sum has one order, so neither strips nor
/// threads change a bit. How it works: docs/winograd.md; with plain loops: <see cref="WinogradNaive"/>.
/// Stride, dilation and groups are 1, padding is zeros: <see cref="Fits"/>.
/// </remarks>
internal static unsafe partial class Conv2dWinograd
{
    private const int Alignment = CacheLines.Bytes;
    private const int Window = 3;
    private const int PieceTiles = 8, PiecePanels = 4;                       // of a strip whose steps threads share
    private const int FramedNumbers = 1 << 16;                               // of an image that gets a frame first
    private const int Depth = LongSums.Piece;                                // terms that are summed in registers

    /// <summary>Whether a convolution can be computed so.</summary>
    public static bool Fits(Conv2dGeometry g) => g.Groups == 1 && IsPlain(g.Rows) && IsPlain(g.Columns);

    private static bool IsPlain(WindowAxis axis) => axis is { Kernel: Window, Stride: 1, Dilation: 1, Mode: PaddingMode.Zeros };

    /// <summary>Numbers to borrow for <see cref="Forward"/>.</summary>
    public static int ForwardLength<F, V, T>(Conv2dGeometry g, int images, int threads, WinogradWeights form)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        WorkLength<F, V, T>(g.Rows.Output, g.Columns.Output, g.InChannels, g.OutChannels, images, threads, form);

    /// <summary>Numbers to borrow for <see cref="BackwardInput"/>.</summary>
    public static int BackwardInputLength<F, V, T>(Conv2dGeometry g, int images, int threads, WinogradWeights form)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        WorkLength<F, V, T>(g.Rows.Input, g.Columns.Input, g.OutChannels, g.InChannels, images, threads, form);

    /// <summary>output = bias + input * weight, then addend is added, if there is one, and the activation applied; output is overwritten.</summary>
    /// <param name="g">The convolution.</param>
    /// <param name="threads">How many may work.</param>
    /// <param name="input">[N, H, W, inC].</param>
    /// <param name="weight">[outC, inC, 3, 3], or what <see cref="Pack"/> made of it, [<see cref="PackedLength"/>].</param>
    /// <param name="form">Which of these.</param>
    /// <param name="bias">[outC] or empty.</param>
    /// <param name="addend">Like the output, or empty.</param>
    /// <param name="activation">What becomes of every sum.</param>
    /// <param name="scratch">At least <see cref="ForwardLength"/>, overwritten.</param>
    /// <param name="output">[N, oH, oW, outC].</param>
    public static void Forward<F, V, T>(Conv2dGeometry g, int threads, ReadOnlySpan<T> input, ReadOnlySpan<T> weight, WinogradWeights form,
        ReadOnlySpan<T> bias, ReadOnlySpan<T> addend, Activation<T> activation, Span<T> scratch, Span<T> output)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(IsAllOf<F, V, T>(weight, g, transposed: false, form) && (bias.IsEmpty || bias.Length == g.OutChannels));
        Debug.Assert(addend.IsEmpty || addend.Length >= output.Length);
        fixed (T* b = bias, extra = addend)
        {
            WinogradJob<F, V, T> job = WinogradJob<F, V, T>.OfThisThread;
            job.Activation = activation;
            job.Bias = b;
            job.Addend = extra;
            job.Source = new(g.Rows.Input, g.Columns.Input, g.InChannels, g.Rows.Padding, g.Columns.Padding);
            job.Target = new(g.Rows.Output, g.Columns.Output, g.OutChannels, 0, 0);
            job.IsTransposed = false;
            Correlate(job, threads, input, weight, form, scratch, output);
        }
    }

    /// <summary>gradInput = what each input fed, by the weight it met there; gradInput is overwritten.</summary>
    /// <param name="g">The convolution.</param>
    /// <param name="threads">How many may work.</param>
    /// <param name="gradOutput">[N, oH, oW, outC].</param>
    /// <param name="weight">[outC, inC, 3, 3], or what <see cref="Pack"/> made of it for the way back.</param>
    /// <param name="form">Which of these.</param>
    /// <param name="addend">Like the input, added to its gradient, or empty.</param>
    /// <param name="scratch">At least <see cref="BackwardInputLength"/>, overwritten.</param>
    /// <param name="gradInput">[N, H, W, inC].</param>
    public static void BackwardInput<F, V, T>(Conv2dGeometry g, int threads, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> weight,
        WinogradWeights form, ReadOnlySpan<T> addend, Span<T> scratch, Span<T> gradInput)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(IsAllOf<F, V, T>(weight, g, transposed: true, form) && (addend.IsEmpty || addend.Length >= gradInput.Length));
        WinogradJob<F, V, T> job = WinogradJob<F, V, T>.OfThisThread;
        job.Activation = default;
        job.Bias = null;
        job.Source = new(g.Rows.Output, g.Columns.Output, g.OutChannels, Window - 1 - g.Rows.Padding, Window - 1 - g.Columns.Padding);
        job.Target = new(g.Rows.Input, g.Columns.Input, g.InChannels, 0, 0);
        fixed (T* extra = addend)
        {
            job.Addend = extra;
            job.IsTransposed = true;
            Correlate(job, threads, gradOutput, weight, form, scratch, gradInput);
        }
    }

    private static bool IsAllOf<F, V, T>(ReadOnlySpan<T> weight, Conv2dGeometry g, bool transposed, WinogradWeights form)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        Fits(g) && (form != WinogradWeights.Sorted || FitsFour(g)) && (form == WinogradWeights.Plain ? weight.Length == g.OutChannels * g.WindowLength
            : weight.Length >= PackedLength<F, V, T>(g, transposed, form));

    private static int WorkLength<F, V, T>(int height, int width, int source, int target, int images, int threads, WinogradWeights form)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int tiles = WinogradGrid.Of(F.Outputs, height, width, images).Count;
        WinogradPlan plan = WinogradPlan.Of<V, T>(F.Size, tiles, source, target, form);
        int frame = FrameOf<F, V, T>(height, width, source, images) is { } one ? one.Length + Alignment / sizeof(T) : 0;
        int strips = plan.Length<T>(F.Size) * (plan.Alone(tiles, threads) > 0 ? threads : 1),
            fresh = form == WinogradWeights.Plain ? threads * FreshLength<F, V, T>() : 0;
        return checked(strips + fresh + frame + 2 * Alignment / sizeof(T));
    }

    /// <summary>One small image with zeros around, and behind channels that fill no vector: so every tile reads alike. None for others.</summary>
    private static Plane? FrameOf<F, V, T>(int height, int width, int channels, int images)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        if (images != 1) return null;
        var frame = new Plane(Math.Max(height, F.Outputs) + Window - 1, Math.Max(width, F.Outputs) + Window - 1, Math.Max(channels, V.Count), 0, 0);
        return frame.Height * frame.Row <= FramedNumbers ? frame : null;
    }

    /// <summary>The three steps, strip by strip.</summary>
    private static void Correlate<F, V, T>(WinogradJob<F, V, T> job, int threads, ReadOnlySpan<T> source, ReadOnlySpan<T> weight,
        WinogradWeights form, Span<T> scratch, Span<T> target)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Plane from = job.Source, to = job.Target;
        int image = from.Height * from.Width * from.Channels, images = source.Length / image;
        Debug.Assert(source.Length == images * image && target.Length == images * to.Height * to.Width * to.Channels);
        Plane? framed = FrameOf<F, V, T>(to.Height, to.Width, from.Channels, images);
        WinogradGrid grid = job.Grid = framed is null ? WinogradGrid.Of(F.Outputs, to.Height, to.Width, images)
            : WinogradGrid.Within(F.Outputs, to.Height, to.Width, images);
        WinogradPlan plan = job.Plan = WinogradPlan.Of<V, T>(F.Size, grid.Count, from.Channels, to.Channels, form);
        Debug.Assert(scratch.Length >= WorkLength<F, V, T>(to.Height, to.Width, from.Channels, to.Channels, images, threads, form));
        job.Depth = from.Channels;
        fixed (T* x = source, w = weight, y = target, work = scratch)
        {
            job.Input = x;
            job.Weights = w;
            job.Output = y;
            job.Scratch = CacheLines.Align(work);
            if (framed is { } frame)
            {
                Frame(from, x, frame, job.Scratch);
                job.Source = frame;
                job.Input = job.Scratch;
                job.Scratch = CacheLines.Align(job.Scratch + frame.Length);
            }
            job.Fresh = CacheLines.Align(job.Scratch + plan.Length<T>(F.Size));
            int strips = plan.Strips(grid.Count), alone = plan.Alone(grid.Count, threads);
            job.IsShared = false;
            WorkerPool.Shared.Run(threads, alone, job.Strip);
            job.IsShared = threads > 1;
            if (job.HasRead.Length < threads) job.HasRead = new bool[threads];
            int panels = (plan.TargetPitch + 2 * V.Count - 1) / (2 * V.Count);
            for (int strip = alone; strip < strips; strip++)
            {
                (job.First, job.Count) = (strip * plan.Tiles, Math.Min(plan.Tiles, grid.Count - strip * plan.Tiles));
                int pieces = (job.Count + PieceTiles - 1) / PieceTiles;
                Array.Clear(job.HasRead);
                WorkerPool.Shared.Run(threads, pieces, job.Transform);
                if (plan.IsFresh) WorkerPool.Shared.Run(threads, panels, form == WinogradWeights.Sorted ? job.MultiplyFour : job.MultiplyFresh);
                else WorkerPool.Shared.Run(threads, F.Size * F.Size * ((panels + PiecePanels - 1) / PiecePanels), job.Multiply);
                WorkerPool.Shared.Run(threads, pieces, job.TransformBack);
            }
        }
    }

    /// <summary>An image, as much of it as the tiles read, into a frame of zeros.</summary>
    private static void Frame<T>(in Plane plane, T* image, in Plane frame, T* to) where T : unmanaged
    {
        new Span<T>(to, frame.Length).Clear();
        int left = Math.Max(0, plane.Left), beyond = Math.Max(0, -plane.Left), columns = Math.Min(plane.Width - beyond, frame.Width - left);
        bool isWhole = plane.Channels == frame.Channels;
        int runs = isWhole ? 1 : columns, run = (isWhole ? columns : 1) * plane.Channels;
        for (int h = Math.Max(0, plane.Top); h < frame.Height && h - plane.Top < plane.Height; h++)
        {
            T* x = image + (h - plane.Top) * plane.Row + beyond * plane.Channels, y = to + h * frame.Row + left * frame.Channels;
            for (int i = 0; i < runs; i++, x += run, y += frame.Channels) new Span<T>(x, run).CopyTo(new(y, run));
        }
    }

    /// <summary>All three steps of one strip, in a worker's own memory.</summary>
    internal static void Strip<F, V, T>(WinogradJob<F, V, T> job, int strip, int worker)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        WinogradPlan plan = job.Plan;
        int first = strip * plan.Tiles, end = Math.Min(first + plan.Tiles, job.Grid.Count);
        T* v = job.Scratch + (nint)worker * plan.Length<T>(F.Size), m = v + F.Size * F.Size * (nint)plan.SourcePosition;
        ToTiles<InputStep<F>, F, V, T>(job.Grid, job.Source, first, end, job.Input, v, plan.SourcePosition, plan.SourcePitch);
        Multiply(job, 0, F.Size * F.Size, 0, plan.TargetPitch, end - first, v, m);
        FromTiles(job, first, end, m);
    }

    /// <summary>The first step, for some tiles of the strip at hand.</summary>
    internal static void TransformPiece<F, V, T>(WinogradJob<F, V, T> job, int piece)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int first = piece * PieceTiles, end = Math.Min(first + PieceTiles, job.Count);
        ToTiles<InputStep<F>, F, V, T>(job.Grid, job.Source, job.First + first, job.First + end, job.Input, job.Scratch
            + (nint)first * job.Plan.SourcePitch,
            job.Plan.SourcePosition, job.Plan.SourcePitch);
    }

    /// <summary>The products of one position, for some output channels.</summary>
    internal static void MultiplyPiece<F, V, T>(WinogradJob<F, V, T> job, int piece)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int width = PiecePanels * 2 * V.Count, blocks = (job.Plan.TargetPitch + width - 1) / width, first = piece % blocks * width;
        Multiply(job, piece / blocks, 1, first, Math.Min(first + width, job.Plan.TargetPitch), job.Count, job.Scratch,
            job.Scratch + F.Size * F.Size * (nint)job.Plan.SourcePosition);
    }

    /// <summary>The last step, for some tiles of the strip at hand.</summary>
    internal static void TransformBackPiece<F, V, T>(WinogradJob<F, V, T> job, int piece)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int first = piece * PieceTiles, end = Math.Min(first + PieceTiles, job.Count);
        FromTiles(job, job.First + first, job.First + end, job.Scratch + F.Size * F.Size * (nint)job.Plan.SourcePosition
            + (nint)first * job.Plan.TargetPitch);
    }

    private static void FromTiles<F, V, T>(WinogradJob<F, V, T> job, int first, int end, T* m)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        var back = new TilesBack<F, V, T> { Job = job, First = first, End = end, Products = m };
        job.Activation.Do(ref back);
    }

    private struct TilesBack<F, V, T> : IActivationJob<T> where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public WinogradJob<F, V, T> Job;
        public int First, End;
        public T* Products;

        public readonly void With<A>(A activation) where A : struct, IActivation<T> =>
            FromTiles<A, F, V, T>(activation, Job.Grid, Job.Target, First, End, Products,
            Job.Plan.TargetPosition, Job.Plan.TargetPitch, Job.IsShared, Job.Bias, Job.Addend, Job.Output);
    }

    /// <summary>M [tiles, outC] = V [tiles, inC] · U [inC, outC] of some positions, for the output channels from first to end.</summary>
    /// <remarks>A panel of U holds two vectors of output channels; a tile of sums is some rows of V by those. The weights of a panel for as many
    /// terms as registers sum up stay in the nearest cache while all rows pass by, and these share the fetching of the next.</remarks>
    private static void Multiply<F, V, T>(WinogradJob<F, V, T> job, int position, int positions, int first, int end, int tiles, T* v, T* m)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        WinogradPlan plan = job.Plan;
        int depth = job.Depth;
        nint weights = (nint)depth * plan.TargetPitch;
        T* u = job.Weights + position * weights;
        v += (nint)position * plan.SourcePosition;
        m += (nint)position * plan.TargetPosition;
        TileSizes pairs = TileSizes.Of(tiles), singles = TileSizes.Of(tiles, vectors: 1);
        var rows = new Rows<T> { SourceStep = plan.SourcePitch, TargetStep = plan.TargetPitch };
        for (; positions > 0; positions--, u += weights, v += plan.SourcePosition, m += plan.TargetPosition)
            for (int k = first; k < end; k += 2 * V.Count)
            {
                bool isPair = end - k > V.Count;
                int width = isPair ? 2 * V.Count : V.Count;
                rows.Share = width / (isPair ? pairs : singles).Count;
                for (int d = 0; d < depth; d += Depth)
                {
                    (rows.Depth, rows.Adds) = (Math.Min(Depth, depth - d), d > 0);
                    rows.Weights = u + (nint)k * depth + (nint)d * width;
                    rows.Next = rows.Weights + rows.Depth * width;
                    rows.Source = v + d;
                    rows.Target = m + k;
                    if (isPair) Multiply<Pair<V, T>, T>(pairs, ref rows);
                    else Multiply<V, T>(singles, ref rows);
                }
            }
    }
}
