using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dChannels
{
    /// <summary>gradWeight[oc, ic, kh, kw] += sum over images and positions of
    /// gradOutput[position, oc] · input[what the tap reads there, ic].</summary>
    /// <remarks>
    /// For each element of the kernel an outer product, summed over the outputs for which it lies on the image: the output
    /// channels are the vector, the input channels the rows of a tile, their numbers taken one by one. So nothing is ever
    /// summed across a vector. A piece of work is some input by some output channels and sums in a panel of its own, laid
    /// out as <see cref="ChannelPanel"/>, over patches of positions that stay in the cache. Where input channels are few,
    /// neighbouring elements of the kernel are rows of a tile too. Depthwise: <see cref="DepthwiseGradientPiece"/>.
    /// Where patches are many, a number of them is added up apart first, so that long sums do not drift (<see cref="LongSums"/>).
    /// Of few weights and many positions each piece sums shares of these by themselves, for threads to share; they are added in order.
    /// Of windows of one pixel each number is read for few products: so while a patch is summed, every tile fetches a cache line of each position of
    /// the patch after it.
    /// </remarks>
    /// <param name="tables">The convolution.</param>
    /// <param name="threads">How many may work.</param>
    /// <param name="input">[N, H, W, inC].</param>
    /// <param name="gradOutput">[N, oH, oW, outC].</param>
    /// <param name="scratch">At least <see cref="WorkLength"/>, overwritten.</param>
    /// <param name="gradWeight">[outC, inC/groups, kH, kW], added to.</param>
    /// <param name="gradBias">[outC], added to as by <see cref="BackwardBias"/>; or empty. Depthwise, gradOutput is read once for both.</param>
    public static void BackwardWeight<V, T>(
        ChannelTables tables, int threads, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, Span<T> scratch, Span<T> gradWeight,
        Span<T> gradBias = default)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = tables.Geometry;
        int images = input.Length / (g.InChannels * g.InputPlane), width = 2 * V.Count;
        Debug.Assert(input.Length == images * g.InChannels * g.InputPlane && gradOutput.Length == images * g.OutChannels * g.OutputPlane);
        Debug.Assert(gradWeight.Length == g.OutChannels * g.WindowLength && scratch.Length >= WorkLength<V, T>(tables, threads));
        int summed = 0;                                                      // channels whose bias has its gradient
        ChannelJob<V, T> job = ChannelJob<V, T>.OfThisThread;
        fixed (T* x = input, dy = gradOutput, work = scratch, dw = gradWeight, db = gradBias)
        {
            (job.Tables, job.Images) = (tables, images);
            job.Source = x;
            job.Target = dy;
            job.Weights = dw;
            int kept = SharesLength<V, T>(tables, images);
            job.Shares = CacheLines.Align(work);
            job.Scratch = job.Shares + kept;
            job.WorkerScratch = (scratch.Length - kept - Alignment / sizeof(T)) / threads / width * width;
            foreach (ChannelPart part in ChannelPart.Of(g, transposed: false, V.Count))
            {
                (job.FirstGroup, job.Groups, job.Depth, job.Block) = (part.FirstGroup, part.Groups, part.Depth, part.Block);
                if (part.IsDepthwise)
                {
                    job.PieceBlock = ChannelPlan.DepthwiseChannels(job.Block, V.Count);
                    if (tables.GridsHoldAll) summed = job.Block;
                    job.Bias = summed > 0 ? db : null;
                    WorkerPool.Shared.Run(threads, job.PieceBlocks, job.DepthwiseGradient);
                    continue;
                }
                (job.DepthStep, job.SharePieces, job.ShareCount) = GradientPieces<V, T>(tables, part, images);
                job.ShareLength = g.KernelLength * job.DepthStep * width;
                WorkerPool.Shared.Run(threads, job.SharePieces * job.ShareCount, job.Gradient);
                for (int i = 0; i < job.SharePieces * job.ShareCount && job.ShareCount > 1; i++)
                    AddGradient(job, PieceOf(job, i % job.SharePieces), job.Shares + (nint)i * job.ShareLength);
            }
        }
        if (summed < gradBias.Length) SumChannels<V, T>(g.OutputPlane, gradOutput, gradBias, threads, summed);
    }

    // Input channels of a piece, how many pieces there are, and into how many shares of the positions each is cut.
    private static (int DepthStep, int Pieces, int Shares) GradientPieces<V, T>(ChannelTables tables, ChannelPart part, int images)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int width = 2 * V.Count, others = part.Groups * ((part.Block + width - 1) / width);
        int step = ChannelPlan.GradientStep(part.Elements, part.Depth, width * sizeof(T), others), pieces = others * ((part.Depth + step - 1) / step);
        return (step, pieces, ChannelPlan.GradientShares(pieces, (long)images * tables.Geometry.OutputPlane));
    }

    /// <summary>Numbers of all shares' sums, where there are several.</summary>
    private static int SharesLength<V, T>(ChannelTables tables, int images) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        foreach (ChannelPart part in ChannelPart.Of(tables.Geometry, transposed: false, V.Count))
        {
            if (part.IsDepthwise) continue;
            var (step, pieces, shares) = GradientPieces<V, T>(tables, part, images);
            return shares > 1 ? shares * pieces * part.Elements * step * 2 * V.Count : 0;
        }
        return 0;
    }

    /// <summary>Some input by some output channels.</summary>
    private readonly record struct GradientPart(int Channel, int Block, int Group, int FirstDepth, int Depth, int PanelWidth);

    private static GradientPart PieceOf<V, T>(ChannelJob<V, T> job, int piece) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int width = 2 * V.Count, blocks = (job.Block + width - 1) / width, c = piece % blocks * width, block = Math.Min(width, job.Block - c);
        int rest = piece / blocks, d = rest / job.Groups * job.DepthStep;
        return new(c, block, job.FirstGroup + rest % job.Groups, d, Math.Min(job.DepthStep, job.Depth - d), block > V.Count ? width : V.Count);
    }

    private static void AddGradient<V, T>(ChannelJob<V, T> job, GradientPart part, T* sums)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = job.Tables.Geometry;
        T* weights = job.Weights + (part.Group * g.GroupOutputs + part.Channel) * (nint)g.WindowLength + part.FirstDepth * g.KernelLength;
        ChannelPanel.AddTo<V, T>(sums, g.KernelLength, part.Depth, part.Block, part.PanelWidth, weights, g.WindowLength);
    }

    private static int GradientLength<V, T>(ChannelTables tables) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = tables.Geometry;
        int width = 2 * V.Count, step = ChannelPlan.GradientStep(g.KernelLength, g.GroupInputs, width * sizeof(T), int.MaxValue);
        int most = width * (3 * g.KernelLength * step + ChannelPlan.MostPositions(g.Columns.Output, tables.MergesPatches) + TileSizes.Most);
        return tables.IsDepthwise ? Math.Max(most, Lanes.RoundUp(3 * (g.KernelLength + 1) * ChannelPlan.DepthwiseChannels(g.Groups, V.Count))) : most;
    }

    /// <summary>Some input by some output channels of one group: where they lie, and the sums of their weights' gradients.</summary>
    private struct Gradient<T> where T : unmanaged
    {
        public T* Input, GradOutput, Panel, Tile;
        public T* NextInput, NextGradOutput;                                 // of the patch after it, to be fetched; none where nothing is
        public int NextTop;
        public int Depth, Images, Top, Bottom;                               // input channels; the patch that is summed at the moment
        public nint InputRow, OutputRow, OutputStep, InputImage, OutputImage;
        public int InputStep;
    }

    internal static void GradientPiece<V, T>(ChannelJob<V, T> job, int number, int worker)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = job.Tables.Geometry;
        int share = number / job.SharePieces, elements = g.KernelLength;
        GradientPart part = PieceOf(job, number % job.SharePieces);
        int block = part.Block, depth = part.Depth, panelWidth = part.PanelWidth, length = elements * depth * panelWidth;
        T* panel = job.Scratch + (nint)worker * job.WorkerScratch, total = panel + length, excess = total + length, gathered = excess + length;
        T* x = job.Source + part.Group * g.GroupInputs + part.FirstDepth, dy = job.Target + part.Group * g.GroupOutputs + part.Channel;
        new Span<T>(panel, length).Clear();
        var sums = new Gradient<T>
        {
            Depth = depth, Panel = panel, Tile = gathered + ChannelPlan.MostPositions(g.Columns.Output, job.Tables.MergesPatches) * panelWidth,
            InputStep = g.InChannels, InputRow = (nint)g.InChannels * g.Columns.Input, InputImage = (nint)g.InChannels * g.InputPlane,
        };
        bool isPartFilled = block < panelWidth;                              // a vector reaches beyond the last channel
        (int images, int rows) = ChannelPlan.Patch(g.Rows.Output, g.Columns.Output, job.Tables.MergesPatches);
        int perImages = (g.Rows.Output + rows - 1) / rows, patches = (job.Images + images - 1) / images * perImages;
        int first = Parts.Begin(patches, share, job.ShareCount), end = Parts.Begin(patches, share + 1, job.ShareCount);
        bool isLong = end - first > LongSums.Pieces;
        if (isLong) new Span<T>(total, 2 * length).Clear();
        for (int patch = first; patch < end; patch++)
        {
            int image = patch / perImages * images;
            sums.Top = patch % perImages * rows;
            (sums.Images, sums.Bottom) = (Math.Min(images, job.Images - image), Math.Min(g.Rows.Output, sums.Top + rows));
            sums.Input = x + image * sums.InputImage;
            T* from = dy + ((nint)image * g.OutputPlane + sums.Top * g.Columns.Output) * g.OutChannels;
            if (job.Tables.MergesPatches) ReadPatches(g, sums, from, block);
            int positions = (sums.Bottom - sums.Top) * g.Columns.Output;     // several images are taken whole
            long after = (long)(job.Images - image) * g.OutputPlane - sums.Top * g.Columns.Output - sums.Images * positions;
            // Windows of one pixel read a position once: what lies behind it may come along, where there is enough. Nobody looks at its sums.
            bool gathers = isPartFilled && (elements > 1 || after * g.OutChannels < panelWidth);
            if (gathers)
            {
                Gather(from, g.OutChannels, sums.Images * positions, block, panelWidth, gathered);
                (sums.OutputStep, sums.OutputImage) = (panelWidth, (nint)positions * panelWidth);
                from = gathered;
            }
            else
                (sums.OutputStep, sums.OutputImage) = (g.OutChannels, (nint)g.OutChannels * g.OutputPlane);
            sums.OutputRow = sums.OutputStep * g.Columns.Output;
            sums.GradOutput = from - sums.Top * sums.OutputRow;              // as if it were the whole image
            if (elements == 1 && !job.Tables.MergesPatches)
            {
                int next = sums.Bottom < g.Rows.Output ? image : image + images;
                sums.NextTop = sums.Bottom < g.Rows.Output ? sums.Bottom : 0;
                sums.NextInput = next < job.Images ? x + next * sums.InputImage : null;
                sums.NextGradOutput = gathers ? null : dy + (nint)next * g.OutputPlane * g.OutChannels;
            }
            if (block > V.Count) Rows<Weighted<Pair<V, T>, T>, Pair<V, T>, T>(job.Tables, sums);
            else Rows<Weighted<V, T>, V, T>(job.Tables, sums);
            if (!isLong || (patch + 1 - first) % LongSums.Pieces != 0) continue;
            LongSums.Add<V, T>(panel, excess, total, length);
            new Span<T>(panel, length).Clear();
        }
        if (isLong)
        {
            LongSums.Add<V, T>(panel, excess, total, length);
            panel = total;
        }
        if (job.ShareCount > 1) new Span<T>(panel, length).CopyTo(new(job.Shares + (nint)number * job.ShareLength, length));
        else AddGradient(job, part, panel);
    }

    /// <summary>Has the memory bring a patch, its inputs and its outputs.</summary>
    private static void ReadPatches<T>(Conv2dGeometry g, in Gradient<T> sums, T* gradOutput, int block) where T : unmanaged
    {
        int top = sums.Top * g.Rows.Input / g.Rows.Output, bottom = sums.Bottom * g.Rows.Input / g.Rows.Output;
        for (int n = 0; n < sums.Images; n++)
            CacheLines.Read(sums.Input + n * sums.InputImage + top * sums.InputRow, (bottom - top) * g.Columns.Input, sums.InputStep, sums.Depth);
        CacheLines.Read(gradOutput, (sums.Bottom - sums.Top) * g.Columns.Output * sums.Images, g.OutChannels, block);
    }

    /// <summary>The channels of a block, position after position, with zeros up to the width.</summary>
    private static void Gather<T>(T* from, nint step, int count, int block, int width, T* to) where T : unmanaged
    {
        for (int i = 0; i < count; i++, from += step, to += width)
        {
            new ReadOnlySpan<T>(from, block).CopyTo(new(to, width));
            new Span<T>(to + block, width - block).Clear();
        }
    }

    /// <summary>A patch of positions for every tile: rows of a tile are input channels (of
    /// merged elements: channels of some neighbours), or depthwise elements.</summary>
    private static void Rows<R, V, T>(ChannelTables tables, in Gradient<T> sums)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        ReadOnlySpan<ChannelPatch> patches = tables.Patches;
        if (tables.MergesPatches)
        {
            foreach (ref readonly ChannelPatch patch in patches)
                for (int row = 0, rows, count = patch.Taps * sums.Depth; row < count; row += rows)
                    SumPatch<R, V, T>(patch, sums, row, rows = GradientRows(count - row), tables.IsDepthwise ? patch.Spacing * sums.InputStep : 1,
                        line: 0);
            return;
        }
        for (int row = 0, rows, line = 0; row < sums.Depth; row += rows, line++)
        {
            rows = GradientRows(sums.Depth - row);
            foreach (ref readonly ChannelPatch patch in patches) SumPatch<R, V, T>(patch, sums, row, rows, 1, line);
        }
    }

    /// <summary>Rows of the next tile: as many as the registers hold, for every vector of gradOutput is fetched once for all of them.</summary>
    private static int GradientRows(int left)
    {
        if (!Processor.HasManyRegisters) return TileSizes.First(left);
        return left >= 12 ? left is 16 or 20 ? 8 : 12 : left == 9 ? 9 : TileSizes.First(left);
    }

    private static void SumPatch<R, V, T>(in ChannelPatch patch, in Gradient<T> sums, int row, int rows, nint rowStep, int line)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        AlikeRun y = patch.Rows, x = patch.Columns;
        int top = Math.Max(y.Position, sums.Top), bottom = Math.Min(y.Position + y.Count * y.Step, sums.Bottom);
        if (top >= bottom) return;
        var shape = new PatchShape
        {
            Images = sums.Images, Height = bottom - top, Width = x.Count, InputImage = sums.InputImage, InputRow = y.SourceStep * sums.InputRow,
            InputStep = x.SourceStep * sums.InputStep, RowStep = rowStep, OutputImage = sums.OutputImage, OutputRow = sums.OutputRow,
                OutputStep = x.Step * sums.OutputStep,
        };
        nint first = x.Source * (nint)sums.InputStep;
        T* from = sums.Input + (y.Source + (top - y.Position) * y.SourceStep) * sums.InputRow + first + row * rowStep;
        T* by = sums.GradOutput + top * sums.OutputRow + x.Position * sums.OutputStep, tile = sums.Tile, fetched = from;
        int length = Alignment / sizeof(T), inputLines = (sums.Depth + length - 1) / length;
        if (sums.NextInput != null && line < inputLines)
        {
            fetched = sums.NextInput + (y.Source + (sums.NextTop - y.Position) * y.SourceStep) * sums.InputRow + first + line * length;
            (shape.FetchImage, shape.FetchRow, shape.FetchStep) = (shape.InputImage, shape.InputRow, shape.InputStep);
        }
        else if (sums.NextInput != null && sums.NextGradOutput != null && (line - inputLines) * length < V.Count)
        {
            fetched = sums.NextGradOutput + sums.NextTop * sums.OutputRow + x.Position * sums.OutputStep + (line - inputLines) * length;
            (shape.FetchImage, shape.FetchRow, shape.FetchStep) = (shape.OutputImage, shape.OutputRow, shape.OutputStep);
        }
        if ((long)shape.Images * shape.Height * shape.Width > LongSums.Piece) SumLongPatch<R, V, T>(rows, shape, from, by, fetched, tile);
        else SumPatch<R, V, T>(rows, shape, from, by, fetched, tile);
        T* to = sums.Panel + ((nint)patch.Element * sums.Depth + row) * V.Count;
        for (T* end = to + rows * V.Count; to < end; to += V.Count, tile += V.Count) V.Store(V.Load(to) + V.Load(tile), to);
    }

    /// <summary>The positions of a patch and the steps between them, in numbers.</summary>
    private struct PatchShape
    {
        public int Images, Height, Width;
        public nint InputImage, InputRow, InputStep, RowStep, OutputImage, OutputRow, OutputStep;
        public nint FetchImage, FetchRow, FetchStep;                         // 0 where nothing is fetched: what lies near is asked for again
    }

    /// <summary>The same in pieces, whose sums wait in memory.</summary>
    private static void SumLongPatch<R, V, T>(int rows, in PatchShape whole, T* x, T* y, T* fetched, T* tile)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        LongSum<V, T>* sums = stackalloc LongSum<V, T>[TileSizes.Most];
        PatchShape piece = whole;
        int width = Math.Min(whole.Width, LongSums.Piece), height = LongSums.Piece / width;
        piece.Images = 1;
        for (int n = 0; n < whole.Images; n++)
            for (int i = 0; i < whole.Height; i += height)
                for (int j = 0; j < whole.Width; j += width)
                {
                    (piece.Height, piece.Width) = (Math.Min(height, whole.Height - i), Math.Min(width, whole.Width - j));
                    SumPatch<R, V, T>(rows, piece, x + n * whole.InputImage + i * whole.InputRow + j * whole.InputStep,
                        y + n * whole.OutputImage + i * whole.OutputRow + j * whole.OutputStep,
                        fetched + n * whole.FetchImage + i * whole.FetchRow + j * whole.FetchStep, tile);
                    for (int r = 0; r < rows; r++) sums[r].Add(V.Load(tile + r * V.Count));
                }
        for (int r = 0; r < rows; r++) V.Store(sums[r].Value, tile + r * V.Count);
    }

    private static void SumPatch<R, V, T>(int rows, in PatchShape shape, T* x, T* y, T* fetched, T* tile)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        fixed (PatchShape* patch = &shape)
        {
            var job = new PatchJob<V, T> { Shape = patch, X = x, Y = y, Fetched = fetched, Tile = tile };
            TilesOf<R, V, T>.Do(rows, ref job);
        }
    }

    private struct PatchJob<V, T> : ITileJob<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        public PatchShape* Shape;
        public T* X, Y, Fetched, Tile;

        public readonly void With<R>() where R : unmanaged, ITile<R, V, T> => SumOuter<R, V, T>(*Shape, X, Y, Fetched, Tile);
    }

    /// <summary>tile[row, ·] = sum over the positions of a patch of x[row, position] · y[position, ·].</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumOuter<R, V, T>(in PatchShape shape, T* x, T* y, T* fetched, T* tile)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        R sums = default;
        nint rowStep = shape.RowStep, inputStep = shape.InputStep, outputStep = shape.OutputStep, fetchStep = shape.FetchStep;
        int width = shape.Width;
        for (int n = 0; n < shape.Images; n++)
            for (int i = 0; i < shape.Height; i++)
            {
                T* pixel = x + n * shape.InputImage + i * shape.InputRow, vector = y + n * shape.OutputImage + i * shape.OutputRow;
                T* next = fetched + n * shape.FetchImage + i * shape.FetchRow;
                for (int j = width; j > 0; j--, pixel += inputStep, vector += outputStep, next += fetchStep)
                {
                    CacheLines.FetchFar(next);
                    sums.Add(pixel, rowStep, V.Load(vector));
                }
            }
        sums.Write(tile, V.Count, 0);
    }
}
