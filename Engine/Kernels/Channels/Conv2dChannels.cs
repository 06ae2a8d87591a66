using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Convolution of images whose channels lie side by side, where these are many or the images few: the tile of <see cref="Conv2dLanes"/>
/// with the roles exchanged. The vector is some output channels.</summary>
/// <remarks>
/// The same four routines as <see cref="Conv2dNaive"/>, in NHWC: input [N, H, W, inC], output [N, oH, oW, outC], weight [outC, inC/groups,
/// kH, kW]. <c>Forward</c> is, for every tap and input channel, <c>sum[position, oc] += weight[oc, ic, tap] · input[position + tap, ic]</c>:
/// the weights of some output channels are one vector (packed side by side, <see cref="ChannelPanel"/>), the input is one number for all of
/// them, and a tile holds the sums of several windows that read alike (<see cref="ChannelWindows"/>): neighbours, or the same position of
/// several images. Work is cut by shape (<see cref="ChannelPlan"/>) into bands of rows and blocks of channels; a piece
/// writes places of its own. So the result has the same bits for any number of threads.
/// </remarks>
internal static unsafe partial class Conv2dChannels
{
    private const int Alignment = CacheLines.Bytes;
    private const int WorthSharing = 1 << 14;                                // numbers to add up before a second thread is called for it
    private const long FarNumbers = 1 << 19;                                 // of all images, in and out: more come from beyond a core's own cache

    /// <summary>Numbers to borrow for any of the routines that takes weights as they are.</summary>
    public static int ScratchLength<V, T>(ChannelTables tables, int threads) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        WorkLength<V, T>(tables, threads) + Math.Max(PackedLength<V, T>(tables.Geometry, transposed: false), PackedLength<V, T>(tables.Geometry,
            transposed: true))
        + Alignment / sizeof(T);

