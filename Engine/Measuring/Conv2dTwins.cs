using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Measuring;

/// <summary>Convolution by unfolding, in lanes, with channels last and of a single image,
/// against <see cref="Conv2dNaive"/>; and unfolding against its adjoint.</summary>
internal static class Conv2dTwins<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Compare(Conv2dShape shape, Comparisons<T> to)
    {
        Conv2dGeometry g = shape.Geometry;
        var (input, input2) = to.Values(shape.Images * g.InputShape.Length);
        var (gradOutput, gradOutput2) = to.Values(shape.Images * g.OutputShape.Length);
        var (weight, weight2) = to.Values(g.WeightShape.Length);
        var (bias, bias2) = to.Values(g.OutChannels);
        double[] output2 = new double[gradOutput.Length], gradInput2 = new double[input.Length], gradWeight2 = new double[weight.Length], gradBias2 =
            new double[bias.Length];
        Conv2dNaive.Forward<double>(g, input2, weight2, bias2, output2);
        Conv2dNaive.BackwardInput<double>(g, gradOutput2, weight2, gradInput2);
        Conv2dNaive.BackwardWeight<double>(g, input2, gradOutput2, gradWeight2);
        Conv2dNaive.BackwardBias<double>(g, gradOutput2, gradBias2);

        T[] output = new T[gradOutput.Length], gradInput = new T[input.Length], gradWeight = new T[weight.Length], gradBias = new T[bias.Length];
        T[] scratch = new T[Conv2dIm2Col.ScratchLength<V, T>(g)];
        Conv2dIm2Col.Forward<V, T>(g, input, weight, bias, scratch, output);
        Conv2dIm2Col.BackwardInput<V, T>(g, gradOutput, weight, scratch, gradInput);
        Conv2dIm2Col.BackwardWeight<V, T>(g, input, gradOutput, scratch, gradWeight);
        Conv2dIm2Col.BackwardBias<T>(g, gradOutput, gradBias);
        Note("im2col");

        gradWeight.AsSpan().Clear();
        gradBias.AsSpan().Clear();
        ByLanes(shape, (input, weight, bias, gradOutput), output, gradInput, gradWeight, gradBias);
        Note("lanes");

        gradWeight.AsSpan().Clear();
        gradBias.AsSpan().Clear();
        ByChannels(shape, (input, weight, bias, gradOutput), output, gradInput, gradWeight, gradBias);
        Note("channels last");

        CompareImage(shape, input, weight, bias, output2, to);
        CompareUnfold(shape, input, to);
        CompareTransposed(shape, gradOutput, weight, gradInput2, to);

        void Note(string way)
        {
            to.Add($"convolution, {way}, forward", $"{shape}", output, output2);
            to.Add($"convolution, {way}, backward-input", $"{shape}", gradInput, gradInput2);
            to.Add($"convolution, {way}, backward-weight", $"{shape}", gradWeight, gradWeight2);
            to.Add($"convolution, {way}, backward-bias", $"{shape}", gradBias, gradBias2, gradOutput2.Sum(Math.Abs) / g.OutChannels);
        }
    }

    private static void ByLanes(Conv2dShape shape, (T[] Input, T[] Weight, T[] Bias, T[] GradOutput) given, T[] output, T[] gradInput,
        T[] gradWeight, T[] gradBias)
    {
        var tables = new Conv2dTables(shape.Geometry);
        int size = shape.Geometry.InputShape.Length, outSize = shape.Geometry.OutputShape.Length;
        T[] x = new T[size * Lanes.Count], y = new T[outSize * Lanes.Count], dy = new T[y.Length], dx = new T[x.Length];
        for (int block = 0; block < Lanes.Blocks(shape.Images); block++)
        {
            int first = block * Lanes.Count, filled = Lanes.Filled(block, shape.Images);
            Lanes.Interleave<T>(given.Input.AsSpan(first * size, filled * size), size, x);
            Lanes.Interleave<T>(given.GradOutput.AsSpan(first * outSize, filled * outSize), outSize, dy);
            Conv2dLanes.Forward<V, T>(tables, x, given.Weight, given.Bias, y);
            Conv2dLanes.BackwardInput<V, T>(tables, dy, given.Weight, dx);
            Conv2dLanes.BackwardWeight<V, T>(tables, x, dy, gradWeight);
            Conv2dLanes.BackwardBias<V, T>(tables, dy, gradBias);
            Lanes.Deinterleave<T>(y, outSize, output.AsSpan(first * outSize, filled * outSize));
            Lanes.Deinterleave<T>(dx, size, gradInput.AsSpan(first * size, filled * size));
        }
    }

    private static void ByChannels(Conv2dShape shape, (T[] Input, T[] Weight, T[] Bias, T[] GradOutput) given, T[] output, T[] gradInput,
        T[] gradWeight, T[] gradBias)
    {
        Conv2dGeometry g = shape.Geometry;
        var tables = new ChannelTables(g);
        T[] x = new T[given.Input.Length], y = new T[output.Length], dy = new T[output.Length], dx = new T[x.Length];
        T[] scratch = new T[Conv2dChannels.ScratchLength<V, T>(tables, threads: 1)];
        ChannelLayout.ToChannelsLast<T>(given.Input, g.InChannels, g.InputPlane, x);
        ChannelLayout.ToChannelsLast<T>(given.GradOutput, g.OutChannels, g.OutputPlane, dy);
        Conv2dChannels.Forward<V, T>(tables, 1, x, given.Weight, given.Bias, scratch, y);
        Conv2dChannels.BackwardInput<V, T>(tables, 1, dy, given.Weight, scratch, dx);
        Conv2dChannels.BackwardWeight<V, T>(tables, 1, x, dy, scratch, gradWeight, gradBias);
        ChannelLayout.ToChannelsFirst<T>(y, g.OutChannels, g.OutputPlane, output);
        ChannelLayout.ToChannelsFirst<T>(dx, g.InChannels, g.InputPlane, gradInput);
    }

    /// <summary>The first image with its channels side by side, [padded H, padded
    /// W, inC], to [oH, oW, outPitch]. Only zeros as padding, one group.</summary>
    private static void CompareImage(Conv2dShape shape, T[] input, T[] weight, T[] bias, double[] expected, Comparisons<T> to)
    {
        Conv2dGeometry g = shape.Geometry;
        if (g.Groups > 1 || g.Rows.Mode != PaddingMode.Zeros) return;
        int pitch = g.InChannels, outPitch = (g.OutChannels + V.Count - 1) / V.Count * V.Count, row = (int)g.Columns.Padded * pitch;
        T[] image = new T[(int)g.Rows.Padded * row], sideBySide = new T[g.OutputPlane * outPitch], output = new T[g.OutputShape.Length];
        for (int i = 0; i < g.InputShape.Length; i++)
        {
            int c = i / g.InputPlane, h = i / g.Columns.Input % g.Rows.Input, w = i % g.Columns.Input;
            image[(h + g.Rows.Padding) * row + (w + g.Columns.Padding) * pitch + c] = input[i];
        }
        var window = new ImageWindow(Conv2dImage.Taps(g, pitch), outPitch, g.Rows.Output, g.Columns.Output,
            g.Columns.Stride * pitch, g.Rows.Stride * row, outPitch, g.Columns.Output * outPitch);
        T[] packed = new T[window.Length * outPitch], start = new T[outPitch];
        bias.CopyTo(start, 0);
        Conv2dImage.Pack<V, T>(g, weight, outPitch, packed);
        Conv2dImage.Forward<V, T>(1, window, packed, start, image, sideBySide);
        for (int i = 0; i < output.Length; i++) output[i] = sideBySide[i % g.OutputPlane * outPitch + i / g.OutputPlane];
        to.Add("convolution, single image, forward", $"{shape}", output, expected.AsSpan(0, output.Length));
    }

    /// <summary>⟨Unfold(x), c⟩ = ⟨x, Fold(c)⟩, for the first image.</summary>
    private static void CompareUnfold(Conv2dShape shape, T[] input, Comparisons<T> to)
    {
        Conv2dGeometry g = shape.Geometry;
        ReadOnlySpan<T> image = input.AsSpan(0, g.InputShape.Length);
        var (columns, columns2) = to.Values(g.InChannels * g.KernelLength * g.OutputPlane);
        T[] unfolded = new T[columns.Length], folded = new T[image.Length];
        Im2Col.Unfold(g, image, unfolded);
        Im2Col.Fold<T>(g, columns, folded);
        double[] products = [.. Comparisons<T>.ToDouble(unfolded).Zip(columns2, (a, b) => a * b)];
        double adjoint = Comparisons<T>.ToDouble(image).Zip(Comparisons<T>.ToDouble(folded), (a, b) => a * b).Sum();
        to.Add("unfold and fold, adjoint", $"{shape}", [T.CreateTruncating(adjoint)], [products.Sum()], products.Sum(Math.Abs));
    }

    /// <summary>The gradient of the input read as a forward pass, with a bias for each of its channels; the first block of images.</summary>
    private static void CompareTransposed(Conv2dShape shape, T[] input, T[] weight, double[] sums2, Comparisons<T> to)
    {
        Conv2dGeometry g = shape.Geometry;
        int images = Lanes.Filled(0, shape.Images), size = g.OutputShape.Length, outSize = g.InputShape.Length;
        var (bias, bias2) = to.Values(g.InChannels);
        T[] x = new T[size * Lanes.Count], y = new T[outSize * Lanes.Count], output = new T[images * outSize], sums = new T[g.InChannels];
        Lanes.Interleave<T>(input.AsSpan(0, images * size), size, x);
        Conv2dLanes.ForwardTransposed<V, T>(new Conv2dTables(g), x, weight, bias, y);
        Lanes.Deinterleave<T>(y, outSize, output);
        double[] output2 = [.. sums2.Take(output.Length).Select((sum, i) => sum + bias2[i / g.InputPlane % g.InChannels])];
        to.Add("transposed convolution, forward", $"{shape}", output, output2);
        var (given, given2) = to.Values(output.Length);
        y.AsSpan().Clear();
        Lanes.Interleave<T>(given, outSize, y);
        Conv2dLanes.SumChannels<V, T>(y, sums);
        double[] channels2 = new double[sums.Length];
        for (int i = 0; i < given2.Length; i++) channels2[i / g.InputPlane % g.InChannels] += given2[i];
        to.Add("transposed convolution, backward-bias", $"{shape}", sums, channels2, given2.Sum(Math.Abs) / g.InChannels);
    }
}
