using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>The ways that compute with vectors.</summary>
internal sealed class Conv2dWorkload<V>(LayerCase layer) : Conv2dWorkload(layer) where V : unmanaged, IVector<V, float>
{
    private readonly Tensor<float> _scratch = new(new Shape(Conv2dIm2Col.ScratchLength<V, float>(layer.Geometry)));

    public override void Im2ColForward() => Conv2dIm2Col.Forward<V, float>(Geometry, Input.Span, Weight.Span, Bias.Span, _scratch.Span, Output.Span);

    public override void Im2ColBackwardInput() => Conv2dIm2Col.BackwardInput<V, float>(Geometry, GradOutput.Span, Weight.Span, _scratch.Span, GradInput.Span);

    public override void Im2ColBackwardWeight() => Conv2dIm2Col.BackwardWeight<V, float>(Geometry, Input.Span, GradOutput.Span, _scratch.Span, GradWeight.Span);

    public override void LanesForward()
    {
        for (int block = 0; block < InputBlocks.Shape[0]; block++)
            Conv2dLanes.Forward<V, float>(Tables, Part(InputBlocks, block), Weight.Span, Bias.Span, Part(OutputBlocks, block));
    }

    public override void LanesForwardFromNchw()
    {
        Span<float> input = Part(InputBlocks, 0), output = Part(OutputBlocks, 0);                    // one block, used again and again
        int inputSize = input.Length / Lanes.Count, outputSize = output.Length / Lanes.Count;
        for (int block = 0; block < InputBlocks.Shape[0]; block++)
        {
            Lanes.Interleave<float>(Images(Input, block), inputSize, input);
            Conv2dLanes.Forward<V, float>(Tables, input, Weight.Span, Bias.Span, output);
            Lanes.Deinterleave<float>(output, outputSize, Images(Output, block));
        }
    }

    public override void LanesBackwardInput()
    {
        for (int block = 0; block < InputBlocks.Shape[0]; block++)
            Conv2dLanes.BackwardInput<V, float>(Tables, Part(GradOutputBlocks, block), Weight.Span, Part(GradInputBlocks, block));
    }

    public override void LanesBackwardWeight()
    {
        for (int block = 0; block < InputBlocks.Shape[0]; block++)
            Conv2dLanes.BackwardWeight<V, float>(Tables, Part(InputBlocks, block), Part(GradOutputBlocks, block), GradWeight.Span);
    }

    public override void LanesBackwardBias()
    {
        for (int block = 0; block < GradOutputBlocks.Shape[0]; block++)
            Conv2dLanes.BackwardBias<V, float>(Tables, Part(GradOutputBlocks, block), GradBias.Span);
    }
}
