using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Kernels;

/// <summary>Which numbers of an image share a weight.</summary>
internal enum WeightOrder
{
    /// <summary>Those of a channel: weight [C].</summary>
    PerChannel,

    /// <summary>Those of a pixel of a run: weight [run pixels].</summary>
    PerPixel,

    /// <summary>None: weight [pixels, C]; its gradient is [C, pixels], as the parameter lies.</summary>
    PerNumber,
}

/// <summary>How an image falls into parts that are normalised together: runs of pixels, and within them groups of channels.</summary>
/// <param name="Channels">C.</param>
/// <param name="Pixels">H·W.</param>
/// <param name="Group">Channels of a part.</param>
/// <param name="Run">Pixels of a part, one after the other.</param>
/// <param name="Order">Who shares a weight.</param>
internal readonly record struct NormParts(int Channels, int Pixels, int Group, int Run, WeightOrder Order)
{
    /// <summary>Weights that runs share, and how many runs do.</summary>
    public (int Weights, int Runs) Shared => Order == WeightOrder.PerPixel ? (Run, Pixels / Run) : default;
}

/// <summary>Gives the numbers of each part of an image mean 0 and variance 1, channels-last: the twin of <see cref="NormLanes"/> with the roles
/// exchanged.</summary>
/// <remarks>
/// Every channel's mean and squared distances are taken by <see cref="ChannelNorm"/>, those of a part combined in double; then each channel has a
/// mean, a scale and what the mean was rounded by, and <see cref="ChannelNorm"/> does the rest. The way back finds them out again: nothing is kept.
/// </remarks>
internal static unsafe class NormChannels
{
    private const int Vectors = 5;                                           // mean, scale, rest, and two that ChannelNorm is handed

    /// <summary>Numbers to borrow.</summary>
    public static int ScratchLength<V, T>(NormParts parts) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        checked(OwnLength<T>(parts.Channels) + 2 * SharedGradient<V, T>.ScratchLength(parts.Shared.Weights, parts.Shared.Runs));

    private static int OwnLength<T>(int channels) where T : unmanaged => checked(channels * (Vectors + 2 * sizeof(double) / sizeof(T)));

    /// <summary>output = (input - mean) / sqrt(variance + eps) · weight + bias; overwritten. An empty weight is ones, an empty bias zeros.</summary>
    /// <param name="parts">How the image is divided.</param>
    /// <param name="input">[pixels, C], one image.</param>
    /// <param name="eps">Where it is 0 and so is the variance, the output is the bias.</param>
    /// <param name="weight">As <see cref="NormParts.Order"/> says.</param>
    /// <param name="bias">Like the weight.</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>].</param>
    /// <param name="output">[pixels, C], overwritten.</param>
    public static void Forward<V, T>(NormParts parts, ReadOnlySpan<T> input, T eps, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> scratch,
        Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Debug.Assert(input.Length == parts.Pixels * parts.Channels && output.Length == input.Length && weight.Length == bias.Length);
        int length = parts.Run * parts.Channels;
        bool isPerChannel = parts.Order == WeightOrder.PerChannel && !weight.IsEmpty;
        Standard<T> standard = new(parts.Channels, scratch);
        for (int start = 0; start < input.Length; start += length)
        {
            ReadOnlySpan<T> x = input.Slice(start, length);
            Span<T> y = output.Slice(start, length);
            Standardize<V, T>(parts, x, eps, standard);
            for (int c = 0; c < parts.Channels; c++)
            {
                standard.A[c] = isPerChannel ? standard.Scale[c] * weight[c] : standard.Scale[c];
                standard.B[c] = isPerChannel ? standard.Rest[c] * weight[c] + bias[c] : standard.Rest[c];
            }
            ChannelNorm.Forward<V, T>(x, new(standard.Mean, standard.A, standard.B), [], default, y);
            if (weight.IsEmpty || isPerChannel) continue;
            if (parts.Order == WeightOrder.PerNumber) TensorPrimitives.MultiplyAdd(y, weight, bias, y);
            else
                for (int p = 0; p < parts.Run; p++)
                {
                    Span<T> pixel = y.Slice(p * parts.Channels, parts.Channels);
                    TensorPrimitives.Multiply(pixel, weight[p], pixel);
                    TensorPrimitives.Add(pixel, bias[p], pixel);
                }
        }
    }

