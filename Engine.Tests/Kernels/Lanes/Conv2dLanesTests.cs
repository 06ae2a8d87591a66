using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

/// <summary>The fast kernels equal the definition, shape by shape; images stand in lanes and are taken out again.</summary>
[EveryVector]
public sealed class Conv2dLanesTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static ConvolutionCase[] Cases => ConvolutionCase.All;

    [TestCaseSource(nameof(Cases))]
    public void Forward_AnyShape_EqualsNaive(ConvolutionCase which)
    {
        var data = new ConvolutionData<T>(which);
        Conv2dGeometry g = which.Geometry;
        var output = new GuardedBuffer<T>(g.OutputShape.Length * Lanes.Count);
        Conv2dLanes.Forward<V, T>(new(g), Block(data.Input, which), data.Weight.Span, data.Bias.Span, output.Span);
        data.CheckOutput(Blocks.Images(output, which.Images));
    }

    [TestCaseSource(nameof(Cases))]
    public void BackwardInput_AnyShape_EqualsNaive(ConvolutionCase which)
    {
        var data = new ConvolutionData<T>(which);
        Conv2dGeometry g = which.Geometry;
        var gradInput = new GuardedBuffer<T>(g.InputShape.Length * Lanes.Count);
        Conv2dLanes.BackwardInput<V, T>(new(g), Block(data.GradOutput, which), data.Weight.Span, gradInput.Span);
        data.CheckGradInput(Blocks.Images(gradInput, which.Images));
    }

    [TestCaseSource(nameof(Cases))]
    public void BackwardWeight_AnyShape_AddsWhatNaiveAdds(ConvolutionCase which)
    {
        var data = new ConvolutionData<T>(which);
        GuardedBuffer<T> gradWeight = data.WeightBefore();
        Conv2dLanes.BackwardWeight<V, T>(new(which.Geometry), Block(data.Input, which), Block(data.GradOutput, which), gradWeight.Span);
        data.CheckGradWeight(gradWeight.Written());
    }

    [TestCaseSource(nameof(Cases))]
    public void BackwardBias_AnyShape_AddsWhatNaiveAdds(ConvolutionCase which)
    {
        var data = new ConvolutionData<T>(which);
        GuardedBuffer<T> gradBias = data.BiasBefore();
        Conv2dLanes.BackwardBias<V, T>(new(which.Geometry), Block(data.GradOutput, which), gradBias.Span);
        data.CheckGradBias(gradBias.Written());
    }

    [TestCaseSource(nameof(Cases))]
    public void ForwardTransposed_Bias_IsAddedToEveryPixelOfItsChannel(ConvolutionCase which)
    {
        var data = new ConvolutionData<T>(which);
        Conv2dGeometry g = which.Geometry;
        T[] bias = RandomTensors.Values<T>(g.InChannels, 8);
        GuardedBuffer<T> with = new(g.InputShape.Length * Lanes.Count), without = new(g.InputShape.Length * Lanes.Count);
        Conv2dLanes.ForwardTransposed<V, T>(new(g), Block(data.GradOutput, which), data.Weight.Span, bias, with.Span);
        Conv2dLanes.ForwardTransposed<V, T>(new(g), Block(data.GradOutput, which), data.Weight.Span, [], without.Span);
        double[] plain = RandomTensors.ToDouble<T>(without.Written()), added = RandomTensors.ToDouble<T>(bias);
        double[] expected = [.. plain.Select((x, i) => x + added[i / (g.InputPlane * Lanes.Count)])];
        SumAssert.Close<T>(with.Written(), expected, [.. expected.Select(_ => 4.0 * g.GroupOutputs * g.KernelLength + 1)]);
    }

    // Channels that do not fill tiles, windows that do not fill runs, a kernel that meets some pixels twice; large enough to be cut.
    private static IEnumerable<Conv2dGeometry> Large =>
    [
        new(5, 13, new WindowAxis(17, 3, 1, 1), new WindowAxis(15, 2, 1, 1)), new(6, 9, new WindowAxis(19, 3, 2, 2), new WindowAxis(23, 5, 1, 0), 3),
        new(12, 12, new WindowAxis(21, 3, 1, 1), new WindowAxis(19, 3, 1, 1), 12), new(4, 6, new WindowAxis(17, 3, 1,
            2) { Mode = PaddingMode.Circular }, new WindowAxis(15, 3, 1, 1)),
        new(13, 13, new WindowAxis(15, 3, 1, 1), new WindowAxis(13, 3, 1, 1), 13),
        new(7, 7, new WindowAxis(16, 3, 2, 1), new WindowAxis(23, 3, 2, 1), 7),
        new(7, 7, new WindowAxis(21, 3, 2, 1), new WindowAxis(18, 3, 2, 1), 7),
    ];

    [Test]
    public void All_ThreadsShareABlock_ChangesNoBit([ValueSource(nameof(Large))] Conv2dGeometry g, [Values(2, 3, 16)] int threads) =>
        Assert.That(Everything(g, threads), Is.EqualTo(Everything(g, 1)));

    private static T[] Everything(Conv2dGeometry g, int threads)
    {
        var tables = new Conv2dTables(g);
        T[] input = RandomTensors.Values<T>(g.InputShape.Length * Lanes.Count, 1), output = new T[g.OutputShape.Length * Lanes.Count],
            gradOutput = RandomTensors.Values<T>(output.Length, 2);
        T[] weight = RandomTensors.Values<T>(g.OutChannels * g.WindowLength, 3), bias = RandomTensors.Values<T>(g.OutChannels, 4),
            gradInput = new T[input.Length];
        T[] gradWeight = RandomTensors.Values<T>(weight.Length, 5), gradBias = RandomTensors.Values<T>(bias.Length, 6), plain = [.. gradOutput];
        var relu = new Activation<T>(ActivationKind.Relu, default);
        Conv2dLanes.Forward<V, T>(tables, input, weight, bias, output, relu, threads);
        Conv2dLanes.BackwardBias<V, T>(tables, gradOutput, gradBias, threads);
        Conv2dLanes.BackwardActivation<V, T>(relu, output, plain, [], threads);
        Conv2dLanes.BackwardActivation<V, T>(relu, output, gradOutput, gradBias, threads);
        Conv2dLanes.BackwardWeight<V, T>(tables, input, gradOutput, gradWeight, threads: threads);
        Conv2dLanes.BackwardInput<V, T>(tables, gradOutput, weight, gradInput, threads);
        return [.. output, .. plain, .. gradOutput, .. gradBias, .. gradWeight, .. gradInput];
    }

    private static Span<T> Block(GuardedBuffer<T> images, ConvolutionCase which) => Blocks.Of<T>(images.Span, images.Span.Length / which.Images).Span;
}
