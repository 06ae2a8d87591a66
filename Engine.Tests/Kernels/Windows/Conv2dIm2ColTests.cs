using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

/// <summary>The textbook's four routines equal the definition, shape by shape; they borrow no more than they ask for.</summary>
[EveryVector]
public sealed class Conv2dIm2ColTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static ConvolutionCase[] Cases => ConvolutionCase.All;

    [TestCaseSource(nameof(Cases))]
    public void Forward_AnyShape_EqualsNaive(ConvolutionCase which)
    {
        var data = new ConvolutionData<T>(which);
        var output = new GuardedBuffer<T>(data.GradOutput.Span.Length);
        GuardedBuffer<T> scratch = Scratch(which);
        Conv2dIm2Col.Forward<V, T>(which.Geometry, data.Input.Span, data.Weight.Span, data.Bias.Span, scratch.Span, output.Span);
        scratch.Intact();
        data.CheckOutput(output.Written());
    }

    [TestCaseSource(nameof(Cases))]
    public void BackwardInput_AnyShape_EqualsNaive(ConvolutionCase which)
    {
        var data = new ConvolutionData<T>(which);
        var gradInput = new GuardedBuffer<T>(data.Input.Span.Length);
        GuardedBuffer<T> scratch = Scratch(which);
        Conv2dIm2Col.BackwardInput<V, T>(which.Geometry, data.GradOutput.Span, data.Weight.Span, scratch.Span, gradInput.Span);
        scratch.Intact();
        data.CheckGradInput(gradInput.Written());
    }

    [TestCaseSource(nameof(Cases))]
    public void BackwardWeight_AnyShape_AddsWhatNaiveAdds(ConvolutionCase which)
    {
        var data = new ConvolutionData<T>(which);
        GuardedBuffer<T> gradWeight = data.WeightBefore(), scratch = Scratch(which);
        Conv2dIm2Col.BackwardWeight<V, T>(which.Geometry, data.Input.Span, data.GradOutput.Span, scratch.Span, gradWeight.Span);
        scratch.Intact();
        data.CheckGradWeight(gradWeight.Written());
    }

    [TestCaseSource(nameof(Cases))]
    public void BackwardBias_AnyShape_AddsWhatNaiveAdds(ConvolutionCase which)
    {
        var data = new ConvolutionData<T>(which);
        GuardedBuffer<T> gradBias = data.BiasBefore();
        Conv2dIm2Col.BackwardBias<T>(which.Geometry, data.GradOutput.Span, gradBias.Span);
        data.CheckGradBias(gradBias.Written());
    }

    private static GuardedBuffer<T> Scratch(ConvolutionCase which) => new(Conv2dIm2Col.ScratchLength<V, T>(which.Geometry));
}