    /// <summary>The way back.</summary>
    /// <remarks>As in <see cref="NormLanes"/>: gradInput = s · (g - mean of g - x̂ · mean of g·x̂) with g = gradOutput · weight, means over a
    /// part.</remarks>
    /// <param name="parts">How the image is divided.</param>
    /// <param name="input">[pixels, C], one image.</param>
    /// <param name="gradOutput">Like the input.</param>
    /// <param name="eps">As forward.</param>
    /// <param name="weight">As forward.</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>].</param>
    /// <param name="gradInput">Like the input, overwritten; empty where nobody reads it.</param>
    /// <param name="gradWeight">In the parameter's own order, added to; or empty.</param>
    /// <param name="gradBias">Likewise.</param>
    public static void Backward<V, T>(NormParts parts, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, T eps, ReadOnlySpan<T> weight,
        Span<T> scratch, Span<T> gradInput, Span<T> gradWeight, Span<T> gradBias)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Debug.Assert(input.Length == parts.Pixels * parts.Channels && gradOutput.Length == input.Length
            && (gradInput.IsEmpty || gradInput.Length == input.Length));
        int length = parts.Run * parts.Channels;
        bool isPerChannel = parts.Order == WeightOrder.PerChannel || weight.IsEmpty;
        Standard<T> standard = new(parts.Channels, scratch);
        Span<T> rest = scratch[OwnLength<T>(parts.Channels)..];
        SharedGradient<V, T> weights = new(gradWeight, rest, parts.Shared.Runs),
            biases = new(gradBias, rest[SharedGradient<V, T>.ScratchLength(parts.Shared.Weights, parts.Shared.Runs)..], parts.Shared.Runs);
        for (int start = 0; start < input.Length; start += length)
        {
            ReadOnlySpan<T> x = input.Slice(start, length), dy = gradOutput.Slice(start, length);
            Span<T> dx = gradInput.IsEmpty ? [] : gradInput.Slice(start, length);
            Standardize<V, T>(parts, x, eps, standard);
            if (!isPerChannel)
            {
                AddGradients(parts, x, dy, standard, weights.Target, biases.Target);
                weights.Next();
                biases.Next();
            }
            if (!isPerChannel && dx.IsEmpty) continue;
            if (!isPerChannel) Weigh(parts, dy, weight, dx);
            ReadOnlySpan<T> g = isPerChannel ? dy : dx;                      // in gradInput lies the gradient times weights that are not a channel's
            ChannelNorm.GatherGradient<V, T>(x, g, new(standard.Mean, standard.Scale, standard.Rest), default, [], [], standard.First,
                standard.Second);
            ToPerChannel(parts, standard, isPerChannel ? weight : [], isPerChannel ? gradWeight : [], isPerChannel ? gradBias : []);
            if (!dx.IsEmpty) ChannelNorm.Backward<V, T>(x, g, new(standard.Mean, standard.A, standard.Rest), standard.B, standard.Rest, default, dx);
        }
        weights.End();
        biases.End();
    }

    /// <summary>For each channel what normalises it: x̂ = (x - Mean) · Scale + Rest; and room for more.</summary>
    private readonly ref struct Standard<T> where T : unmanaged
    {
        public readonly Span<T> Mean, Scale, Rest, A, B;
        public readonly Span<double> First, Second;

        public Standard(int channels, Span<T> scratch)
        {
            int doubles = 2 * channels * sizeof(double) / sizeof(T);
            Span<double> sums = MemoryMarshal.Cast<T, double>(scratch[..doubles]);         // as many bytes as ScratchLength asked for
            First = sums[..channels];
            Second = sums.Slice(channels, channels);
            Mean = scratch.Slice(doubles, channels);
            Scale = scratch.Slice(doubles + channels, channels);
            Rest = scratch.Slice(doubles + 2 * channels, channels);
            A = scratch.Slice(doubles + 3 * channels, channels);
            B = scratch.Slice(doubles + 4 * channels, channels);
        }
    }

    private static void Standardize<V, T>(NormParts parts, ReadOnlySpan<T> run, T eps, in Standard<T> standard)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> means = standard.First, squares = standard.Second;
        ChannelNorm.Gather<V, T>(run, means, squares);
        for (int first = 0; first < parts.Channels; first += parts.Group)
        {
            double mean = 0, distances = 0;                                  // from the first channel's: of equal ones it is that to the last bit
            for (int c = first + 1; c < first + parts.Group; c++) mean += means[c] - means[first];
            mean = means[first] + mean / parts.Group;
            for (int c = first; c < first + parts.Group; c++) distances += squares[c] + parts.Run * (means[c] - mean) * (means[c] - mean);
            double spread = distances / ((double)parts.Run * parts.Group) + double.CreateTruncating(eps),
                scale = spread == 0 ? 0 : 1 / Math.Sqrt(spread);
            T center = T.CreateTruncating(mean);
            for (int c = first; c < first + parts.Group; c++)
                (standard.Mean[c], standard.Scale[c], standard.Rest[c]) = (center, T.CreateTruncating(scale),
                    T.CreateTruncating((double.CreateTruncating(center) - mean) * scale));
        }
    }

    // From each channel's sums of g and of g · (x - mean) to the parameters' gradients, and to A · g + B · (x - mean) + Rest, which is the input's.
    private static void ToPerChannel<T>(NormParts parts, in Standard<T> standard, ReadOnlySpan<T> weight, Span<T> gradWeight, Span<T> gradBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double count = (double)parts.Run * parts.Group;
        for (int first = 0; first < parts.Channels; first += parts.Group)
        {
            double scale = double.CreateTruncating(standard.Scale[first]), rest = double.CreateTruncating(standard.Rest[first]), mean = 0, slope = 0;
            for (int c = first; c < first + parts.Group; c++)
            {
                double sum = standard.First[c], product = standard.Second[c] * scale + sum * rest,
                    w = weight.IsEmpty ? 1 : double.CreateTruncating(weight[c]);
                if (!gradWeight.IsEmpty) gradWeight[c] += T.CreateTruncating(product);
                if (!gradBias.IsEmpty) gradBias[c] += T.CreateTruncating(sum);
                (mean, slope) = (mean + sum * w / count, slope + product * w / count);
            }
            for (int c = first; c < first + parts.Group; c++)
            {
                standard.A[c] = weight.IsEmpty ? standard.Scale[c] : standard.Scale[c] * weight[c];
                standard.B[c] = T.CreateTruncating(-scale * scale * slope);
                standard.Rest[c] = T.CreateTruncating(-scale * (mean + rest * slope));
            }
        }
    }

    private static void Weigh<T>(NormParts parts, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> weight, Span<T> weighed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (parts.Order == WeightOrder.PerNumber) TensorPrimitives.Multiply(gradOutput, weight, weighed);
        else
            for (int p = 0, at = 0; p < parts.Run; p++, at += parts.Channels)
                TensorPrimitives.Multiply(gradOutput.Slice(at, parts.Channels), weight[p], weighed.Slice(at, parts.Channels));
    }

    // gradWeight += gradOutput · x̂ and gradBias += gradOutput, where the weight is a pixel's or a number's own.
    [MethodImpl(AggressiveOptimization)]
    private static void AddGradients<T>(NormParts parts, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, in Standard<T> standard,
        Span<T> gradWeight, Span<T> gradBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (gradWeight.IsEmpty && gradBias.IsEmpty) return;
        for (int p = 0, at = 0; p < parts.Run; p++)
        {
            double products = 0, sums = 0;                                   // of pieces of a pixel's channels
            for (int c = 0; c < parts.Channels;)
            {
                T product = T.Zero, sum = T.Zero;
                for (int end = Math.Min(parts.Channels, c + LongSums.Piece); c < end; c++, at++)
                {
                    T gradient = gradOutput[at], own = gradient * ((input[at] - standard.Mean[c]) * standard.Scale[c] + standard.Rest[c]);
                    if (parts.Order == WeightOrder.PerPixel) (product, sum) = (product + own, sum + gradient);
                    else
                    {
                        if (!gradWeight.IsEmpty) gradWeight[c * parts.Pixels + p] += own;
                        if (!gradBias.IsEmpty) gradBias[c * parts.Pixels + p] += gradient;
                    }
                }
                (products, sums) = (products + double.CreateTruncating(product), sums + double.CreateTruncating(sum));
            }
            if (parts.Order != WeightOrder.PerPixel) continue;
            if (!gradWeight.IsEmpty) gradWeight[p] += T.CreateTruncating(products);
            if (!gradBias.IsEmpty) gradBias[p] += T.CreateTruncating(sums);
        }
    }
}
