using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Measuring;

/// <summary>Convolution by Winograd's method, with tiles of either size, against <see cref="Conv2dNaive"/>.</summary>
internal static class WinogradTwins<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly int[] _outputs = [WinogradOfTwo.Outputs, WinogradOfFour.Outputs];

    public static void Compare(Conv2dShape shape, Comparisons<T> to)
    {
        Conv2dGeometry g = shape.Geometry;
        var (input, input2) = to.Values(shape.Images * g.InputShape.Length);
        var (gradOutput, gradOutput2) = to.Values(shape.Images * g.OutputShape.Length);
        var (weight, weight2) = to.Values(g.WeightShape.Length);
        var (bias, bias2) = to.Values(g.OutChannels);
        double[] output2 = new double[gradOutput.Length], gradInput2 = new double[input.Length], gradWeight2 = new double[weight.Length];
        Conv2dNaive.Forward<double>(g, input2, weight2, bias2, output2);
        Conv2dNaive.BackwardInput<double>(g, gradOutput2, weight2, gradInput2);
        Conv2dNaive.BackwardWeight<double>(g, input2, gradOutput2, gradWeight2);
        T[] x = new T[input.Length], dy = new T[gradOutput.Length];
        ChannelLayout.ToChannelsLast<T>(input, g.InChannels, g.InputPlane, x);
        ChannelLayout.ToChannelsLast<T>(gradOutput, g.OutChannels, g.OutputPlane, dy);
        foreach (int outputs in _outputs)
        {
            WinogradMethod<V, T> method = WinogradMethod<V, T>.Of(outputs);
            var (y, dx, gradWeight) = Run(method, g, shape.Images, x, weight, bias, dy);
            T[] output = new T[y.Length], gradInput = new T[dx.Length];
            ChannelLayout.ToChannelsFirst<T>(y, g.OutChannels, g.OutputPlane, output);
            ChannelLayout.ToChannelsFirst<T>(dx, g.InChannels, g.InputPlane, gradInput);
            to.Add($"convolution, winograd {outputs}x{outputs}, forward", $"{shape}", output, output2);
            to.Add($"convolution, winograd {outputs}x{outputs}, backward-input", $"{shape}", gradInput, gradInput2);
            to.Add($"convolution, winograd {outputs}x{outputs}, backward-weight", $"{shape}", gradWeight, gradWeight2);
        }
    }

    /// <summary>All directions, with weights that are transformed beforehand; images have their channels last.</summary>
    public static (T[] Output, T[] GradInput, T[] GradWeight) Run(WinogradMethod<V, T> method, Conv2dGeometry g, int images, T[] input, T[] weight,
        T[] bias, T[] gradOutput)
    {
        const WinogradWeights form = WinogradWeights.Transformed;
        T[] packed = new T[method.PackedLength(g, transposed: false, form)], back = new T[method.PackedLength(g, transposed: true, form)];
        T[] scratch = new T[Enum.GetValues<Conv2dDirection>().Max(direction => method.WorkLength(g, direction, images, threads: 1, form))];
        T[] output = new T[gradOutput.Length], gradInput = new T[input.Length], gradWeight = new T[weight.Length];
        method.Pack(g, transposed: false, weight, [], form, packed);
        method.Pack(g, transposed: true, weight, [], form, back);
        method.Forward(g, 1, input, packed, form, bias, [], default, scratch, output);
        method.BackwardInput(g, 1, gradOutput, back, form, [], scratch, gradInput);
        method.BackwardWeight(g, 1, input, gradOutput, scratch, gradWeight);
        return (output, gradInput, gradWeight);
    }
}