    /// <summary>Numbers to borrow where weights come packed.</summary>
    public static int WorkLength<V, T>(ChannelTables tables, int threads) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = tables.Geometry;
        int fold = ChannelFold.Pays(g, V.Count, sizeof(T)) ? (new ChannelFold(g, V.Count).Length(g, V.Count)
            + 2 * V.Count - 1) / (2 * V.Count) * (2 * V.Count) : 0;
        return threads * Math.Max(fold, GradientLength<V, T>(tables)) + SharesLength<V, T>(tables, Lanes.Count) + Alignment / sizeof(T);
    }

    /// <summary>output = bias + input * weight; output is overwritten. An empty bias is none.</summary>
    /// <param name="tables">The convolution.</param>
    /// <param name="threads">How many may work.</param>
    /// <param name="input">[N, H, W, inC].</param>
    /// <param name="weight">[outC, inC/groups, kH, kW].</param>
    /// <param name="bias">[outC] or empty.</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/>, overwritten.</param>
    /// <param name="output">[N, oH, oW, outC].</param>
    public static void Forward<V, T>(
        ChannelTables tables, int threads, ReadOnlySpan<T> input, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> scratch, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Span<T> packed = Packed<V, T>(tables, transposed: false, weight, scratch);
        ForwardPacked<V, T>(tables, threads, input, packed, bias, default, default, output);
    }

    /// <summary>The same with weights that <see cref="Pack"/> has laid out; at last addend is added, if there is one, and the activation
    /// applied.</summary>
    /// <param name="tables">The convolution.</param>
    /// <param name="threads">How many may work.</param>
    /// <param name="input">[N, H, W, inC].</param>
    /// <param name="packed">[<see cref="PackedLength"/>].</param>
    /// <param name="bias">[outC] or empty.</param>
    /// <param name="addend">Like the output, or empty.</param>
    /// <param name="activation">What becomes of every sum.</param>
    /// <param name="output">[N, oH, oW, outC].</param>
    public static void ForwardPacked<V, T>(ChannelTables tables, int threads, ReadOnlySpan<T> input, ReadOnlySpan<T> packed, ReadOnlySpan<T> bias,
        ReadOnlySpan<T> addend, Activation<T> activation, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(bias.IsEmpty || bias.Length == tables.Geometry.OutChannels);
        Debug.Assert(addend.IsEmpty || addend.Length >= output.Length);
        Correlate<V, T>(tables, tables.Forward, threads, input, packed, bias, addend, activation, output);
    }

    /// <summary>gradInput = what each input fed, by the weight it met there; gradInput is overwritten.</summary>
    /// <remarks>The same kernel as <see cref="Forward"/> with the taps read backwards: the vector is now some input channels. Few of them would
    /// leave it mostly empty: for those <see cref="Fold"/>.</remarks>
    public static void BackwardInput<V, T>(ChannelTables tables, int threads, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> weight, Span<T> scratch,
        Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        bool folds = ChannelFold.Pays(tables.Geometry, V.Count, sizeof(T));
        Span<T> packed = folds ? [] : Packed<V, T>(tables, transposed: true, weight, scratch);
        BackwardInputPacked<V, T>(tables, threads, gradOutput, weight, packed, scratch, default, gradInput);
    }

    /// <summary>The same with packed weights; beside them those as they are, for <see cref="Fold"/>. Addend, like gradInput, is added, if there is
    /// one.</summary>
    public static void BackwardInputPacked<V, T>(ChannelTables tables, int threads, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> weight,
        ReadOnlySpan<T> packed,
        Span<T> scratch, ReadOnlySpan<T> addend, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        if (!ChannelFold.Pays(tables.Geometry, V.Count, sizeof(T)))
        {
            Correlate<V, T>(tables, tables.Backward, threads, gradOutput, packed, default, addend, default, gradInput);
            return;
        }
        Fold<V, T>(tables, threads, gradOutput, weight, [], default, scratch, gradInput);
        if (!addend.IsEmpty) TensorPrimitives.Add(gradInput, addend, gradInput);
    }

    /// <summary>gradBias[oc] += the sum of gradOutput over images and positions.</summary>
    public static void BackwardBias<V, T>(ChannelTables tables, ReadOnlySpan<T> gradOutput, Span<T> gradBias, int threads = 1)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(gradBias.Length == tables.Geometry.OutChannels);
        SumChannels<V, T>(tables.Geometry.OutputPlane, gradOutput, gradBias, threads);
    }

    /// <summary>gradBias[c] += the sum of channel c of gradOutput over images and their pixels.</summary>
    /// <param name="plane">Pixels of an image.</param>
    /// <param name="gradOutput">[N, plane, C].</param>
    /// <param name="gradBias">[C], added to.</param>
    /// <param name="threads">How many may work; they share it by channels.</param>
    /// <param name="first">The first channel; those before it are left out.</param>
    public static void SumChannels<V, T>(int plane, ReadOnlySpan<T> gradOutput, Span<T> gradBias, int threads = 1, int first = 0)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int channels = gradBias.Length;
        Debug.Assert(gradOutput.Length % (channels * plane) == 0);
        ChannelJob<V, T> job = ChannelJob<V, T>.OfThisThread;
        fixed (T* dy = gradOutput, db = gradBias)
        {
            (job.Images, job.Depth, job.Block, job.Plane) = (gradOutput.Length / (channels * plane), channels, channels - first, plane);
            job.Target = dy + first;
            job.Bias = db + first;
            job.PieceBlock = threads > 1 && gradOutput.Length >= WorthSharing ? 2 * V.Count : job.Block;
            WorkerPool.Shared.Run(threads, job.PieceBlocks, job.Channels);
        }
    }

    /// <summary>Some channels of <see cref="SumChannels"/>.</summary>
    internal static void ChannelsPiece<V, T>(ChannelJob<V, T> job, int piece) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int channels = job.Depth, plane = job.Plane, first = piece * job.PieceBlock, end = Math.Min(job.Block, first + job.PieceBlock);
        T* image = job.Target, db = job.Bias;
        for (int n = 0; n < job.Images; n++, image += (nint)channels * plane)
        {
            int c = first;
            for (; c + 2 * V.Count <= end; c += 2 * V.Count) AddPositions<Pair<V, T>, T>(image + c, channels, plane, db + c);
            for (; c + V.Count <= end; c += V.Count) AddPositions<V, T>(image + c, channels, plane, db + c);
            for (; c < end; c++)
            {
                double sum = 0;
                for (int p = 0; p < plane; p++) sum += double.CreateTruncating(image[c + (nint)p * channels]);
                db[c] += T.CreateTruncating(sum);
            }
        }
    }

    /// <summary>target[position, c] = bias[c] + sum over the taps of its window and
    /// the channels d of weight[c, d, tap] · source[tap, d], in every group.</summary>
    private static void Correlate<V, T>(ChannelTables tables, ChannelWindows windows, int threads, ReadOnlySpan<T> source, ReadOnlySpan<T> packed,
        ReadOnlySpan<T> bias, ReadOnlySpan<T> addend, Activation<T> activation, Span<T> target)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = tables.Geometry;
        int image = windows.SourceChannels * windows.SourceHeight * windows.SourceWidth, images = source.Length / image;
        Debug.Assert(source.Length == images * image
            && target.Length == images * windows.TargetChannels * windows.TargetHeight * windows.TargetWidth);
        Debug.Assert(packed.Length >= PackedLength<V, T>(g, windows.Transposed));
        ChannelJob<V, T> job = ChannelJob<V, T>.OfThisThread;
        fixed (T* x = source, w = packed, b = bias, extra = addend, y = target)
        {
            (job.Tables, job.Windows, job.Images, job.Activation, job.IsFar) = (tables, windows, images, activation,
                images * windows.Numbers > FarNumbers);
            job.Source = x;
            job.Weights = w;
            job.Bias = b;
            job.Addend = extra;
            job.Target = y;
            foreach (ChannelPart part in ChannelPart.Of(tables.Geometry, windows.Transposed, V.Count))
            {
                Begin(job, part);
                if (part.IsDepthwise) CorrelateDepthwise(job, threads);
                else Run(job, threads);
                job.Weights += part.Length;
            }
        }
    }

    private static void Begin<V, T>(ChannelJob<V, T> job, in ChannelPart part) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        (job.FirstGroup, job.Groups, job.Depth, job.Block) = (part.FirstGroup, part.Groups, part.Depth, part.Block);
        (job.GroupLength, job.PaddedBlock) = (part.GroupLength, part.PaddedBlock);
        job.DepthStep = ChannelPlan.DepthStep(part.Elements, part.Depth, 2 * V.Count * sizeof(T));
    }

    private static void Run<V, T>(ChannelJob<V, T> job, int threads) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        ChannelWindows windows = job.Windows;
        job.ImageStep = ChannelPlan.ImageStep(job.Images);
        int elements = job.Tables.Geometry.KernelLength, width = 2 * V.Count,
            others = (job.Images + job.ImageStep - 1) / job.ImageStep * job.Groups;
        job.BandRows = ChannelPlan.BandRows(windows.TargetHeight, windows.TargetWidth, job.ImageStep, others * ((job.Block + width - 1) / width),
            windows.Numbers * job.ImageStep, (long)job.Groups * job.GroupLength);
        job.Bands = (windows.TargetHeight + job.BandRows - 1) / job.BandRows;
        others *= job.Bands;
        job.PieceBlock = width * ChannelPlan.Blocks(job.Block, width, ChannelPlan.MostBlocks(elements, job.DepthStep, width * sizeof(T)), others);
        (job.Others, job.WeightsFirst) = (others, windows.Numbers * job.Images < (long)job.Groups * job.GroupLength);
        WorkerPool.Shared.Run(threads, others * job.PieceBlocks, job.Correlate);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void AddPositions<V, T>(T* from, nint step, int count, T* to) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        LongSum<V, T> sum = default;
        while (count > 0)
        {
            V even = default, odd = default;
            int left = Math.Min(count, 2 * LongSums.Piece);
            count -= left;
            for (; left >= 2; left -= 2, from += 2 * step)
            {
                even += V.Load(from);
                odd += V.Load(from + step);
            }
            if (left > 0)
            {
                even += V.Load(from);
                from += step;
            }
            sum.Add(even + odd);
        }
        V.Store(V.Load(to) + sum.Value, to);
    }
}
