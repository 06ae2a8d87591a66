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

    private static Span<T> Block(GuardedBuffer<T> images, ConvolutionCase which) => Blocks.Of<T>(images.Span, images.Span.Length / which.Images).Span;
}
