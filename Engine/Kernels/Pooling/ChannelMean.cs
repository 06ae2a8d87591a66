using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>The mean of all channels, pixel by pixel, and its gradient: channels are far apart in lanes, and side by side where they come
/// last.</summary>
internal static unsafe class ChannelMean
{
    /// <summary>output = the mean over the planes of lanes.</summary>
    /// <param name="channels">How many planes.</param>
    /// <param name="input">[C, P], P a multiple of <see cref="Lanes.Count"/>.</param>
    /// <param name="output">[P], overwritten.</param>
    /// <param name="begin">The first of them to write, in whole pixels.</param>
    /// <param name="end">The one after the last.</param>
    [MethodImpl(AggressiveOptimization)]
    public static void OfLanes<V, T>(int channels, ReadOnlySpan<T> input, Span<T> output, int begin, int end) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        int plane = input.Length / channels;
        Debug.Assert(plane % Lanes.Count == 0 && output.Length == plane && begin % Lanes.Count == 0 && end % Lanes.Count == 0 && end <= plane);
        V share = V.Splat(T.One / T.CreateChecked(channels));
        fixed (T* x = input, y = output)
            for (int i = begin; i < end; i += V.Count)
            {
                V sum = default;
                for (int first = 0; first < channels; first += LongSums.Piece)
                {
                    V piece = default;
                    for (int c = first; c < Math.Min(channels, first + LongSums.Piece); c++) piece += V.Load(x + (nint)c * plane + i);
                    sum += piece;
                }
                V.Store(sum * share, y + i);
            }
    }

    /// <summary>output = the mean of every pixel's numbers.</summary>
    /// <param name="channels">How many.</param>
    /// <param name="input">[pixels, C].</param>
    /// <param name="output">[pixels], overwritten.</param>
    [MethodImpl(AggressiveOptimization)]
    public static void OfPixels<V, T>(int channels, ReadOnlySpan<T> input, Span<T> output) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length == output.Length * channels);
        T share = T.One / T.CreateChecked(channels);
        fixed (T* x = input)
            for (int p = 0; p < output.Length; p++)
            {
                T* pixel = x + (nint)p * channels;
                LongSum<V, T> sums = default;
                int c = 0, whole = channels / V.Count * V.Count;
                while (c < whole)
                {
                    V piece = default;
                    for (int end = Math.Min(whole, c + LongSums.Piece * V.Count); c < end; c += V.Count) piece += V.Load(pixel + c);
                    sums.Add(piece);
                }
                T sum = V.Sum(sums.Value);
                for (; c < channels; c++) sum += pixel[c];
                output[p] = sum * share;
            }
    }

    /// <summary>gradInput = gradOutput's share, in every plane of lanes, from one number of it to another.</summary>
    public static void BackwardOfLanes<T>(int channels, ReadOnlySpan<T> gradOutput, Span<T> gradInput, int begin, int end)
        where T : unmanaged, INumber<T>
    {
        int plane = gradOutput.Length;
        Debug.Assert(gradInput.Length == plane * channels);
        T share = T.One / T.CreateChecked(channels);
        for (int c = 0; c < channels; c++)
            System.Numerics.Tensors.TensorPrimitives.Multiply(gradOutput[begin..end], share, gradInput[(c * plane + begin)..(c * plane + end)]);
    }

    /// <summary>gradInput = gradOutput's share, in every number of a pixel.</summary>
    public static void BackwardOfPixels<T>(int channels, ReadOnlySpan<T> gradOutput, Span<T> gradInput) where T : unmanaged, INumber<T>
    {
        Debug.Assert(gradInput.Length == gradOutput.Length * channels);
        T share = T.One / T.CreateChecked(channels);
        for (int p = 0; p < gradOutput.Length; p++) gradInput.Slice(p * channels, channels).Fill(gradOutput[p] * share);
    }
}
