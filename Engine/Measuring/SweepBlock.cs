using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>One block of a convolution, to be computed by any algorithm in the place where a model would.</summary>
internal sealed class SweepBlock : IForVector<float, ConvolutionAlgorithm>
{
    private readonly SweepShape _shape;
    private readonly int _images;
    private readonly bool _backward;
    private readonly Tensor<float> _input, _output, _gradInput;

    /// <summary>A block with so many images.</summary>
    public SweepBlock(SweepShape shape, int images, bool backward)
    {
        (_shape, _images, _backward) = (shape, images, backward);
        var random = new RandomGenerator(1);
        _input = RandomValues.Of<float>(new Shape(shape.Geometry.InputShape.Length * Lanes.Count), random);
        _output = RandomValues.Of<float>(new Shape(shape.Geometry.OutputShape.Length * Lanes.Count), random);
        _gradInput = new(_input.Shape);
    }

    /// <summary>What Auto takes.</summary>
    public ConvolutionAlgorithm With<V>() where V : unmanaged, IVector<V, float>
    {
        var cost = new ConvolutionCost(_shape.Geometry);
        return _backward ? cost.Backward<V, float>(_images, writesInput: true) : cost.Forward<V, float>(_images);
    }

    /// <summary>One run by an algorithm.</summary>
    public Action Run(ConvolutionAlgorithm algorithm) => ForVector.Widest(new Runner(this, algorithm));

    private sealed class Runner(SweepBlock block, ConvolutionAlgorithm algorithm) : IForVector<float, Action>
    {
        public Action With<V>() where V : unmanaged, IVector<V, float>
        {
            SweepShape s = block._shape;
            var layer = new Conv2d<float>(s.InChannels, s.OutChannels, s.Kernel, s.Stride, s.Padding, s.Dilation, s.Groups) { Algorithm = algorithm };
            var vector = new ParameterVector<float>(layer.Parameters);
            var random = new RandomGenerator(2);
            foreach (ref float value in vector.Values.Span) value = (float)random.NextUniform(-1, 1);
            var scratch = new Tensor<float>(new Shape(Math.Max(1, layer.ScratchLength<V>(s.Geometry.InputShape))));
            Tensor<float> input = block._input, output = block._output, gradInput = block._gradInput;
            Shape from = s.Geometry.InputShape, to = s.Geometry.OutputShape;
            int images = block._images;
            return block._backward
                ? () => layer.Backward<V>(new()
                {
                    Images = images, InputShape = from, OutputShape = to, Input = input.Span, GradOutput = output.Span, GradInput = gradInput.Span,
                    Gradients = vector.Gradients.Span, Scratch = scratch.Span,
                })
                : () => layer.Forward<V>(new() { Images = images, InputShape = from, OutputShape = to, Input = input.Span, Output = output.Span, Scratch = scratch.Span });
        }
    }
}
